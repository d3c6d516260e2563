import { parser } from '@grafana/lezer-logql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '@/lib/server/config/parse';
import { logRuleGroups } from '@/lib/server/slos/log-rules';
import { type Lab, NOW_MS, startLab } from '../../api/console';

const FIELDS = { model: 'model_name', version: 'model_version', error: 'error' };
const modelsOf = (names: readonly string[]) =>
  parseConfig(
    JSON.stringify({
      sources: { loki: { url: 'http://127.0.0.1:1' } },
      models: names.map((name) => ({ name })),
    }),
    'test.yaml',
    process.env,
  ).models;

const groupsOf = (names: readonly string[], hasModelLabel = true) =>
  logRuleGroups(modelsOf(names), { fields: FIELDS, hasModelLabel, runbookOf: () => 'https://runbooks.example.com' });

describe('rules for the Loki ruler', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab(2 * 3_600_000);
  });
  afterAll(() => lab.close());

  const ask = async (expr: string): Promise<{ status: number; result: unknown[] }> => {
    const asked = new URLSearchParams({ query: expr, time: String(NOW_MS * 1_000_000) });
    const response = await fetch(`${lab.url}/loki/loki/api/v1/query?${asked}`);
    const body = response.ok ? ((await response.json()) as { data: { result: unknown[] } }) : null;
    return { status: response.status, result: body?.data.result ?? [] };
  };

  it('parse as LogQL, whatever a model is called', () => {
    for (const name of ['m', 'a "b" {c} | d', 'x`y', '\\']) {
      for (const { expr } of groupsOf([name]).flatMap(({ rules }) => rules)) {
        parser.parse(expr).iterate({
          enter: ({ type, from }) => expect(type.isError, `${expr} at ${from}`).toBe(false),
        });
      }
    }
  });

  it('are silent for a model that writes, and speak of one that does not', async () => {
    const [writes, silent] = groupsOf(['reco', 'nobody']);
    const exprOf = (group: typeof writes, alert: string) =>
      group?.rules.find((rule) => rule.alert === alert)?.expr ?? '';
    expect(await ask(exprOf(writes, 'ModelLogsSilent'))).toEqual({ status: 200, result: [] });
    expect((await ask(exprOf(silent, 'ModelLogsSilent'))).result).toHaveLength(1);
    // Failures rose with the failover 20 minutes ago, and yesterday is not in this lab.
    expect((await ask(exprOf(groupsOf(['fraud_detector'])[0], 'ModelFailuresLogged'))).result).toHaveLength(1);
  });

  it('do not tell of silence where streams do not name their model', () => {
    expect(groupsOf(['m'], false)[0]?.rules.map(({ alert }) => alert)).toEqual(['ModelFailuresLogged']);
  });
});
