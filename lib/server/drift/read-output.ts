import 'server-only';
import type { DriftOutput, Reference } from '@/lib/contracts/drift';
import type { DriftParams } from '@/lib/contracts/drift-params';
import { distributionsOf } from '@/lib/domain/feature-distributions';
import { type FeaturePair, judgeFeatures } from '@/lib/domain/feature-drift';
import { categorySide, type Sides } from '@/lib/domain/feature-side';
import { heldOf, shapeBoth } from '@/lib/domain/held-side';
import { featureIncrease, labelOf } from '../prometheus/drift-queries';
import { missingContract } from '../signals/missing';
import { findBaseline } from './baseline-store';
import { type Context, type DriftPanel, openDrift } from './open';
import { canCompare } from './read-drift';
import { addHistograms, addNatives, hasTraffic } from './read-metrics';
import { DAY_BEFORE, earlierOf } from './reference-choices';
import { askNativeWindows, askWindows, oneWindow } from './windows';

/** Names of the three outputs, which an uploaded baseline may use for its features. */
const SCORES = 'prediction_score';
const LABELS = 'prediction_label';
const TRUTH = 'label';
const OUTPUTS = [SCORES, LABELS, TRUTH] as const;
const MAX_SERIES = 5_000;

/** Drift of what the model answers and of the labels that arrive, against the time before or another version. */
export async function readOutput(params: DriftParams, context: Context): Promise<DriftOutput> {
  const drift = await openDrift(params, context);
  const { panel, model, version } = drift;
  const { gather } = panel;
  const earlier = earlierOf(params);
  const others = panel.versions.map((one) => one.version).filter((name) => name !== version);
  const other = params.againstVersion ?? others[0] ?? null;
  const [current, before, uploaded] = await Promise.all([
    readOutputs(drift, { ...params, version }, 'outputs'),
    params.against === 'version' ? null : readOutputs(drift, { ...earlier, version }, 'outputs before'),
    params.against === 'auto' || params.against === 'upload'
      ? gather.part('uploaded baselines', () => findBaseline({ model, version }))
      : null,
  ]);
  const kept = (uploaded?.features ?? []).filter(({ name }) => OUTPUTS.some((one) => one === name));
  const hasUpload = kept.length > 0;
  const wantsVersion = params.against === 'version' || (!hasUpload && (before === null || !hasTraffic(before)));
  const beside =
    wantsVersion && other !== null && params.against !== 'earlier'
      ? await readOutputs(drift, { ...params, version: other }, `outputs of ${other}`)
      : null;
  const uses = hasUpload && params.against !== 'earlier' && params.against !== 'version';
  const then = beside ?? before ?? new Map();
  const reference: Reference = {
    kind: uses ? 'upload' : beside !== null ? 'version' : hasTraffic(then) ? 'earlier' : null,
    words: uses
      ? `baseline uploaded by ${uploaded?.baseline.author.name ?? 'somebody'}`
      : beside !== null
        ? `${other} in the same time`
        : hasTraffic(then)
          ? params.againstStartMs === undefined
            ? DAY_BEFORE
            : 'the time asked for'
          : 'there is none',
    because: 'training baselines hold inputs; outputs are held against an upload, the time before, or another version',
    version: uses ? (uploaded?.baseline.version ?? null) : beside !== null ? other : version,
    ...(beside !== null || uses ? { startMs: null, endMs: null } : earlier),
    baselineId: uses ? (uploaded?.baseline.id ?? null) : null,
    choices: [
      {
        kind: 'upload',
        words: 'uploaded baseline',
        lack: hasUpload ? null : `No upload has a feature ${OUTPUTS.join(', ')}.`,
      },
      {
        kind: 'earlier',
        words: DAY_BEFORE,
        lack: before !== null && !hasTraffic(before) ? 'No outputs before the range.' : null,
      },
      {
        kind: 'version',
        words: other ?? 'another version',
        lack: other === null ? 'No other version had traffic.' : null,
      },
    ],
  };
  const referenceSides = new Map([
    ...heldOf(then),
    ...(uses ? kept.map((one) => [one.name, { kept: one }] as const) : []),
  ]);
  const judged = (name: string) => {
    const own = current.get(name);
    if (own === undefined) return null;
    const both = shapeBoth(referenceSides.get(name) ?? null, { shaped: own });
    const pair: FeaturePair = { feature: name, ...both, source: 'metrics', referenceOwn: null, score: null };
    const [row] = judgeFeatures([pair], canCompare([pair]));
    return row === undefined ? null : { drift: row, distributions: distributionsOf(pair) };
  };
  const { predictionScore } = panel.telemetry.map.contract;
  return {
    model,
    version,
    versions: panel.versions,
    reference,
    current: {
      source: 'metrics',
      words: 'histogram of scores, counters of predictions and outcomes',
      because: 'outputs are read from metrics',
      sample: null,
    },
    gaps: gather.gaps,
    missing:
      current.size > 0 || gather.gaps.length > 0
        ? []
        : [missingContract('outputs', 'predictionScore', `${predictionScore.metric} of ${model}`)],
    truncated: null,
    why: gather.why,
    startMs: params.startMs,
    endMs: params.endMs,
    scores: judged(SCORES),
    labels: judged(LABELS),
    truth: judged(TRUTH),
  };
}

