import { TooMuchToRead } from '../stores';

/** An error that Loki answers as a plain text body with this status. */
export class LokiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Loki's parse error; without a position it writes a blank where the position would be. */
export function parseError(message: string, at?: { line: number; column: number }): LokiError {
  const where = at ? ` at line ${at.line}, col ${at.column}:` : ' :';
  return new LokiError(400, `parse error${where} ${message}`);
}

/** What a metric query answers when a line could not be parsed and nothing filtered the error out. */
export function pipelineError(errorType: string, series: string): LokiError {
  return new LokiError(
    400,
    `pipeline error: '${errorType}' for series: '${series}'.\n` +
      `Use a label filter to intentionally skip this error. (e.g | __error__!="${errorType}").\n` +
      `To skip all potential errors you can match empty errors.(e.g __error__="")\n` +
      `The label filter can also be specified after unwrap. (e.g | unwrap latency | __error__="" )\n`,
  );
}

const tooMuch = (query: string, limit: string) =>
  new LokiError(
    400,
    `the query would read too many bytes (query: ${query}, limit: ${limit}); consider adding more specific stream selectors or reduce the time range of the query`,
  );

/** Loki's max_query_bytes_read error, sizes in bytes. */
export const tooManyBytes = (queryBytes: number, limitBytes: number): LokiError =>
  tooMuch(`${Math.round(queryBytes / 1e6)} MB`, `${Math.round(limitBytes / 1e6)} MB`);

/** The text of an error as it goes to the reader, with the store's own bound in Loki's words. */
export function toLokiError(error: unknown): LokiError {
  if (error instanceof LokiError) return error;
  if (error instanceof TooMuchToRead) {
    const sizes = /(\d[\d.]*\s?[KMGT]?i?B)\D+(\d[\d.]*\s?[KMGT]?i?B)/.exec(error.message);
    return tooMuch(sizes?.[1] ?? 'more than the lab reads', sizes?.[2] ?? 'bound of the lab');
  }
  return new LokiError(500, `lab: ${error instanceof Error ? error.message : 'unexpected failure'}`);
}
