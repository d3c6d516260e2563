import { expect } from 'vitest';
import type { Rule } from '@/lib/domain/slo-rules';

/** An expression of exported rules with what they record put in where it is named. */
export function withRecorded(rules: readonly Rule[], expr: string): string {
  let query = expr;
  for (let pass = 0; pass < 3; pass += 1) {
    for (const { record, expr: inner } of rules) {
      if (record !== undefined) query = query.replaceAll(record, `(${inner})`);
    }
  }
  return query;
}

/** Labels of what an expression gives at an instant. `url`: where `/api/v1` lies. */
export async function evaluateRule(
  url: string,
  { query, timeMs }: { query: string; timeMs: number },
): Promise<Record<string, string>[]> {
  const body = new URLSearchParams({ query, time: String(timeMs / 1000) });
  const answer = await (await fetch(`${url}/api/v1/query`, { method: 'POST', body })).json();
  expect(answer.status, JSON.stringify(answer).slice(0, 300)).toBe('success');
  return answer.data.result.map((one: { metric: Record<string, string> }) => one.metric);
}
