import 'server-only';
import type { Impact, ImpactParams } from '@/lib/contracts/impact';
import type { Sample, SeriesSet } from '@/lib/contracts/series';
import type { Proportion } from '@/lib/domain/comparison';
import { formatMs } from '@/lib/domain/format';
import { impactAnswer } from '@/lib/domain/impact-answer';
import { impactOf, type MeasuredImpact, stretchBefore } from '@/lib/domain/incident-impact';
import { dispersionOf, varianceFactor } from '@/lib/domain/overdispersion';
import { MINUTE_MS } from '@/lib/domain/time';
import { type Counts, countsBy, tellsErrors } from '../fleet/counts';
import { modelOf, versionOf } from '../fleet/labels';
import { Gather } from '../gather';
import { bucketsQuery, errorsQuery, requestsQuery } from '../prometheus/signal-queries';
import type { Reading } from '../reading';
import { modelConfigOf, openTelemetry, type Telemetry } from '../telemetry';

/** Cells that dispersion is measured over at most. */
const MAX_CELLS = 240;
/** Buckets of one answer at most, as for the fleet. */
const MAX_BUCKET_SERIES = 20_000;

interface Range {
  startMs: number;
  endMs: number;
}

/**
 * What a stretch of trouble did to predictions, by model and version, against a stretch without it: predictions served,
 * failed and slower than the objective allows, and how many more that is than was to be expected. Everything is asked for
 * all models at once. Requests are needed; whatever else fails is left out and said. Throws AppError.
 */
export async function readImpact(asked: ImpactParams, { signal, nowMs }: Reading): Promise<Impact> {
  const telemetry = await openTelemetry(nowMs);
  const gather = new Gather(signal);
  gather.why.push(...telemetry.why);
  const { startMs, endMs, against } = asked;
  const before = stretchBefore(asked, against);
  const model = asked.model ?? null;
  const [during, earlier, factors] = await Promise.all([
    readCounts(telemetry, { range: { startMs, endMs }, called: 'during it', model, signal }, gather),
    readCounts(telemetry, { range: before, called: 'before it', model, signal }, gather),
    readFactors(telemetry, { range: before, model, signal }, gather),
  ]);
  const bounds = boundsOf(telemetry, [...during, ...earlier], gather);
  const measured = [...new Set([...during.keys(), ...earlier.keys()])].flatMap((key): MeasuredImpact[] => {
    const [name, version] = JSON.parse(key) as [string, string];
    // Counters that stand still tell of a version that is not in service.
    const isUsed = (counts: Counts | undefined) => (counts?.requests ?? 0) > 0;
    if (name === '' || (!isUsed(during.get(key)) && !isUsed(earlier.get(key)))) return [];
    return [
      {
        model: name,
        version,
        during: during.get(key) ?? null,
        before: earlier.get(key) ?? null,
        boundMs: bounds.get(name) ?? null,
        varianceFactor: factors.get(key) ?? 1,
      },
    ];
  });
  const { gaps, why } = gather;
  const told = {
    startMs,
    endMs,
    beforeStartMs: before.startMs,
    beforeEndMs: before.endMs,
    against,
    ...impactOf(measured, (endMs - startMs) / (before.endMs - before.startMs)),
    gaps: [
      ...gaps,
      ...telemetry.map.missing.flatMap(({ signal: name, reason }) => (name === 'version' ? [] : [reason])),
    ],
  };
  return { ...told, answer: impactAnswer(told), why };
}

const keyed =
  ({ map }: Telemetry) =>
  (labels: Sample['labels']) =>
    JSON.stringify([modelOf(map, labels), versionOf(map, labels)]);

