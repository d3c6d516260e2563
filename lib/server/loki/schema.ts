import 'server-only';
import { z } from 'zod';
import { Labels } from '@/lib/contracts/series';
import { QueryData } from '../prometheus/schema';

/* The fields read of the Loki HTTP API (https://grafana.com/docs/loki/latest/reference/loki-http-api/), in our units. */

const Ns = z.string().regex(/^\d{1,19}$/, 'expected nanoseconds');
const Categories = z.object({ structuredMetadata: Labels.optional(), parsed: Labels.optional() });
/** Two parts, or three where the server told labels apart. */
const RawEntry = z.union([z.tuple([Ns, z.string()]), z.tuple([Ns, z.string(), Categories])]);
export const RawStream = z.object({ stream: Labels, values: z.array(RawEntry) });
export type RawStream = z.infer<typeof RawStream>;

const Stats = z
  .object({
    summary: z
      .object({
        totalBytesProcessed: z.number().optional(),
        totalLinesProcessed: z.number().optional(),
        execTime: z.number().optional(),
        queueTime: z.number().optional(),
      })
      .optional(),
  })
  .optional();

export const StreamsAnswer = z.object({
  status: z.literal('success'),
  warnings: z.array(z.string()).nullish(),
  data: z.object({
    resultType: z.literal('streams'),
    encodingFlags: z.array(z.string()).nullish(),
    result: z.array(RawStream),
    stats: Stats,
  }),
});

export const MetricAnswer = z.object({
  status: z.literal('success'),
  warnings: z.array(z.string()).nullish(),
  // A log query by mistake arrives as streams, and is said so instead of called malformed.
  data: z.union([QueryData, z.object({ resultType: z.literal('streams') })]),
});

/** Empty lists leave `data` out altogether. */
const orEmpty = <S extends z.ZodType>(item: S) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);

export const Names = z.object({ status: z.literal('success'), data: orEmpty(z.string()) });
export const SeriesAnswer = z.object({ status: z.literal('success'), data: orEmpty(Labels) });
export const FormatAnswer = z.object({ status: z.literal('success'), data: z.string() });

/** Approximate, without what is not flushed yet. */
export const IndexStats = z.object({ streams: z.number(), chunks: z.number(), bytes: z.number(), entries: z.number() });
export type IndexStats = z.infer<typeof IndexStats>;

export const Patterns = z.object({
  status: z.literal('success'),
  data: orEmpty(
    z
      .object({
        pattern: z.string(),
        level: z.string().optional(),
        samples: z.array(z.tuple([z.number(), z.number()])).nullish(),
      })
      .transform(({ pattern, level, samples }) => ({
        pattern,
        level: level ?? null,
        samples: (samples ?? []).map(([seconds, count]) => ({ timeMs: seconds * 1000, count })),
        total: (samples ?? []).reduce((sum, [, count]) => sum + count, 0),
      })),
  ),
});
export type LogPattern = z.infer<typeof Patterns>['data'][number];

export const DetectedFields = z.object({
  fields: orEmpty(
    z
      .object({
        label: z.string(),
        type: z.string(),
        cardinality: z.number().optional(),
        parsers: z.array(z.string()).nullish(),
        jsonPath: z.array(z.string()).nullish(),
      })
      .transform((field) => ({
        label: field.label,
        /** A hint only: that of the last stream seen. */
        type: field.type,
        /** Of the sampled lines, not of all. */
        cardinality: field.cardinality ?? 0,
        /** How to get at it; null is structured metadata. */
        parsers: field.parsers ?? null,
        jsonPath: field.jsonPath ?? null,
      })),
  ),
});
export type DetectedField = z.infer<typeof DetectedFields>['fields'][number];

export const DetectedValues = z.object({ values: orEmpty(z.string()) });
export const DetectedLabels = z.object({
  detectedLabels: orEmpty(z.object({ label: z.string(), cardinality: z.number().optional() })),
});

export const LokiBuildInfo = z.object({ version: z.string().optional() });

export const TailFrameBody = z.object({
  streams: z.array(RawStream).nullish(),
  dropped_entries: z.array(z.unknown()).nullish(),
  encodingFlags: z.array(z.string()).nullish(),
});