/** Scores, predicted labels and labels as they turned out, over one time. */
async function readOutputs(
  { panel, model, signal }: DriftPanel,
  asked: { startMs: number; endMs: number; version: string | null },
  purpose: string,
): Promise<Sides> {
  const { prometheus, map } = panel.telemetry;
  const { predictionScore, predictions, outcomes } = map.contract;
  const windows = oneWindow(asked);
  const of = { model, version: asked.version, windowMs: windows.windowMs };
  const [predicted, outcome] = [labelOf(predictions, 'label'), labelOf(outcomes, 'outcome')];
  const ask = (query: string) => askWindows(prometheus, query, windows, signal, MAX_SERIES);
  const [scores, natives, labels, truths] = await Promise.all([
    panel.gather.take(`${purpose}: scores`, ask(featureIncrease(predictionScore, ['le'], of, '_bucket'))),
    predictionScore.hasNative
      ? panel.gather.take(
          `${purpose}: native histograms of scores`,
          askNativeWindows(prometheus, featureIncrease(predictionScore, [], of), windows, signal, 1),
        )
      : [],
    panel.gather.take(`${purpose}: predictions by label`, ask(featureIncrease(predictions, [predicted], of))),
    panel.gather.take(`${purpose}: outcomes`, ask(featureIncrease(outcomes, [outcome], of))),
  ]);
  const sides: Sides = new Map();
  addHistograms([sides], scores ?? [], () => SCORES);
  addNatives([sides], natives ?? [], () => SCORES);
  const counted = new Map<string, number>();
  for (const { labels: own, values } of labels ?? []) {
    const value = values[0] ?? null;
    if (value !== null) counted.set(own[predicted] ?? '', value);
  }
  if (counted.size > 0) sides.set(LABELS, categorySide(counted));
  const actual = new Map<string, number>();
  for (const { labels: own, values } of truths ?? []) {
    const value = values[0] ?? null;
    const truth = TRUTH_OF.get(own[outcome] ?? '');
    if (value !== null && truth !== undefined) actual.set(truth, (actual.get(truth) ?? 0) + value);
  }
  if (actual.size > 0) sides.set(TRUTH, categorySide(actual));
  return sides;
}

/** What a case turned out to be, by its outcome. */
const TRUTH_OF: ReadonlyMap<string, string> = new Map([
  ['tp', 'positive'],
  ['fn', 'positive'],
  ['fp', 'negative'],
  ['tn', 'negative'],
]);
