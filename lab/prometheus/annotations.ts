import type { Span } from './ast';

/** The warnings and infos of one evaluation, each text once, with the place in the query that Prometheus names. */
export class Annotations {
  readonly warnings = new Set<string>();
  readonly infos = new Set<string>();
  private readonly query: string;

  constructor(query: string) {
    this.query = query;
  }

  warn(text: string, span: Span): void {
    this.warnings.add(`PromQL warning: ${text} (${this.place(span)})`);
  }

  inform(text: string, span: Span): void {
    this.infos.add(`PromQL info: ${text} (${this.place(span)})`);
  }

  private place({ from }: Span): string {
    const before = this.query.slice(0, from);
    const lineStart = before.lastIndexOf('\n') + 1;
    return `${before.split('\n').length}:${Buffer.byteLength(before.slice(lineStart)) + 1}`;
  }
}
