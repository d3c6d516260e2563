import 'server-only';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { SeriesSet } from '@/lib/contracts/series';
import { Parts } from '../compare/parts';
import { type CellsRead, readCells } from '../compare/read-cells';
import { missingFaults } from '../compare/read-compare';
import { AppError } from '../errors';
import type { ModelPanel } from '../fleet/model-panel';
import { contractIncrease } from '../prometheus/signal-queries';
import { failedSegments } from '../signals/segments';

/** One value per cell of each thing that is counted by a label, for both sides. Null: not measured. */
export type LabelledCells = Map<string, { champion: (number | null)[]; challenger: (number | null)[] }>;

/** Everything a verdict over past hours is added up from, read once. */
export interface BacktestCells {
  cells: CellsRead;
  /** By segment; null where no metric tells them. */
  segments: { all: LabelledCells; failed: LabelledCells } | null;
  /** By outcome; null where no labels arrive. */
  outcomes: LabelledCells | null;
  faults: CompareInputs['faults'];
  scrapeIntervalMs: number;
}

/** Reads the cells of two versions from the begin of their window to an end. Throws where there are none at all. */
export async function readBacktestCells(
  { telemetry, gather }: ModelPanel,
  asked: { model: string; champion: string; challenger: string; startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<BacktestCells> {
  const { map, prometheus, source } = telemetry;
  const { model, startMs, endMs, champion, challenger } = asked;
  const parts = new Parts(gather, signal);
  const side = (version: string) => ({ model, version, startMs, endMs });
  const sides = { champion: side(champion), challenger: side(challenger) };
  const cells = await readCells(telemetry, parts, sides, { startMs, endMs }, signal);
  if (cells === null) {
    const reason = parts.faults[0]?.reason ?? 'Nothing counts the requests of this model.';
    throw new AppError('upstream_rejected', `The past cannot be read: ${reason}`, { source: source.name });
  }
  const { stepMs } = cells;
  const windowMs = stepMs + source.scrapeIntervalMs;
  const factor = stepMs / windowMs;
  const ask = (about: 'segments' | 'quality', purpose: string, query: string): Promise<SeriesSet | null> =>
    parts.take(about, purpose, prometheus.range(query, { startMs, endMs, stepMs }, signal));
  const { outcomes: outcomeSignal, segments } = map.contract;
  const segmentLabel = segments.labels.segment ?? 'user_segment';
  const bySegment = (purpose: string, matchers: readonly ReturnType<typeof failedSegments>[]) =>
    segments.present
      ? ask('segments', purpose, contractIncrease(segments, { model, keep: [segmentLabel], windowMs, matchers }))
      : null;
  const outcomeLabel = outcomeSignal.labels.outcome ?? 'outcome';
  const [all, failed, outcomes] = await Promise.all([
    bySegment('requests by segment over time', []),
    bySegment('failed requests by segment over time', [failedSegments(map)]),
    outcomeSignal.present
      ? ask('quality', 'outcomes over time', contractIncrease(outcomeSignal, { model, keep: [outcomeLabel], windowMs }))
      : null,
  ]);
  const labelled = (
    set: SeriesSet,
    label: string,
    versionOfSeries: (labels: Record<string, string>) => string,
  ): LabelledCells => {
    const found: LabelledCells = new Map();
    const empty = (): (number | null)[] => cells.champion.requests.map(() => null);
    for (const { labels, values } of set.series) {
      const version = versionOfSeries(labels);
      const name = version === champion ? 'champion' : version === challenger ? 'challenger' : null;
      if (name === null) continue;
      const own = found.get(labels[label] ?? '') ?? { champion: empty(), challenger: empty() };
      for (const [i, value] of values.entries()) {
        // A cell outside of the side's own part of the window belongs to nobody.
        if (value !== null && i < own[name].length && cells[name].requests[i] !== null) {
          own[name][i] = (own[name][i] ?? 0) + value * factor;
        }
      }
      found.set(labels[label] ?? '', own);
    }
    return found;
  };
  const byOwn =
    ({ labels: roles }: { labels: Readonly<Record<string, string>> }) =>
    (labels: Record<string, string>): string =>
      labels[roles.version ?? 'model_version'] ?? '';
  return {
    cells,
    segments:
      all === null || failed === null || all.series.length === 0
        ? null
        : {
            all: labelled(all, segmentLabel, byOwn(segments)),
            failed: labelled(failed, segmentLabel, byOwn(segments)),
          },
    outcomes:
      outcomes === null || outcomes.series.length === 0 ? null : labelled(outcomes, outcomeLabel, byOwn(outcomeSignal)),
    faults: [...parts.faults, ...missingFaults(map.missing)],
    scrapeIntervalMs: source.scrapeIntervalMs,
  };
}
