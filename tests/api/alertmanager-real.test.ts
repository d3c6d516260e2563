import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GET as alertsOf } from '@/app/api/incidents/[incidentId]/alerts/route';
import { GET as incidents } from '@/app/api/incidents/route';
import { POST as webhook } from '@/app/api/webhooks/alertmanager/route';
import { Fleet } from '@/lab/fleet/fleet';
import { IncidentList } from '@/lib/contracts/incident';
import { AlertEpisodes } from '@/lib/contracts/incident-alert';
import { getConfig } from '@/lib/server/config';
import { migrate } from '@/lib/server/db/migrate';
import { hasAlertmanager, type RealAlertmanager, startAlertmanager } from '../real-alertmanager';
import { hasPrometheus, type RealPrometheus, startPrometheus } from '../real-prometheus';
import { call, useConfig } from './console';

const SECRET = 'a-secret-for-this-test-alone';
const present = hasPrometheus() && hasAlertmanager();
if (!present) console.warn('SKIPPED: no prometheus and prometheus-alertmanager here.');

const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
};

/** The demo's models as a service would expose them now; after a rollback the failing processes are new ones. */
function exposition(fleet: Fleet, isHealed: boolean): string {
  const nowMs = Date.now();
  const name = 'inference_requests_total';
  const series = fleet.metrics.select([{ name: '__name__', op: '=', value: name }], nowMs - 120_000, nowMs);
  const lines = series.flatMap(({ labels, values }) => {
    const value = isHealed && labels.status === 'error' ? 0 : values.at(-1);
    const own = Object.entries(labels).filter(([label]) => label !== '__name__');
    const text = own.map(([label, text_]) => `${label}=${JSON.stringify(text_)}`).join(',');
    return value === undefined ? [] : [`${name}{${text}} ${value}`];
  });
  return `# TYPE ${name} counter\n${lines.join('\n')}\n`;
}

const RULES = `
groups:
  - name: models
    rules:
      - alert: ModelErrors
        expr: >-
          sum by (model_name) (inference_requests_total{model_name="fraud_detector",status="error"})
          / sum by (model_name) (inference_requests_total{model_name="fraud_detector"}) > 0.0001
        labels: { severity: critical }
        annotations: { summary: 'Predictions of {{ $labels.model_name }} fail' }
`;

describe.skipIf(!present)('a real Prometheus and a real Alertmanager over the demo data', () => {
  let prometheus: RealPrometheus;
  let alertmanager: RealAlertmanager;
  let isHealed = false;
  const fleet = new Fleet({ seed: 20_260, historyMs: 3_600_000, startMs: Date.now(), now: Date.now });
  const metrics = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(exposition(fleet, isHealed));
  });
  const hook = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const answer = await webhook(
      new Request('http://127.0.0.1/api/webhooks/alertmanager', {
        method: 'POST',
        headers: Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        body: Buffer.concat(chunks),
      }),
    );
    response.statusCode = answer.status;
    response.end(await answer.text());
  });

  beforeAll(async () => {
    useConfig(`
sources:
  prometheus: { url: 'http://127.0.0.1:9' }
webhooks:
  in: { alertmanager: { secret: ${SECRET} } }
incidents:
  rules: [{ name: models, match: ['alertname="ModelErrors"'], severities: { critical: SEV1 } }]
`);
    await migrate(getConfig().database.url);
    const target = new URL(await listening(metrics)).host;
    const url = `${await listening(hook)}/api/webhooks/alertmanager`;
    alertmanager = await startAlertmanager({ url, bearer: SECRET });
    prometheus = await startPrometheus({
      rules: RULES,
      config: [
        'global: { scrape_interval: 1s, evaluation_interval: 1s }',
        'rule_files: [rules.yml]',
        `alerting: { alertmanagers: [{ static_configs: [{ targets: ['${new URL(alertmanager.url).host}'] }] }] }`,
        `scrape_configs: [{ job_name: demo, static_configs: [{ targets: ['${target}'] }] }]`,
      ].join('\n'),
    });
  }, 60_000);

  afterAll(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    for (const server of [metrics, hook]) {
      server.closeAllConnections();
      server.close();
    }
  });

  const open = async () => IncidentList.parse((await call(incidents)).body).incidents;

  async function until<T>(look: () => Promise<T | null>): Promise<T> {
    const deadline = performance.now() + 45_000;
    while (performance.now() < deadline) {
      const seen = await look();
      if (seen !== null) return seen;
      await sleep(250);
    }
    throw new Error(`it did not come about in time; Alertmanager said:\n${alertmanager.output()}`);
  }

  it('open an incident when the rule fires, and resolve its alert when it stops', { timeout: 100_000 }, async () => {
    const incident = await until(async () => (await open())[0] ?? null);
    expect(incident).toMatchObject({
      title: 'ModelErrors: Predictions of fraud_detector fail',
      severity: 'SEV1',
      model: 'fraud_detector',
      status: 'triage',
      firingAlerts: 1,
    });
    isHealed = true;
    await until(async () => ((await open())[0]?.firingAlerts === 0 ? true : null));
    const path = { incidentId: String(incident.number) };
    const { episodes } = AlertEpisodes.parse((await call(alertsOf, { path })).body);
    expect(episodes).toHaveLength(1);
    expect(episodes[0]).toMatchObject({ status: 'resolved', source: 'alertmanager', skew: null });
    expect(episodes[0]?.endsAtMs).toBeGreaterThan(episodes[0]?.startsAtMs ?? Number.POSITIVE_INFINITY);
    expect(await open()).toHaveLength(1);
  });
});
