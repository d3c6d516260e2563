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
