import { expect } from 'vitest';
import { queryCache } from '@/lib/server/cache';
import type { RealPrometheus } from '../../real-prometheus';

interface RulesAnswer {
  data: {
    groups: {
      name: string;
      rules: {
        type: string;
        name: string;
        health: string;
        lastEvaluation: string;
        state?: string;
        alerts?: { labels: Record<string, string>; annotations: Record<string, string>; state: string }[];
      }[];
    }[];
  };
}

const rulesOf = async (url: string): Promise<RulesAnswer['data']['groups']> =>
  ((await (await fetch(`${url}/api/v1/rules`)).json()) as RulesAnswer).data.groups;

/** Loads rules into a running server and waits until each was evaluated again after all of them were. */
export async function load(real: RealPrometheus, rules: string): Promise<void> {
  await real.writeRules(rules.replaceAll('interval: 1m', 'interval: 1s'));
  // What was loaded before is kept for a few seconds.
  queryCache().clear();
  expect((await fetch(`${real.url}/-/reload`, { method: 'POST' })).status).toBe(200);
  let allEvaluatedMs: number | null = null;
  for (let left = 150; left > 0; left -= 1) {
    const all = (await rulesOf(real.url)).flatMap((group) => group.rules);
    const evaluatedMs = all.map(({ lastEvaluation, health }) =>
      health === 'unknown' ? 0 : Date.parse(lastEvaluation),
    );
    if (all.length > 0 && Math.min(...evaluatedMs) > (allEvaluatedMs ?? 0)) {
      // An alert may be evaluated before the recording that it reads.
      if (allEvaluatedMs !== null) return;
      allEvaluatedMs = Date.now();
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the rules were not evaluated twice within fifteen seconds');
}

/** Alerts that fire by the server's own account. */
export const firing = async (url: string) =>
  (await rulesOf(url))
    .flatMap(({ rules }) => rules.flatMap(({ alerts, name }) => (alerts ?? []).map((alert) => ({ name, ...alert }))))
    .filter(({ state }) => state === 'firing');

/** Instants at which an expression had a result. */
export async function instantsOf(
  url: string,
  query: string,
  { startMs, endMs, step }: { startMs: number; endMs: number; step: string },
): Promise<number[]> {
  const asked = new URLSearchParams({ query, start: String(startMs / 1000), end: String(endMs / 1000), step });
  const { data } = (await (await fetch(`${url}/api/v1/query_range?${asked}`)).json()) as {
    data: { result: { values: [number, string][] }[] };
  };
  expect(data.result.length, query).toBeLessThan(2);
  return data.result.flatMap(({ values }) => values.map(([seconds]) => Math.round(seconds * 1000)));
}
