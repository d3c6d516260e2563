import type { AnswerPart, AnswerText } from '@/lib/contracts/answer';
import type { Cohort, Quality, QualityMeasure } from '@/lib/contracts/quality';
import { muted, value } from './answer-parts';
import { formatDay, formatDuration, formatNumber, formatRatioPercent, formatShare, formatTime } from './format';

/** A level that a share is held against, with the decimals of the share. */
const levelWords = (level: number | null, share: { interval: { low: number; high: number } } | null): string =>
  level === null || share === null
    ? formatRatioPercent(level)
    : `${formatShare({ ...share, value: level }).value}\u202f%`;

/** A share with its interval: "62 % (95 % interval 56 to 68 %)", "97.21 % (95 % interval 97.15 to 97.27 %)". */
export function shareWords(share: { value: number; interval: { low: number; high: number } } | null): string {
  if (share === null) return 'not measured';
  const { value: figure, low, high } = formatShare(share);
  return `${figure}\u202f% (95 % interval ${low} to ${high} %)`;
}

/** A measure as a sentence has it. */
export const MEASURE_NAME: Readonly<Record<QualityMeasure['name'], string>> = {
  accuracy: 'accuracy',
  precision: 'precision',
  recall: 'recall',
  f1: 'F1',
};

type Judged = Pick<
  Quality,
  'model' | 'measures' | 'reference' | 'labels' | 'cohorts' | 'cohortTime' | 'counts' | 'gaps' | 'missing' | 'endMs'
>;

/**
 * The sentences on quality: whether labels still come, which measures fell for certain, which cohort the model serves
 * worse; or that it holds, of which time; or why nothing can be said. Without labels quality is not known, never well.
 */
export function qualityAnswer(quality: Judged, zone?: string): AnswerText {
  const { labels, cohorts, measures, gaps } = quality;
  const answer: AnswerText = [];
  if (labels.state === 'stale') answer.push(staleFeed(quality, zone));
  const fallen = measures.filter(({ state }) => state === 'fallen');
  if (fallen.length > 0) answer.push(falls(fallen, quality, zone));
  const weak = cohorts
    .filter(({ state }) => state === 'below')
    .sort((a, b) => (a.ratio?.value ?? 0) - (b.ratio?.value ?? 0));
  if (weak.length > 0) answer.push(weakCohorts(weak, quality));
  if (fallen.length === 0) {
    const rest = steady(quality);
    if (rest !== null) answer.push(rest);
  }
  return [...answer, ...gaps.map((gap): AnswerText[number] => ({ status: 'unknown', parts: [value(gap)] }))];
}

const instant = (ms: number, endMs: number, zone: string | undefined): string =>
  `${formatDay(ms, zone) === formatDay(endMs, zone) ? '' : `${formatDay(ms, zone)} `}${formatTime(ms, zone)}`;

function staleFeed({ labels, endMs, model }: Judged, zone: string | undefined): AnswerText[number] {
  const since = labels.lastReceivedMs === null ? '' : ` since ${instant(labels.lastReceivedMs, endMs, zone)}`;
  return {
    status: 'bad',
    parts: [
      { text: 'The label feed is stale', tone: 'bad' },
      value(`: no label of ${model} arrived${since}`),
      muted(` (${formatDuration(labels.ageMs)}, allowed ${formatDuration(labels.limitMs)})`),
      value('. Quality after that is not known. '),
    ],
  };
}

function falls(
  fallen: readonly QualityMeasure[],
  { reference, endMs }: Judged,
  zone: string | undefined,
): AnswerText[number] {
  return {
    status: 'bad',
    parts: fallen.flatMap((one, i): AnswerPart[] => [
      ...(i === 0 ? [] : [value('; ')]),
      { text: `${MEASURE_NAME[one.name]} fell`, tone: 'bad' },
      value(` to ${shareWords(one.now)}`),
      ...(one.sinceMs === null ? [] : [value(`, since ${instant(one.sinceMs, endMs, zone)}`)]),
      muted(
        ` (${levelWords(one.reference?.value ?? null, one.now)} in ${reference?.words ?? 'the reference'})${i === fallen.length - 1 ? '. ' : ''}`,
      ),
    ]),
  };
}

function weakCohorts(weak: readonly Cohort[], { cohortTime }: Judged): AnswerText[number] {
  const [worst] = weak;
  const more = weak.length - 1;
  const ratio = worst?.ratio ?? null;
  return {
    status: 'bad',
    parts: [
      value('Cohort '),
      { text: worst?.cohort ?? '', tone: 'bad' },
      value(
        ` is served worse: recall ${formatRatioPercent(worst?.recall?.value ?? null)}, ${formatRatioPercent(ratio?.value ?? null)} of overall`,
      ),
      muted(
        ` (95 % interval ${formatRatioPercent(ratio?.interval.low ?? null)} to ${formatRatioPercent(ratio?.interval.high ?? null)}, ${formatNumber(worst?.positives ?? null)} positives${cohortTime === null ? '' : `, labels of ${cohortTime.words}`})`,
      ),
      value(`${more > 0 ? `, and ${more} more ${more === 1 ? 'cohort' : 'cohorts'} below 90 %` : ''}. `),
    ],
  };
}

/** Whether all windows together lie apart from the level, while none of them does for certain. */
const isApart = ({ now, reference, state }: QualityMeasure): boolean =>
  state === 'holds' &&
  now !== null &&
  reference !== null &&
  (reference.value < now.interval.low || reference.value > now.interval.high);

/** What is left to say where nothing fell: that it holds, or why that is not known. Null where the stale feed said it. */
function steady({ measures, counts, labels, reference, missing, model }: Judged): AnswerText[number] | null {
  const shown = measures.find(({ name }) => name === 'recall') ?? measures[0];
  if (counts === null || shown === undefined || shown.now === null) {
    if (labels.state === 'stale') return null;
    const [signal] = missing;
    return {
      status: 'unknown',
      parts: [
        value(`Quality of ${model} is not measured in this range. `),
        muted(signal === undefined ? 'No label arrived in it. ' : `${signal.reason} ${signal.remedy ?? ''} `),
      ],
    };
  }
  const name = MEASURE_NAME[shown.name];
  if (shown.state === 'not-enough-data') {
    return { status: 'unknown', parts: [value(`Quality: not enough labels to judge ${name}. `)] };
  }
  if (reference === null) {
    return {
      status: 'unknown',
      parts: [value(`Quality: ${name} ${shareWords(shown.now)}. `), muted('There is nothing to hold it against. ')],
    };
  }
  const risen = measures.filter(({ state }) => state === 'risen').map((one) => MEASURE_NAME[one.name]);
  // A feed that stopped says nothing of now: what its last labels said is past, and no sign that all is well.
  const isStale = labels.state === 'stale';
  const held =
    risen.length > 0
      ? `${isStale ? 'Until the last labels quality rose' : 'Quality rose'} (${risen.join(', ')})`
      : isStale
        ? 'Until the last labels quality held'
        : 'Quality holds';
  return {
    status: isStale ? 'unknown' : 'ok',
    parts: [
      value(`${held}: ${name} ${shareWords(shown.now)}`),
      muted(
        `, ${levelWords(shown.reference?.value ?? null, shown.now)} in ${reference.words}${isApart(shown) ? '; no two windows in a row left that level for certain' : ''}. `,
      ),
    ],
  };
}
