import * as z from 'zod';
import { Status } from './answer';
import { SourceKind } from './error';
import { MissingSignal } from './fleet';

/** One configured source as it answers now. */
export const SourceHealth = z.object({
  name: z.string(),
  kind: SourceKind,
  /** Address without credentials. */
  url: z.string(),
  status: Status,
  /** "answers in 12 ms", "refuses connections: is it running at …?". */
  word: z.string(),
  /** "Prometheus", "Mimir", "Loki", "Tempo" …; null when it did not say. */
  flavour: z.string().nullable(),
  version: z.string().nullable(),
  elapsedMs: z.number().nullable(),
  checkedAtMs: z.number(),
});
export type SourceHealth = z.infer<typeof SourceHealth>;

export const SourcesHealth = z.object({ sources: z.array(SourceHealth) });
export type SourcesHealth = z.infer<typeof SourcesHealth>;

/** Settings → Sources: the sources, the signal map in force, and what it cannot give. */
export const SourcesReport = z.object({
  sources: z.array(SourceHealth),
  preset: z.object({ id: z.string(), product: z.string(), foundBy: z.string() }),
  /** Presets whose metrics are there too. */
  alsoFound: z.array(z.object({ id: z.string(), product: z.string() })),
  signals: z.array(
    z.object({
      signal: z.string(),
      /** Metric, log field or span name in force; null when nothing gives it. */
      metric: z.string().nullable(),
      labels: z.array(z.string()),
      /** Whether the source holds it now; null when it could not be asked. */
      present: z.boolean().nullable(),
      /** Series that carry it now. */
      series: z.number().nullable(),
      origin: z.enum(['preset', 'configuration']),
    }),
  ),
  missing: z.array(MissingSignal),
  configPath: z.string().nullable(),
});
export type SourcesReport = z.infer<typeof SourcesReport>;

/** `/api/ready`: the process may be given traffic when the database answers; sources are said, not required. */
export const Readiness = z.object({
  ready: z.boolean(),
  database: z.object({
    status: Status,
    kind: z.enum(['sqlite', 'postgresql']),
    elapsedMs: z.number().nullable(),
    word: z.string(),
  }),
  sources: z.array(SourceHealth),
});
export type Readiness = z.infer<typeof Readiness>;

export const Health = z.object({ status: z.literal('ok'), version: z.string(), uptimeMs: z.number() });
export type Health = z.infer<typeof Health>;
