import 'server-only';
import type { FairnessState, QualityState } from '@/lib/contracts/drift-state';
import type { Cohort, Outcomes, Quality, QualityMeasure, QualityParams, QualityValue } from '@/lib/contracts/quality';
import { fairnessVerdict, LEAST_RECALL_RATIO, MIN_POSITIVES } from '@/lib/domain/fairness';
import { formatDuration } from '@/lib/domain/format';
import { coverageOf, labelMaturity, labelState } from '@/lib/domain/label-maturity';
import {
  addOutcomes,
  type QualityMeasure as MeasureName,
  MIN_TRIALS,
  QUALITY_MEASURES,
  type QualityWindow,
  qualityEstimate,
  qualityVerdict,
} from '@/lib/domain/quality';
import { qualityAnswer } from '@/lib/domain/quality-answer';
import { DAY_MS } from '@/lib/domain/time';
import { type Context, type DriftPanel, openPanel } from '../drift/open';
import { MIN_WINDOW_MS } from '../drift/read-heat';
import { askWindows, endOf, oneWindow, type Windows, windowsOf } from '../drift/windows';
import { featureIncrease, labelOf } from '../prometheus/drift-queries';
import { gaugeQuery } from '../prometheus/signal-queries';
import { missingContract } from '../signals/missing';
import { modelConfigOf } from '../telemetry';
import { readProxies } from './proxies';
import { readOutcomes, totalOf } from './read-outcomes';

/** Age of the newest label beyond which it is called stale, where no objective says. */
export const DEFAULT_LABEL_LIMIT_MS = DAY_MS;

/** Quality as labels arrive: measures over time, cohorts, freshness of labels and up to when they have come. */
export async function readQuality(params: QualityParams, { signal, nowMs }: Context): Promise<Quality> {
  const { model, startMs, endMs } = params;
  const panel = await openPanel(params, { signal, nowMs });
  const drift: DriftPanel = { panel, model, version: params.version ?? null, startMs, endMs, signal };
  const { gather, telemetry } = panel;
  const windows = windowsOf(params, params.windows, MIN_WINDOW_MS);
  const lengthMs = Math.max(endMs - startMs, DAY_MS);
  const before = { startMs: Math.max(0, windows.startMs - lengthMs), endMs: windows.startMs };
  const [cohorts, earlier, predictions, receivedMs, proxies] = await Promise.all([
    readOutcomes(drift, windows, 'outcomes by cohort'),
    readOutcomes(drift, oneWindow(before), 'outcomes before'),
    readPredictions(drift, windows),
    readFreshness(drift),
    readProxies(drift, windows, before),
  ]);
  const perWindow = Array.from({ length: windows.count }, (_, i) =>
    addOutcomes([...(cohorts ?? new Map<string, Outcomes[]>()).values()].flatMap((own) => own[i] ?? [])),
  );
  const known = perWindow.map((counts) => (totalOf(counts) > 0 ? counts : null));
  const all = addOutcomes(perWindow);
  const place = (i: number) => ({
    startMs: windows.startMs + i * windows.windowMs,
    endMs: windows.startMs + (i + 1) * windows.windowMs,
  });
  const coverage = perWindow.map((counts, i) => ({
    ...place(i),
    predictions: predictions[i] ?? null,
    labelled: cohorts === null ? null : totalOf(counts),
  }));
  const { matureUntilMs } = labelMaturity(coverage);
  const own = modelConfigOf(telemetry.config, model);
  const limitMs = own?.slos.find(({ kind }) => kind === 'freshness')?.thresholdMs ?? null;
  const labels: Quality['labels'] = {
    lastReceivedMs: receivedMs,
    ageMs: receivedMs === null ? null : Math.max(0, endMs - receivedMs),
    limitMs: limitMs ?? DEFAULT_LABEL_LIMIT_MS,
    limitFrom: limitMs === null ? 'default' : 'configuration',
    state: labelState(receivedMs, endMs, limitMs ?? DEFAULT_LABEL_LIMIT_MS),
  };
  const { reference, judgedFrom } = referenceOf(earlier, before, known, place);
  const judged = known.map((outcomes, i): QualityWindow => {
    const time = place(i);
    const isOpen = matureUntilMs !== null && time.endMs > matureUntilMs;
    return { ...time, outcomes: isOpen || i < judgedFrom ? null : outcomes };
  });
  const objectives = new Map(
    (own?.slos ?? []).flatMap(({ kind, measure, objective }) =>
      kind === 'quality' && measure !== null ? [[measure as MeasureName, objective] as const] : [],
    ),
  );
  const measures = QUALITY_MEASURES.map((name): QualityMeasure => {
    const verdict = qualityVerdict(judged, reference === null ? null : { outcomes: reference.counts }, name);
    return {
      name,
      now: toValue(all, name),
      reference: reference === null ? null : toValue(reference.counts, name),
      objective: objectives.get(name) ?? null,
      ...verdict,
      word: QUALITY_WORD[verdict.state],
      values: known.map((counts) => (counts === null ? null : toValue(counts, name))),
    };
  });
  const sliced = await readCohorts(drift, { cohorts, all, receivedMs });
  const quality = {
    model,
    version: params.version ?? null,
    versions: panel.versions,
    startMs: windows.startMs,
    endMs: endOf(windows),
    windowMs: windows.windowMs,
    windows: windows.count,
    counts: totalOf(all) > 0 ? all : null,
    measures,
    reference,
    labels,
    coverage: coverage.map(coverageOf),
    maturity: maturityOf(matureUntilMs, endOf(windows), labels.state === 'stale'),
    ...sliced,
    proxies,
    gaps: gather.gaps,
    missing: missingOf(drift, cohorts !== null && cohorts.size === 0, receivedMs),
    why: gather.why,
  };
  return { ...quality, answer: qualityAnswer(quality) };
}

