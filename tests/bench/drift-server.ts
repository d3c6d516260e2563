import { DriftHeatParams } from '../../lib/contracts/drift-params';
import { queryCache } from '../../lib/server/cache';
import { getConfig } from '../../lib/server/config';
import { migrate } from '../../lib/server/db/migrate';
import { readHeat } from '../../lib/server/drift/read-heat';

/**
 * A process of its own that answers the heat strip as the route does, the body written included, and prints what it took
 * as JSON. Arguments: start and end of the range, milliseconds; the configuration is that of the environment.
 */
const [startMs = 0, endMs = 0] = process.argv.slice(2).map(Number);
const params = DriftHeatParams.parse({ model: 'wide', startMs, endMs, windows: 24 });
const RUNS = 5;

await migrate(getConfig().database.url);

const totalMs: number[] = [];
const upstreamMs: number[] = [];
/** Processor time of this process: what a busy machine does not change. */
const cpuMs: number[] = [];
let rows = 0;
let windows = 0;
let called = 0;
let bytes = 0;
for (let run = 0; run <= RUNS; run += 1) {
  // Every run asks the Prometheus anew.
  queryCache().clear();
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const heat = await readHeat(params, { signal: AbortSignal.timeout(60_000), nowMs: endMs });
  const body = JSON.stringify(heat);
  // The first run compiles.
  if (run > 0) {
    totalMs.push(performance.now() - begun);
    const { user, system } = process.cpuUsage(cpu);
    cpuMs.push((user + system) / 1_000);
    upstreamMs.push(Math.max(...heat.why.map(({ elapsedMs }) => elapsedMs)));
  }
  rows = heat.rows.length;
  windows = heat.windows;
  called = heat.rows.filter(({ began }) => began !== null).length;
  bytes = body.length;
  if (heat.gaps.length > 0) throw new Error(heat.gaps.join('\n'));
}
process.stdout.write(JSON.stringify({ totalMs, upstreamMs, cpuMs, rows, windows, called, bytes }));
