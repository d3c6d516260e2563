import type { LabAnswer, LabRequest } from '../http';
import type { MetricStore } from '../stores';
import { success } from './answers';
import { badData } from './errors';

/** What the head block of a server holds, about. */
const HEAD_MS = 3 * 3_600_000;
/** Samples that the server packs into one chunk. */
const CHUNK_SAMPLES = 120;

/** GET /api/v1/status/buildinfo: the version whose behaviour the lab follows. */
export const buildInfo = (): LabAnswer =>
  success({
    version: '3.5.0',
    revision: 'windsock-lab',
    branch: 'lab',
    buildUser: 'windsock',
    buildDate: '19700101-00:00:00',
    goVersion: 'none',
  });

/** GET /api/v1/status/runtimeinfo. */
export const runtimeInfo = (request: LabRequest, startedMs: number): LabAnswer =>
  success({
    startTime: new Date(startedMs).toISOString(),
    CWD: '/',
    hostname: 'windsock-lab',
    serverTime: new Date(request.nowMs).toISOString(),
    reloadConfigSuccess: true,
    lastConfigTime: new Date(startedMs).toISOString(),
    corruptionCount: 0,
    goroutineCount: 1,
    GOMAXPROCS: 1,
    GOMEMLIMIT: 0,
    GOGC: '',
    GODEBUG: '',
    storageRetention: '3d',
  });

/** GET /api/v1/status/flags: what a client may want to know of the limits. */
export const flags = (): LabAnswer =>
  success({
    'enable-feature': 'exemplar-storage,promql-experimental-functions',
    'query.lookback-delta': '5m',
    'query.max-concurrency': '20',
    'query.max-samples': '50000000',
    'query.timeout': '2m',
    'storage.tsdb.retention.time': '3d',
  });

interface Entry {
  name: string;
  value: number;
}

const most = (counts: ReadonlyMap<string, number>, limit: number): Entry[] =>
  [...counts]
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1))
    .slice(0, limit);

const bump = (counts: Map<string, number>, name: string, by: number): void => {
  counts.set(name, (counts.get(name) ?? 0) + by);
};

/** GET /api/v1/status/tsdb, counted over the series that have samples in the last three hours. */
export function tsdbStatus(store: MetricStore, { params, nowMs }: LabRequest): LabAnswer {
  const text = params.get('limit') ?? '';
  const limit = text === '' ? 10 : Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw badData('limit must be a positive number');
  const byMetric = new Map<string, number>();
  const byPair = new Map<string, number>();
  const bytes = new Map<string, number>();
  const values = new Map<string, Set<string>>();
  let [numSeries, chunkCount, minTime, maxTime] = [0, 0, Infinity, -Infinity];
  for (const { labels, timesMs } of store.select([{ name: '__name__', op: '!=', value: '' }], nowMs - HEAD_MS, nowMs)) {
    if (timesMs.length === 0) continue;
    numSeries += 1;
    chunkCount += Math.ceil(timesMs.length / CHUNK_SAMPLES);
    minTime = Math.min(minTime, timesMs[0] ?? Infinity);
    maxTime = Math.max(maxTime, timesMs[timesMs.length - 1] ?? -Infinity);
    bump(byMetric, labels.__name__ ?? '', 1);
    for (const [name, value] of Object.entries(labels)) {
      bump(byPair, `${name}=${value}`, 1);
      bump(bytes, name, Buffer.byteLength(value));
      const known = values.get(name) ?? new Set();
      values.set(name, known.add(value));
    }
  }
  return success({
    headStats: {
      numSeries,
      numLabelPairs: byPair.size,
      chunkCount,
      minTime: numSeries === 0 ? 0 : minTime,
      maxTime: numSeries === 0 ? 0 : maxTime,
    },
    seriesCountByMetricName: most(byMetric, limit),
    labelValueCountByLabelName: most(new Map([...values].map(([name, { size }]) => [name, size])), limit),
    memoryInBytesByLabelName: most(bytes, limit),
    seriesCountByLabelValuePair: most(byPair, limit),
  });
}