async function readCounts(
  telemetry: Telemetry,
  { range, called, model, signal }: { range: Range; called: string; model: string | null; signal: AbortSignal },
  gather: Gather,
): Promise<Map<string, Counts>> {
  const { prometheus, map } = telemetry;
  const over = { fn: 'increase', windowMs: range.endMs - range.startMs, model, byVersion: true } as const;
  const query = requestsQuery(map, over);
  if (query === null) return new Map();
  const instant = (text: string | null, limit?: number) =>
    text === null ? null : prometheus.instant(text, range.endMs, signal, limit);
  const [requests, errors, buckets] = await Promise.all([
    gather.need(`predictions ${called}`, prometheus.instant(query, range.endMs, signal)),
    gather.take(`failed predictions ${called}`, instant(errorsQuery(map, over))),
    gather.take(`latency buckets ${called}`, instant(bucketsQuery(map, over), MAX_BUCKET_SERIES)),
  ]);
  return countsBy(map, { requests, errors, buckets }, keyed(telemetry));
}

/** How much more the error ratio varied from minute to minute before than independent requests would, by version. */
async function readFactors(
  telemetry: Telemetry,
  { range, model, signal }: { range: Range; model: string | null; signal: AbortSignal },
  gather: Gather,
): Promise<Map<string, number>> {
  const { prometheus, map, source } = telemetry;
  const least = Math.max(MINUTE_MS, 4 * source.scrapeIntervalMs, (range.endMs - range.startMs) / MAX_CELLS);
  const stepMs = Math.ceil(least / MINUTE_MS) * MINUTE_MS;
  const over = { fn: 'increase', windowMs: stepMs, model, byVersion: true } as const;
  const [requestsText, errorsText] = [requestsQuery(map, over), tellsErrors(map) ? errorsQuery(map, over) : null];
  if (requestsText === null || errorsText === null) return new Map();
  // A cell ends at its point: the first one lies a step after the beginning.
  const cells = { startMs: range.startMs + stepMs, endMs: range.endMs, stepMs };
  if (cells.startMs >= cells.endMs) return new Map();
  const [requests, errors] = await Promise.all([
    gather.take('predictions by minute before it', prometheus.range(requestsText, cells, signal)),
    gather.take('failed predictions by minute before it', prometheus.range(errorsText, cells, signal)),
  ]);
  if (requests === null || errors === null) return new Map();
  const totals = valuesBy(telemetry, requests);
  const failures = valuesBy(telemetry, errors);
  const isApart = map.requests?.successOnly === true;
  return new Map(
    [...totals].map(([key, values]) => {
      const proportions = values.flatMap((value, i): Proportion[] => {
        if (value === null) return [];
        const failed = failures.get(key)?.[i] ?? 0;
        return [{ successes: failed, total: isApart ? value + failed : value }];
      });
      return [key, varianceFactor(dispersionOf(proportions))];
    }),
  );
}

function valuesBy(telemetry: Telemetry, set: SeriesSet): Map<string, readonly (number | null)[]> {
  const keyOf = keyed(telemetry);
  return new Map(set.series.map(({ labels, values }) => [keyOf(labels), values]));
}

/** The bound of each model's latency objective; one that is no bound of its buckets is said, and not used. */
function boundsOf(
  { config, map }: Telemetry,
  counts: readonly (readonly [string, Counts])[],
  gather: Gather,
): Map<string, number> {
  const bounds = new Map<string, number>();
  for (const name of new Set(counts.map(([key]) => (JSON.parse(key) as [string, string])[0]))) {
    const boundMs = modelConfigOf(config, name)?.slos.find(({ kind }) => kind === 'latency')?.thresholdMs ?? null;
    if (boundMs === null) continue;
    const own = counts.filter(([key, { buckets }]) => buckets !== null && (JSON.parse(key) as [string])[0] === name);
    if (own.some(([, { buckets }]) => buckets?.upperBounds.includes(boundMs))) bounds.set(name, boundMs);
    else if (own.length > 0) {
      gather.gaps.push(
        `How many of ${name} were slow is not measured: ${formatMs(boundMs)} is no bound of its buckets.`,
      );
    } else if (map.latency.kind !== 'none') {
      gather.gaps.push(
        `How many of ${name} were slow is not measured: only classic histograms have bounds to count by.`,
      );
    }
  }
  return bounds;
}
