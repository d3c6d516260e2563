import 'server-only';
import type { SourceHealth } from '@/lib/contracts/source';
import { alertmanagerClient } from './alertmanager/client';
import { type Config, getConfig, type SourceConfig } from './config';
import { AppError } from './errors';
import { lokiClient } from './loki/client';
import { prometheusClient } from './prometheus/client';
import { tempoClient } from './tempo/client';

/** A source that has not answered by then is called down, whatever its own timeout. */
const PATIENCE_MS = 5_000;
/** Slower than this is worth a look. */
const SLOW_MS = 2_000;

const PRODUCT: Readonly<Record<string, string>> = {
  prometheus: 'Prometheus',
  mimir: 'Mimir',
  thanos: 'Thanos',
  victoriametrics: 'VictoriaMetrics',
};

interface Told {
  flavour: string | null;
  version: string | null;
}

/** Asks a source something small that only a working one answers. */
async function ask(source: SourceConfig, signal: AbortSignal): Promise<Told> {
  switch (source.kind) {
    case 'prometheus': {
      const client = prometheusClient(source);
      const [flavour] = await Promise.all([client.flavour(signal), client.instant('vector(1)', Date.now(), signal)]);
      return { flavour: PRODUCT[flavour.name] ?? null, version: flavour.version };
    }
    case 'loki': {
      const client = lokiClient(source);
      const [flavour] = await Promise.all([client.flavour(signal), client.ready(signal)]);
      return { flavour: 'Loki', version: flavour.version };
    }
    case 'tempo': {
      const client = tempoClient(source);
      const [flavour] = await Promise.all([client.flavour(signal), client.ready(signal)]);
      return { flavour: 'Tempo', version: flavour.version };
    }
    case 'alertmanager': {
      await alertmanagerClient(source).ready(signal);
      return { flavour: 'Alertmanager', version: null };
    }
  }
}

/** Every configured source as it answers now, all asked at once. A source that fails is an answer, not an error. */
export function readSourcesHealth(
  signal: AbortSignal,
  nowMs: number,
  config: Config = getConfig(),
): Promise<SourceHealth[]> {
  return Promise.all(
    Object.values(config.sources)
      .flat()
      .map((source) => healthOf(source, signal, nowMs)),
  );
}

async function healthOf(source: SourceConfig, signal: AbortSignal, nowMs: number): Promise<SourceHealth> {
  const base = { name: source.name, kind: source.kind, url: withoutCredentials(source.url), checkedAtMs: nowMs };
  const startedMs = performance.now();
  try {
    const told = await ask(source, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
    const elapsedMs = Math.round(performance.now() - startedMs);
    const isSlow = elapsedMs > SLOW_MS;
    const word = isSlow ? `is slow: it answers in ${elapsedMs} ms` : `answers in ${elapsedMs} ms`;
    return { ...base, status: isSlow ? 'watch' : 'ok', word, ...told, elapsedMs };
  } catch (error) {
    if (signal.aborted) throw error;
    const elapsedMs = Math.round(performance.now() - startedMs);
    const word =
      error instanceof AppError
        ? error.message
        : elapsedMs >= PATIENCE_MS
          ? `has not answered within ${PATIENCE_MS / 1000} s`
          : 'could not be asked; the log of the console has the reason';
    if (!(error instanceof AppError) && elapsedMs < PATIENCE_MS) throw error;
    return { ...base, status: 'bad', word: withoutName(word, source.name), flavour: null, version: null, elapsedMs };
  }
}

/** The sentence stands behind the source's name already. */
const withoutName = (message: string, name: string): string =>
  message.startsWith(`${name} `) ? message.slice(name.length + 1) : message;

function withoutCredentials(url: string): string {
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.href.replace(/\/$/, '');
}
