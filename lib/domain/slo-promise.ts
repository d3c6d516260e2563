import { formatDuration, formatMs, formatRatioPercent } from './format';
import type { SloKind } from './slo-windows';

/** What an objective promises, as a sentence without a full stop: "99 % of requests take at most 500 ms, over 30 d". */
export function sloPromise(slo: {
  kind: SloKind;
  objective: number;
  windowMs: number;
  thresholdMs: number | null;
  measure: 'accuracy' | 'precision' | 'recall' | null;
  job: string | null;
}): string {
  const share = formatRatioPercent(slo.objective);
  return `${share} ${KEPT[slo.kind](slo)}, over ${formatDuration(slo.windowMs)}`;
}

/** Decimals of a percentage that tell hundredths of a budget of 1 %, and of one under 0.2 % tenths of it. */
const LEAST_DECIMALS = 2;
const MOST_DECIMALS = 6;

/**
 * What was reached as the figure of a percentage, for a column in which the points stand under each other: as many
 * decimals as the objective bears, cut and never rounded, so that nothing seems to be kept that was missed.
 */
export function attainmentFigure(attainment: number, objective: number | null): string {
  const budgetPercent = objective === null ? 1 : (1 - objective) * 100;
  const finer = Math.floor(-Math.log10(Math.max(budgetPercent, 1e-12)) + 1e-9);
  const decimals = Math.min(MOST_DECIMALS, LEAST_DECIMALS + Math.max(0, finer));
  const unit = 10 ** decimals;
  // The dust of binary fractions is no miss.
  return (Math.floor(attainment * 100 * unit + 1e-6) / unit).toFixed(decimals);
}

const MEASURED = {
  accuracy: 'of judged predictions are right (accuracy)',
  precision: 'of positive predictions are right (precision)',
  recall: 'of actual positives are found (recall)',
} as const;

const KEPT: Readonly<Record<SloKind, (slo: Parameters<typeof sloPromise>[0]) => string>> = {
  availability: () => 'of requests succeed',
  latency: ({ thresholdMs }) => `of requests take at most ${formatMs(thresholdMs)}`,
  freshness: ({ thresholdMs, job }) =>
    job === null
      ? `of the time labels are at most ${formatDuration(thresholdMs)} old`
      : `of the time ${job} succeeded at most ${formatDuration(thresholdMs)} ago`,
  quality: ({ measure }) => MEASURED[measure ?? 'accuracy'],
};
