import 'server-only';
import type { Status } from '@/lib/contracts/answer';
import type { SourceHealth } from '@/lib/contracts/source';
import { formatMs } from '@/lib/domain/format';
import { alertmanagerClient } from '../alertmanager/client';
import { type Config, getConfig, type SourceConfig } from '../config';
import { AppError } from '../errors';
import { log } from '../log';
import { lokiClient } from '../loki/client';
import { processWide } from '../process-wide';
import { prometheusClient } from '../prometheus/client';
import { tempoClient } from '../tempo/client';

/** A check stands this long: many open consoles ask a source no more often than one does. */
const KEEP_MS = 5_000;
/** A source that needs longer is slow for whoever waits for a chart of many such answers. */
const SLOW_MS = 2_000;
const TIMEOUT_MS = 5_000;

interface Found {
  flavour: string | null;
  version: string | null;
}

const FLAVOUR: Readonly<Record<string, string>> = {
  prometheus: 'Prometheus',
  mimir: 'Mimir',
  thanos: 'Thanos',
  victoriametrics: 'VictoriaMetrics',
};

async function find(source: SourceConfig, signal: AbortSignal): Promise<Found> {
  switch (source.kind) {
    case 'prometheus': {
      const { name, version } = await prometheusClient(source).flavour(signal);
      return { flavour: FLAVOUR[name] ?? null, version };
    }
    case 'loki': {
      const { version } = await lokiClient(source).flavour(signal);
      return { flavour: 'Loki', version };
    }
    case 'tempo': {
      const { version } = await tempoClient(source).flavour(signal);
      return { flavour: 'Tempo', version };
    }
    case 'alertmanager': {
      const { value } = await alertmanagerClient(source).status(signal);
      return { flavour: 'Alertmanager', version: value.version };
    }
  }
}

/** The address as people may see it: without user, password and query. */
function shownUrl(url: string): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.search = '';
  return shown.href.replace(/\/$/, '');
}

async function check(source: SourceConfig): Promise<SourceHealth> {
  const beganMs = performance.now();
  const base = { name: source.name, kind: source.kind, url: shownUrl(source.url), checkedAtMs: Date.now() };
  try {
    const found = await find(
      { ...source, timeoutMs: Math.min(source.timeoutMs, TIMEOUT_MS) },
      AbortSignal.timeout(TIMEOUT_MS),
    );
    const elapsedMs = performance.now() - beganMs;
    const status: Status = elapsedMs > SLOW_MS ? 'watch' : 'ok';
    const word = `${status === 'ok' ? 'answers' : 'is slow: it answers'} in ${formatMs(Math.round(elapsedMs))}`;
    return { ...base, ...found, status, word, elapsedMs };
  } catch (error) {
    log.warn({ source: source.name, err: error }, 'A source does not answer its health check.');
    const word = error instanceof AppError ? error.message : 'could not be checked; the log has the reason.';
    return { ...base, flavour: null, version: null, status: 'bad', word, elapsedMs: null };
  }
}

/** Every configured source, in the order of the file. */
const allSources = ({ sources }: Config): SourceConfig[] => [
  ...sources.prometheus,
  ...sources.loki,
  ...sources.tempo,
  ...sources.alertmanager,
];

/** How every configured source answers now; one that fails is a row, never an error. Shared for a few seconds. */
export async function sourcesHealth(nowMs: number): Promise<SourceHealth[]> {
  const kept = processWide('sources.health', () => new Map<string, { atMs: number; health: Promise<SourceHealth> }>());
  return Promise.all(
    allSources(getConfig()).map((source) => {
      const key = `${source.name}\n${source.url}`;
      const known = kept.get(key);
      if (known !== undefined && Math.abs(nowMs - known.atMs) < KEEP_MS) return known.health;
      const health = check(source);
      kept.set(key, { atMs: nowMs, health });
      return health;
    }),
  );
}
