import type { MetricSeries } from './aggregate';
import type { SecondStage } from './ast';
import { ordered } from './expression';
import { staticText } from './static';

/** `topk`, `bottomk` and thresholds: what a slot loses becomes NaN; the series object stays the same. */
export function applySecondStages(
  stages: readonly SecondStage[],
  series: readonly MetricSeries[],
): readonly MetricSeries[] {
  for (const stage of stages) {
    if (stage.stage === 'compareWith') {
      for (const { values } of series) {
        for (const [slot, value] of values.entries()) {
          if (!ordered(stage.op, value, stage.value)) values[slot] = Number.NaN;
        }
      }
    } else keepExtremes(series, stage.limit, stage.stage === 'topk' ? -1 : 1);
  }
  return series;
}

/** Keeps the `limit` first series of each slot, by value and then by labels. */
function keepExtremes(series: readonly MetricSeries[], limit: number, direction: 1 | -1): void {
  const named = series.map(({ labels, values }) => ({
    values,
    text: labels.map(({ key, value }) => `${key}=${staticText(value)}`).join(),
  }));
  const slots = series[0]?.values.length ?? 0;
  for (let slot = 0; slot < slots; slot++) {
    const present = named
      .map(({ values, text }) => ({ values, text, value: values[slot] ?? Number.NaN }))
      .filter(({ value }) => !Number.isNaN(value))
      .sort((a, b) => direction * (a.value - b.value) || (a.text < b.text ? -1 : 1));
    for (const { values } of present.slice(limit)) values[slot] = Number.NaN;
  }
}
