import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assembleLab, fleetStores } from '@/lab/assemble';
import { Fleet } from '@/lab/fleet/fleet';
import { predictEngine } from '@/lab/predict';

const START_MS = Date.UTC(2026, 10, 20, 12, 0, 5);
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('the endpoints of the models of the lab', () => {
  let nowMs = START_MS;
  const fleet = new Fleet({ seed: 1, historyMs: 3_600_000, startMs: START_MS, now: () => nowMs });
  const stores = fleetStores(fleet);
  let server: Server;
  let base = '';
  beforeAll(async () => {
    const now = { traceMs: 0, logMs: 0 };
    server = assembleLab({ ...stores, predict: predictEngine(fleet, stores, now) });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const count = (): number => {
    const [series] = fleet.metrics.select(
      [
        { name: '__name__', op: '=', value: 'inference_requests_total' },
        { name: 'model_version', op: '=', value: '2.3.0' },
        { name: 'model_name', op: '=', value: 'fraud_detector' },
        { name: 'status', op: '=', value: 'ok' },
      ],
      nowMs - 60_000,
      nowMs,
    );
    return series?.values.at(-1) ?? Number.NaN;
  };
  const exemplars = () =>
    fleet.metrics
      .exemplars([{ name: '__name__', op: '=', value: 'inference_latency_seconds_bucket' }], START_MS - 30_000, nowMs)
      .filter(({ labels }) => labels.trace_id === TRACE_ID);

  it('leave a count at the next scrape, a trace under the caller, an exemplar and a log line', async () => {
    const twin = new Fleet({ seed: 1, historyMs: 3_600_000, startMs: START_MS, now: () => nowMs });
    const response = await fetch(`${base}/predict/fraud_detector`, {
      method: 'POST',
      headers: { traceparent: `00-${TRACE_ID}-${PARENT}-01`, 'x-request-id': 'syn-1' },
      body: '{"features":{"amount":12}}',
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ model_version: '2.3.0', request_id: 'syn-1' });
    const trace = stores.traces.byId(TRACE_ID);
    expect(trace?.spans).toHaveLength(6);
    expect(trace?.spans[0]?.parentSpanId).toBe(PARENT);
    const day = BigInt(START_MS) * 1_000_000n;
    const lines = stores.logs
      .select([{ name: 'model_name', op: '=', value: 'fraud_detector' }], day - 10n ** 9n, day + 10n ** 10n)
      .flatMap(({ entries }) => entries.filter(({ line }) => line.includes('syn-1')));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.line).toContain(TRACE_ID);
    expect(exemplars()).toEqual([]);
    nowMs = START_MS + 30_000;
    expect(exemplars()).toHaveLength(1);
    // The same fleet without the request counts one less.
    const without = twin.metrics.select(
      [{ name: '__name__', op: '=', value: 'inference_requests_total' }],
      nowMs - 60_000,
      nowMs,
    );
    const own = without.find(
      ({ labels }) =>
        labels.model_version === '2.3.0' && labels.status === 'ok' && labels.model_name === 'fraud_detector',
    );
    expect(count()).toBe((own?.values.at(-1) ?? 0) + 1);
  });

  it.each([
    ['/predict/nobody', 'POST', '{}', 404],
    ['/predict/fraud_detector', 'GET', null, 405],
    ['/predict/fraud_detector', 'POST', '[]', 422],
    ['/predict/fraud_detector', 'POST', 'no json', 422],
  ])('refuse %s by %s with %s', async (path, method, body, status) => {
    expect((await fetch(`${base}${path}`, { method, body })).status).toBe(status);
  });
});
