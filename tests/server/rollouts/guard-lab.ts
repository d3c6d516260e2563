import { getConfig } from '@/lib/server/config';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { evaluateGuard, type Guarded } from '@/lib/server/rollouts/evaluate';
import { guardedModels } from '@/lib/server/rollouts/loop';
import { type Lab, useConfig } from '@/tests/api/console';

export const MINUTE_MS = 60_000;

/** A configuration over the metrics of a lab, which are enough for a guard, or its logs too; `models` as YAML of two spaces. */
export const guardConfig = (lab: Lab, models: string, { logs = false }: { logs?: boolean } = {}): void =>
  useConfig(`
sources:
  prometheus: { url: '${lab.url}/prometheus', scrapeInterval: 30s }
${logs ? `  loki: { url: '${lab.url}/loki' }` : ''}
models:
${models}`);

/** A migrated database of the configuration. */
export async function guardDatabase(): Promise<Database> {
  const { url } = getConfig().database;
  await migrate(url);
  return openDatabase(url);
}

export const guardedOf = (model: string): Guarded => {
  const found = guardedModels(getConfig()).find((one) => one.model === model);
  if (found === undefined) throw new Error(`no guard of ${model} is configured`);
  return found;
};

/** Evaluates at each instant, one after the other. */
export async function evaluateAt(model: string, instants: readonly number[], database: Database): Promise<void> {
  for (const atMs of instants) {
    await evaluateGuard(guardedOf(model), atMs, { database, signal: new AbortController().signal, nowMs: atMs });
  }
}
