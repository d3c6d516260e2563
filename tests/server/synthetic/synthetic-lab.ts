import { setTimeout as sleep } from 'node:timers/promises';
import { fleetStores } from '@/lab/assemble';
import { Fleet } from '@/lab/fleet/fleet';
import type { LabEngine } from '@/lab/http';
import { textAnswer } from '@/lab/http';
import { lokiEngine } from '@/lab/loki/engine';
import { predictEngine } from '@/lab/predict';
import { prometheusEngine } from '@/lab/prometheus/engine';
import { tempoEngine } from '@/lab/tempo/engine';
import { type BackgroundLoop, startLoop } from '@/lib/server/background/loop';
import { getConfig } from '@/lib/server/config';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { syntheticLoop } from '@/lib/server/synthetic/loop';
import { listRuns, type StoredRun } from '@/lib/server/synthetic/store';
import { useConfig as pointAt } from '@/tests/api/console';
import { serveEngines } from '../../serve-engines';
import { fastClock } from './fast-clock';

/** The clock of lab and prober. */
export const { now, wait } = fastClock(Date.now());

export interface SyntheticLab {
  url: string;
  /** Engines that answer 500 for now. */
  down: Set<string>;
  predictions: { traceparent: string; requestId: string }[];
  close(): Promise<void>;
}

/** A lab whose models can be asked, with all that they leave behind. */
export async function startSyntheticLab(): Promise<SyntheticLab> {
  const fleet = new Fleet({ seed: 20_260, historyMs: 3_600_000, startMs: now(), now });
  const stores = fleetStores(fleet);
  const down = new Set<string>();
  const predictions: SyntheticLab['predictions'] = [];
  const predict = predictEngine(fleet, stores, { traceMs: 60, logMs: 20 });
  const engines: Record<string, LabEngine> = {
    prometheus: prometheusEngine(stores.metrics),
    loki: lokiEngine(stores.logs),
    tempo: tempoEngine(stores.traces),
    predict: (request) => {
      const { traceparent = '', 'x-request-id': requestId = '' } = request.headers;
      predictions.push({ traceparent, requestId });
      return predict(request);
    },
    // Endpoints with a fault each.
    broken: () => textAnswer(503, 'out of memory for ana@example.com'),
    slow: async () => {
      await sleep(1_500);
      return textAnswer(200, 'late');
    },
    silent: () => textAnswer(200, '{"prediction":{"score":0.5}}'),
  };
  const server = await serveEngines(
    Object.fromEntries(
      Object.entries(engines).map(([name, engine]): [string, LabEngine] => [
        name,
        (request) => (down.has(name) ? textAnswer(500, 'down for a test') : engine(request)),
      ]),
    ),
    now,
  );
  return {
    url: server.url,
    down,
    predictions,
    close: server.close,
  };
}

/** A configuration over the lab; `synthetic` is the block of fraud_detector as flow YAML. */
export function checkConfig(lab: SyntheticLab, synthetic: string): void {
  pointAt(`
sources:
  prometheus: { url: '${lab.url}/prometheus', scrapeInterval: 30s }
  loki: { url: '${lab.url}/loki' }
  tempo: { url: '${lab.url}/tempo' }
models:
  - name: fraud_detector
    runbook: https://runbooks.example.com/fraud
    synthetic: ${synthetic}
`);
}

export async function checkDatabase(): Promise<Database> {
  const { url } = getConfig().database;
  await migrate(url);
  return openDatabase(url);
}

/** The prober's loop on the fast clock. */
export const fastLoop = (): BackgroundLoop => syntheticLoop({ now, clock: now, wait, everyMs: 20, leaseTtlMs: 1_500 });

/** Runs the prober until the newest run of fraud_detector has settled; stops it. */
export async function settledRun(database: Database, loop = fastLoop()): Promise<StoredRun> {
  const running = startLoop(loop, database);
  try {
    return await untilSettled(database);
  } finally {
    await running.stop();
  }
}

export async function untilSettled(database: Database, patienceMs = 50_000): Promise<StoredRun> {
  const endMs = Date.now() + patienceMs;
  while (Date.now() < endMs) {
    const [run] = await listRuns({ model: 'fraud_detector', take: 1, settled: true }, database);
    if (run !== undefined) return run;
    await sleep(20);
  }
  throw new Error(`no run settled: ${JSON.stringify(await listRuns({ model: 'fraud_detector', take: 3 }, database))}`);
}
