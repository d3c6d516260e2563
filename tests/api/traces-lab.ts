import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { LabEngine } from '@/lab/http';
import { traceStoreFromOtlp } from '@/lab/memory-traces';
import type { TraceStore } from '@/lab/stores';
import { tempoEngine } from '@/lab/tempo/engine';
import { serveEngines } from '../serve-engines';

const CORPUS = new URL('../fixtures/corpus/', import.meta.url);

const Case = z.object({
  name: z.string(),
  request: z.object({ path: z.string(), query: z.record(z.string(), z.union([z.string(), z.number()])) }),
  response: z.object({ status: z.number(), body: z.unknown() }),
});

/** An hour after the corpus, so that the half minute the server never searches is long past. */
export const CORPUS_NOW_MS = 1_795_234_000_000;

export const corpusStore = (): TraceStore =>
  traceStoreFromOtlp(JSON.parse(readFileSync(new URL('data/otlp-traces.json', CORPUS), 'utf8')));

/** The recorded searches of the corpus. */
export const corpusSearches = () =>
  readdirSync(new URL('cases/tempo/', CORPUS))
    .filter((file) => file.startsWith('search-'))
    .map((file) => Case.parse(JSON.parse(readFileSync(new URL(`cases/tempo/${file}`, CORPUS), 'utf8'))));

export interface TempoLab {
  url: string;
  /** Requests so far: path and TraceQL. */
  seen: { path: string; q: string | null }[];
  /** Answers before the engine does; null lets it. */
  before: (path: string, q: string | null) => ReturnType<LabEngine> | null;
  close(): Promise<void>;
}

/** The lab's Tempo over a store, on a port of its own. */
export async function startTempo(store: TraceStore, nowMs: number): Promise<TempoLab> {
  const engine = tempoEngine(store);
  const lab: TempoLab = { url: '', seen: [], before: () => null, close: async () => undefined };
  const server = await serveEngines(
    {
      tempo: (request) => {
        const q = request.params.get('q');
        lab.seen.push({ path: request.path, q });
        return lab.before(request.path, q) ?? engine(request);
      },
    },
    () => nowMs,
  );
  lab.url = server.url;
  lab.close = server.close;
  return lab;
}
