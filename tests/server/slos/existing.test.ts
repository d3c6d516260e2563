import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GET as getSlos } from '@/app/api/slos/route';
import { Slos } from '@/lib/contracts/slo';
import { pyrraRows, slothRows } from '@/lib/server/slos/existing';
import { call, useConfig } from '../../api/console';
import { hasPrometheus, type RealPrometheus, startPrometheus } from '../../real-prometheus';
import { remoteWrite } from '../../remote-write';

/** What Sloth 0.12 and Pyrra 0.8 record of one objective each, by the names in their sources. */
const SLOTH = { sloth_id: 'fraud-requests', sloth_service: 'fraud_detector', sloth_slo: 'requests' };
const sloth = (name: string, value: number, more: Record<string, string> = {}) => ({
  labels: { __name__: name, ...SLOTH, ...more },
  value,
});
const pyrra = (name: string, value: number, more: Record<string, string> = {}) => ({
  labels: { __name__: name, slo: 'reco-latency', ...more },
  value,
});

const RECORDED = [
  sloth('sloth_slo_info', 1, { sloth_objective: '99.9', sloth_mode: 'cli-gen-prom', sloth_version: '0.12.0' }),
  sloth('slo:objective:ratio', 0.999),
  sloth('slo:time_period:days', 30),
  sloth('slo:period_error_budget_remaining:ratio', 0.4),
  ...(
    [
      ['5m', 0.02],
      ['30m', 0.01],
      ['1h', 0.016],
      ['2h', 0.01],
      ['6h', 0.002],
      ['1d', 0.001],
      ['3d', 0.0005],
    ] as const
  ).map(([window, value]) => sloth(`slo:sli_error:ratio_rate${window}`, value, { sloth_window: window })),
  pyrra('pyrra_objective', 0.99),
  pyrra('pyrra_window', 28 * 86_400),
  pyrra('pyrra_availability', 0.995),
  ...(['5m', '30m', '1h', '2h', '6h', '1d', '4d'] as const).map((window) =>
    pyrra(`http_request_duration_seconds:burnrate${window}`, 0.015, { job: 'reco' }),
  ),
];

describe('recordings of other tools', () => {
  it('of Sloth become an objective with its own burn rates, budget and state', () => {
    const [row] = slothRows({ samples: RECORDED }, ['fraud_detector']);
    expect(row).toMatchObject({
      id: 'sloth/fraud-requests',
      model: 'fraud_detector',
      origin: 'sloth',
      objective: 0.999,
      leftRatio: 0.4,
      state: 'page',
      promise: '99.9\u202f% as Sloth records it, over 30\u202fd',
    });
    expect(row?.pairs[0]).toMatchObject({ factor: 14.4, firing: true, coverageRatio: null });
    expect(row?.pairs[0]?.longBurn).toBeCloseTo(16, 9);
    expect(row?.attainment).toBeCloseTo(1 - 0.6 * 0.001, 12);
  });

  it('of Pyrra keep its factors and windows', () => {
    const [row] = pyrraRows({ samples: RECORDED }, ['fraud_detector']);
    expect(row?.pairs.map(({ factor, longMs }) => [factor, longMs / 3_600_000])).toEqual([
      [14, 1],
      [7, 6],
      [2, 24],
      [1, 96],
    ]);
    // 1.5 % of errors against a budget of 1 %: over 1, under 2.
    expect(row).toMatchObject({ id: 'pyrra/reco-latency', origin: 'pyrra', state: 'ticket' });
    expect(row?.leftRatio).toBeCloseTo(0.5, 9);
  });

  it('that lack something are not measured, never a zero', () => {
    const [row] = slothRows({ samples: RECORDED.slice(0, 2) }, []);
    expect(row).toMatchObject({
      leftRatio: null,
      attainment: null,
      windowMs: null,
      endsInMs: null,
      state: 'no data',
      pairs: [],
    });
    expect(slothRows({ samples: [] }, [])).toEqual([]);
  });
});

describe.skipIf(!hasPrometheus())('recordings in a real Prometheus', () => {
  let real: RealPrometheus;
  beforeAll(async () => {
    real = await startPrometheus({ flags: ['--web.enable-remote-write-receiver'] });
    const nowMs = Date.now();
    await remoteWrite(
      real.url,
      RECORDED.map(({ labels, value }) => ({ labels, timesMs: [nowMs - 30_000, nowMs], values: [value, value] })),
    );
    useConfig(`sources:\n  prometheus: { url: '${real.url}' }\n`);
  });
  afterAll(() => real?.stop());

  it('are found without any configuration, and the page says so', async () => {
    const slos = Slos.parse((await call(getSlos)).body);
    expect(slos.rows.map(({ id, state }) => [id, state])).toEqual([
      ['sloth/fraud-requests', 'page'],
      ['pyrra/reco-latency', 'ticket'],
    ]);
    expect(slos.notes[0]).toBe(
      'Recordings found and used: 1 of Sloth, 1 of Pyrra. Their own rules alert on them, so none are exported here.',
    );
  });
});
