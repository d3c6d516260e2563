import type { AnswerPart, AnswerText, Status } from '@/lib/contracts/answer';
import type { Consequence, DriftReport, FeatureDrift, Onset } from '@/lib/contracts/drift';
import { muted, value } from './answer-parts';
import { rowOrder } from './drift-rank';
import { driftStatus, isCalled, MIN_VALUES, PSI_WATCH } from './drift-verdict';
import { formatDay, formatNumber, formatRatioPercent, formatTime } from './format';
import { listed } from './listed';

/** Share of values never seen before from which it is worth a look. */
const NOTABLE_UNSEEN_SHARE = 0.01;
/** Features named one by one before the rest is counted. */
const MAX_NAMED = 3;

const counted = (count: number): string => `${count} ${count === 1 ? 'feature' : 'features'}`;

/** What is known besides the report: when each drift began, and what it does to the score. */
export interface DriftContext {
  readonly began?: ReadonlyMap<string, Onset | null> | undefined;
  readonly consequences?: ReadonlyMap<string, Consequence> | undefined;
  /** IANA name, or undefined for the reader's own. */
  readonly zone?: string | undefined;
  /** End of the range: days are written where an onset lies on another. */
  readonly endMs?: number | undefined;
}

type Reported = Pick<DriftReport, 'model' | 'version' | 'reference' | 'features' | 'missing' | 'gaps'>;

/** Where the page shows one feature. */
export const featureHref = (model: string, feature: string): string =>
  `/drift?model=${encodeURIComponent(model)}&feature=${encodeURIComponent(feature)}`;

/** "22:35", with its day where that is not the end's; "22:35 or earlier" where it had begun before the first window. */
export function onsetWords(
  { sinceMs, isAtLeast }: Onset,
  { zone, endMs }: Pick<DriftContext, 'zone' | 'endMs'>,
): string {
  const day =
    endMs !== undefined && formatDay(endMs, zone) === formatDay(sinceMs, zone) ? '' : `${formatDay(sinceMs, zone)} `;
  return `${day}${formatTime(sinceMs, zone)}${isAtLeast ? ' or earlier' : ''}`;
}

/** What the move of a feature does to the score, as far as known: never a cause, an association. */
export function consequenceWords(consequence: Consequence | undefined): string | null {
  if (consequence === undefined) return null;
  const { how, value: size, interval, n } = consequence;
  if (how === 'windows') {
    if (Math.abs(size) < 0.5)
      return `the score did not move along with it (rank correlation ${formatNumber(size, 2)} over ${n} windows)`;
    return `the score moved along with it (rank correlation ${formatNumber(size, 2)} over ${n} windows)`;
  }
  const range =
    interval === null ? '' : ` (95 % interval ${formatNumber(interval.low, 2)} to ${formatNumber(interval.high, 2)})`;
  if (interval !== null && interval.low <= 0 && interval.high >= 0)
    return `no certain effect on the mean score${range}`;
  return `goes with a mean score ${size > 0 ? 'higher' : 'lower'} by ${formatNumber(Math.abs(size), 2)}${range}`;
}

function calledParts(model: string, drift: FeatureDrift, context: DriftContext): AnswerPart[] {
  const began = context.began?.get(drift.feature) ?? null;
  const effect = consequenceWords(context.consequences?.get(drift.feature));
  const limit = drift.noiseLimit === null ? '' : `, sampling alone stays under ${formatNumber(drift.noiseLimit, 2)}`;
  return [
    { text: drift.feature, tone: driftStatus(drift.state), to: featureHref(model, drift.feature) },
    value(` ${drift.state === 'drifted' ? 'has drifted' : 'is shifting'}`),
    ...(began === null ? [] : [value(` since ${onsetWords(began, context)}`)]),
    muted(
      ` (PSI ${formatNumber(drift.psi ?? drift.score?.value ?? null, 2)}${drift.kind === 'score' ? ', computed elsewhere' : limit})`,
    ),
    ...(effect === null ? [] : [muted(`, ${effect}`)]),
  ];
}

/** Features whose inputs changed otherwise: gone, new, more often missing, with categories never seen. */
function otherChanges(features: readonly FeatureDrift[]): string[] {
  const named = (found: readonly FeatureDrift[], one: string, several: string): string[] => {
    if (found.length === 0) return [];
    const more = found.length - MAX_NAMED;
    const names = found.slice(0, MAX_NAMED).map(({ feature }) => feature);
    return [`${listed(more > 0 ? [...names, `${more} more`] : names)} ${found.length === 1 ? one : several}`];
  };
  const risen = features.filter(({ missing }) => missing.state === 'risen');
  const rate = (side: FeatureDrift['missing']['current']) => formatRatioPercent(side?.rate ?? null);
  return [
    ...named(
      features.filter(({ state }) => state === 'vanished'),
      'no longer arrives',
      'no longer arrive',
    ),
    ...named(
      features.filter(({ state }) => state === 'new'),
      'is new: the reference does not have it',
      'are new: the reference does not have them',
    ),
    ...risen
      .slice(0, MAX_NAMED)
      .map(
        ({ feature, missing: { current, reference, referenceOwn } }) =>
          `${feature} is missing in ${rate(current)} of requests, ${rate(reference)} in ${referenceOwn ?? 'the reference'}`,
      ),
    ...named(
      features.filter(hasUnseen),
      'has categories that the reference never had',
      'have categories that the reference never had',
    ),
  ];
}

