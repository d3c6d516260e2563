import 'server-only';
import { Gauge, Registry } from 'prom-client';
import { getConfig } from '../config';
import { type Database, db } from '../db';
import { checkedModels } from './loop';
import { lastScheduledMs, listRuns } from './store';

/**
 * The newest settled check of each model in the text format of Prometheus. Read from the database, so that every replica
 * says the same, whichever of them is the prober. What is not known has no series: never a zero.
 */
export async function syntheticMetricsText(database: Database = db()): Promise<string> {
  const registry = new Registry();
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const success = gauge(
    'windsock_synthetic_success',
    'Whether the newest synthetic check of a model was answered as expected: 1 or 0.',
    ['model_name'],
  );
  const duration = gauge(
    'windsock_synthetic_duration_seconds',
    'Time the model took to answer its newest synthetic check.',
    ['model_name'],
  );
  const found = gauge(
    'windsock_synthetic_found',
    'Whether metric, trace and log line of the newest synthetic check were found: 1 or 0; no series where it is not known.',
    ['model_name', 'signal'],
  );
  const seen = gauge(
    'windsock_synthetic_seen_seconds',
    'Time from sending the newest synthetic check until its metric, trace or log line was found.',
    ['model_name', 'signal'],
  );
  const last = gauge(
    'windsock_synthetic_last_run_timestamp_seconds',
    'When the newest scheduled synthetic check of a model was begun.',
    ['model_name'],
  );
  for (const { model: model_name } of checkedModels(getConfig())) {
    const [[run], lastMs] = await Promise.all([
      listRuns({ model: model_name, take: 1, settled: true }, database),
      lastScheduledMs(model_name, database),
    ]);
    if (lastMs !== null) last.set({ model_name }, lastMs / 1000);
    const answer = run?.answer ?? null;
    if (run === undefined || answer === null) continue;
    if (answer.state !== 'lost') success.set({ model_name }, answer.state === 'ok' ? 1 : 0);
    if (answer.elapsedMs !== null) duration.set({ model_name }, answer.elapsedMs / 1000);
    for (const { signal, state, seenAfterMs } of run.signals) {
      if (state === 'seen' || state === 'missing') found.set({ model_name, signal }, state === 'seen' ? 1 : 0);
      if (seenAfterMs !== null) seen.set({ model_name, signal }, seenAfterMs / 1000);
    }
  }
  return registry.metrics();
}