const QUALITY_WORD: Readonly<Record<QualityState, string>> = {
  fallen: 'fallen',
  risen: 'risen',
  holds: 'holds',
  'no-reference': 'nothing to hold it against',
  'not-enough-data': 'not enough labels',
  'not-measured': 'not measured',
};

function toValue(counts: Outcomes, name: MeasureName): QualityValue | null {
  const estimate = qualityEstimate(counts, name);
  return estimate === null ? null : { value: estimate.value, interval: estimate.interval, n: estimate.trials };
}

/** Labels of the time before under this part of the range's are no level to hold it against. */
const LEAST_REFERENCE = 0.1;

/** Whether a time has labels enough, of all and of either class, to be a level. */
const isLevel = (then: Outcomes, now: Outcomes): boolean =>
  then.tp + then.fn >= MIN_TRIALS && then.tp + then.fp >= MIN_TRIALS && totalOf(then) >= LEAST_REFERENCE * totalOf(now);

/** The time before where it has labels enough; else the first third of the windows that have, and the rest is judged. */
function referenceOf(
  earlier: ReadonlyMap<string, Outcomes[]> | null,
  before: { startMs: number; endMs: number },
  known: readonly (Outcomes | null)[],
  place: (i: number) => { startMs: number; endMs: number },
): { reference: Quality['reference']; judgedFrom: number } {
  const then = addOutcomes([...(earlier?.values() ?? [])].flat());
  const filled = known.flatMap((counts, i) => (counts === null ? [] : [{ i, counts }]));
  const first = filled.slice(0, Math.floor(filled.length / 3));
  const last = first.at(-1);
  const isThird = first[0] !== undefined && last !== undefined;
  if (totalOf(then) > 0 && (!isThird || isLevel(then, addOutcomes(filled.map(({ counts }) => counts))))) {
    const words = `the ${formatDuration(before.endMs - before.startMs)} before`;
    return { reference: { words, ...before, counts: then }, judgedFrom: 0 };
  }
  if (first[0] === undefined || last === undefined) return { reference: null, judgedFrom: 0 };
  return {
    reference: {
      words: 'the first third of the range',
      startMs: place(first[0].i).startMs,
      endMs: place(last.i).endMs,
      counts: addOutcomes(first.map(({ counts }) => counts)),
    },
    judgedFrom: last.i + 1,
  };
}

async function readPredictions({ panel, model, version, signal }: DriftPanel, windows: Windows) {
  const { predictions } = panel.telemetry.map.contract;
  const query = featureIncrease(predictions, [], { model, version, windowMs: windows.windowMs });
  const series = await panel.gather.take(
    'predictions by window',
    askWindows(panel.telemetry.prometheus, query, windows, signal, 10),
  );
  return series?.[0]?.values ?? [];
}