/** Whether categories never seen before make up a share that matters, for certain. */
function hasUnseen({ unseen, n }: Pick<FeatureDrift, 'unseen' | 'n'>): boolean {
  if (n.current === null || n.current < MIN_VALUES) return false;
  return unseen.reduce((sum, { share }) => sum + share, 0) > NOTABLE_UNSEEN_SHARE;
}

/** Why features could not be judged: "3 not enough data, 1 not comparable". */
function unjudgedWords(features: readonly FeatureDrift[]): string | null {
  const counts = [
    ['not-enough-data', 'with not enough data'],
    ['not-comparable', 'whose buckets cannot be compared'],
    ['not-measured', 'not measured'],
  ].flatMap(([state, words]) => {
    const count = features.filter((one) => one.state === state).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  return counts.length === 0 ? null : `Not judged: ${counts.join(', ')}.`;
}

/**
 * The sentences on the inputs of a model: what moved, since when, what it does to the score, against what; or that
 * nothing moved beyond noise; or why that cannot be said. A feature that could not be judged is never called well.
 */
export function driftAnswer(report: Reported, context: DriftContext = {}): AnswerText {
  const { model, version, reference, features, missing, gaps } = report;
  const subject = version === null ? model : `${model} ${version}`;
  const failures: AnswerText = gaps.map((gap) => ({ status: 'unknown', parts: [value(gap)] }));
  if (features.length === 0) return [unmeasured(subject, report), ...failures];
  const called = features.filter(({ state }) => isCalled(state)).sort(rowOrder(context.consequences));
  const well = features.filter(({ state }) => state === 'stable' || state === 'within-noise');
  const changes = otherChanges(features);
  const unjudged = unjudgedWords(features);
  const answer: AnswerText = [];
  if (called.length > 0) {
    const worst: Status = called.some(({ state }) => state === 'drifted') ? 'bad' : 'watch';
    const shown = called.slice(0, MAX_NAMED);
    const rest = called.length - shown.length;
    answer.push({
      status: worst,
      parts: [
        value(`${subject}: `),
        ...shown.flatMap((one, i) => [...(i === 0 ? [] : [value('; ')]), ...calledParts(model, one, context)]),
        value(`${rest > 0 ? `; and ${rest} more` : ''}. `),
        muted(
          `Against ${reference.words}. ${well.length > 0 ? `${counted(well.length)} did not move beyond noise. ` : ''}`,
        ),
      ],
    });
  }
  if (changes.length > 0) answer.push({ status: 'watch', parts: [value(`${changes.join('; ')}.`)] });
  if (called.length === 0 && well.length > 0) {
    answer.push({
      status: 'ok',
      parts: [
        value(
          `${subject}: ${well.length === 1 ? '1 feature looks' : `${well.length} features look`} as in ${reference.words}`,
        ),
        muted(
          well.every(({ kind }) => kind === 'score')
            ? `, by a PSI of ${PSI_WATCH} at most; how many values it is of is not known. `
            : ', within sampling noise or by too little to matter. ',
        ),
      ],
    });
  }
  const lack = reference.choices.find(({ kind }) => kind === reference.kind)?.lack ?? null;
  if (lack !== null && called.length + well.length === 0) {
    answer.push({
      status: 'unknown',
      parts: [value(`Nothing to hold the inputs of ${subject} against: `), muted(`${lack} `)],
    });
  } else if (unjudged !== null) answer.push({ status: 'unknown', parts: [muted(`${unjudged} `)] });
  const signals = missing.map(({ reason }) => reason);
  if (answer.length === 0)
    answer.push({ status: 'unknown', parts: [value(`${subject}: nothing could be judged. ${signals.join(' ')}`)] });
  return [...answer, ...failures];
}

function unmeasured(subject: string, { missing, reference }: Reported): AnswerText[number] {
  const [signal] = missing;
  const why =
    signal === undefined
      ? reference.kind === null
        ? `Nothing to compare with: ${reference.words}.`
        : ''
      : `${signal.reason} ${signal.remedy ?? ''}`;
  return {
    status: 'unknown',
    parts: [
      value(`Whether the inputs of ${subject} moved cannot be said: no feature is measured in this range. `),
      muted(why),
    ],
  };
}
