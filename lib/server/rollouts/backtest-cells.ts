import 'server-only';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { SeriesSet } from '@/lib/contracts/series';
import { Parts } from '../compare/parts';
import { type CellsRead, readCells } from '../compare/read-cells';
import { missingFaults } from '../compare/read-compare';
import { failedStatus, SEGMENT_LABEL, SEGMENT_METRIC } from '../compare/read-sides';
import { AppError } from '../errors';
import { versionOf } from '../fleet/labels';
import type { ModelPanel } from '../fleet/model-panel';
import { contractIncrease, counterQuery } from '../prometheus/signal-queries';

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
  const ask = (purpose: string, query: string): Promise<SeriesSet | null> =>
    parts.take('other', purpose, prometheus.range(query, { startMs, endMs, stepMs }, signal));
  const bySegment = (matchers: readonly ReturnType<typeof failedStatus>[]): string =>
    counterQuery(map, SEGMENT_METRIC, {
      fn: 'increase',
      windowMs,
      model,
      byVersion: true,
      keep: [SEGMENT_LABEL],
      matchers,
    });
  const { outcomes: outcomeSignal } = map.contract;
  const outcomeLabel = outcomeSignal.labels.outcome ?? 'outcome';
  const [all, failed, outcomes] = await Promise.all([
    ask('requests by segment over time', bySegment([])),
    ask('failed requests by segment over time', bySegment([failedStatus(map)])),
    outcomeSignal.present
      ? ask('outcomes over time', contractIncrease(outcomeSignal, { model, keep: [outcomeLabel], windowMs }))
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
  const byVersion = (labels: Record<string, string>): string => versionOf(map, labels);
  const outcomeVersion = outcomeSignal.labels.version ?? 'model_version';
  return {
    cells,
    segments:
      all === null || failed === null || all.series.length === 0
        ? null
        : { all: labelled(all, SEGMENT_LABEL, byVersion), failed: labelled(failed, SEGMENT_LABEL, byVersion) },
    outcomes:
      outcomes === null || outcomes.series.length === 0
        ? null
        : labelled(outcomes, outcomeLabel, (labels) => labels[outcomeVersion] ?? ''),
    faults: [...parts.faults, ...missingFaults(map.missing)],
    scrapeIntervalMs: source.scrapeIntervalMs,
  };
}