/** When the newest label arrived; null: nothing tells. */
async function readFreshness({ panel, model, endMs, signal }: DriftPanel): Promise<number | null> {
  const { labelFreshness } = panel.telemetry.map.contract;
  const query = gaugeQuery(
    labelFreshness.metric,
    [],
    [{ label: labelOf(labelFreshness, 'model'), op: '=', value: model }],
  );
  const samples = await panel.gather.take('newest label', panel.telemetry.prometheus.instant(query, endMs, signal));
  const seconds = samples?.[0]?.value ?? null;
  return seconds === null ? null : Math.min(endMs, seconds * 1000);
}

function maturityOf(untilMs: number | null, endMs: number, isStale: boolean): Quality['maturity'] {
  if (untilMs === null || untilMs >= endMs) return null;
  const words = isStale
    ? 'The label feed stopped: predictions after this have no labels.'
    : 'Labels of predictions after this are still arriving.';
  return { atMs: untilMs, words };
}

/** Labels of the range, or where it has too few to judge a cohort, of the newest time that has any. */
async function readCohorts(
  drift: DriftPanel,
  {
    cohorts,
    all,
    receivedMs,
  }: { cohorts: ReadonlyMap<string, Outcomes[]> | null; all: Outcomes; receivedMs: number | null },
): Promise<Pick<Quality, 'cohorts' | 'cohortTime'>> {
  const { startMs, endMs } = drift;
  const positives = all.tp + all.fn;
  if (positives >= MIN_POSITIVES || receivedMs === null || receivedMs >= endMs - MIN_WINDOW_MS) {
    if (cohorts === null || totalOf(all) === 0) return { cohorts: [], cohortTime: null };
    return { cohorts: toCohorts(cohorts), cohortTime: { startMs, endMs, words: 'the range' } };
  }
  const lengthMs = Math.max(endMs - startMs, DAY_MS);
  const last = { startMs: Math.max(0, receivedMs - lengthMs), endMs: receivedMs };
  const read = await readOutcomes(drift, oneWindow(last), 'outcomes of the newest labels');
  const counts = addOutcomes([...(read?.values() ?? [])].flat());
  if (read === null || totalOf(counts) === 0) return { cohorts: [], cohortTime: null };
  const words = `the last ${formatDuration(lengthMs)} with labels`;
  return { cohorts: toCohorts(read), cohortTime: { ...last, words } };
}

function toCohorts(cohorts: ReadonlyMap<string, Outcomes[]>): Cohort[] {
  const sums = [...cohorts].map(([cohort, own]) => ({ cohort, counts: addOutcomes(own) }));
  const all = addOutcomes(sums.map(({ counts }) => counts));
  return sums
    .map(({ cohort, counts }): Cohort => {
      const { state, ratio, interval, positives } = fairnessVerdict(counts, all);
      return {
        cohort,
        counts,
        accuracy: toValue(counts, 'accuracy'),
        precision: toValue(counts, 'precision'),
        recall: toValue(counts, 'recall'),
        ratio: ratio === null || interval === null ? null : { value: ratio, interval },
        positives,
        state,
        word: fairnessWord(state, ratio),
      };
    })
    .sort((a, b) => (a.ratio?.value ?? 2) - (b.ratio?.value ?? 2) || (a.cohort < b.cohort ? -1 : 1));
}

const SHARE_OF_OVERALL = `${LEAST_RECALL_RATIO * 100} % of overall`;

const FAIRNESS_WORD: Readonly<Record<FairnessState, string>> = {
  below: `recall below ${SHARE_OF_OVERALL}`,
  'not-below': `recall at least ${SHARE_OF_OVERALL}`,
  'not-enough-data': `fewer than ${MIN_POSITIVES} positives`,
  'not-measured': 'not measured',
};

/** What is under the limit without being sure of it is neither called nor hidden. */
const fairnessWord = (state: FairnessState, ratio: number | null): string =>
  state === 'not-below' && ratio !== null && ratio < LEAST_RECALL_RATIO
    ? `under ${SHARE_OF_OVERALL}, may be chance`
    : FAIRNESS_WORD[state];

function missingOf({ panel, model }: DriftPanel, isEmpty: boolean, receivedMs: number | null): Quality['missing'] {
  const { outcomes, labelFreshness } = panel.telemetry.map.contract;
  return [
    ...(isEmpty ? [missingContract('outcomes', 'outcomes', `${outcomes.metric} of ${model}`)] : []),
    ...(receivedMs === null
      ? [missingContract('label age', 'labelFreshness', `${labelFreshness.metric} of ${model}`)]
      : []),
  ];
}
