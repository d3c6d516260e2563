import type { AnswerPart, AnswerText, Status } from '@/lib/contracts/answer';
import type { CompareResult, Measure, Verdict } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import { muted, value } from './answer-parts';
import { formatDifference, formatInterval } from './compare-state';
import { formatDuration, formatMs, formatRatioPercent, formatTime } from './format';

const STATUS: Readonly<Record<Verdict['kind'], Status>> = {
  'roll-back': 'bad',
  promote: 'ok',
  wait: 'unknown',
  'not-enough-data': 'unknown',
  'in-doubt': 'watch',
};

/** A verdict in two or three words, with the version it is about. */
export function verdictWords(kind: Verdict['kind'], challenger: string): string {
  switch (kind) {
    case 'roll-back':
      return `Roll back ${challenger}.`;
    case 'promote':
      return `Promote ${challenger}.`;
    case 'wait':
      return `Wait with ${challenger}.`;
    case 'not-enough-data':
      return 'Not enough data.';
    case 'in-doubt':
      return 'In doubt.';
  }
}

type Found = Pick<CompareResult, 'measures' | 'segments' | 'stability'> & { verdict: Verdict };

/** The sentences Compare opens with: verdict, the measures that decide it, where extra time is spent, what is open. */
export function compareAnswer(inputs: CompareInputs, found: Found, zone = 'UTC'): AnswerText {
  const { verdict, measures } = found;
  const status = STATUS[verdict.kind];
  const challenger = inputs.challenger?.version ?? inputs.champion?.version ?? inputs.model;
  const head: AnswerPart = { text: verdictWords(verdict.kind, challenger), tone: status === 'ok' ? 'value' : status };
  const of = (id: string): Measure | undefined => measures.find((one) => one.id === id);
  const errors = of('errors');
  const p95 = of('p95');
  const parts: AnswerPart[] = [head];
  if (verdict.kind === 'in-doubt' || verdict.kind === 'not-enough-data') {
    for (const { text } of verdict.reasons.filter(({ decides }) => decides).slice(0, 3)) parts.push(value(` ${text}`));
    parts.push(...needed(verdict));
    const answer: AnswerText = [{ status, parts }];
    const rest = [...errorsPart(errors, found, inputs, zone), ...latencyPart(p95, measures)];
    if (rest.length > 0) {
      answer.push({ status: 'unknown', parts: [muted('What was measured, deciding nothing:'), ...rest] });
    }
    return answer;
  }
  const order =
    verdict.kind === 'promote' && p95?.state === 'improves' && errors?.state !== 'improves'
      ? [latencyPart(p95, measures), errorsPart(errors, found, inputs, zone)]
      : [errorsPart(errors, found, inputs, zone), latencyPart(p95, measures)];
  parts.push(...order.flat(), ...qualityPart(measures));
  if (verdict.kind === 'wait') {
    parts.push(value(` Still open: ${openTexts(verdict).join(' ')}`), ...needed(verdict));
  }
  return [{ status, parts }];
}

/** What is open, without what is told already: the intervals, and the adjusted errors beside the crude ones. */
function openTexts({ reasons }: Verdict): string[] {
  const open = reasons.filter(({ decides }) => decides).map(({ text }) => text.replace(/ \([^()]*\)\.$/, '.'));
  const isCrudeOpen = open.some((text) => text.startsWith('Errors: '));
  return open.filter((text) => !(isCrudeOpen && text.startsWith('Errors, mix-adjusted: ')));
}

const needed = ({ neededMs }: Verdict): AnswerPart[] =>
  neededMs === null ? [] : [muted(` At this traffic it takes about ${formatDuration(neededMs)} more.`)];

function errorsPart(
  errors: Measure | undefined,
  { segments, stability }: Found,
  inputs: CompareInputs,
  zone: string,
): AnswerPart[] {
  if (errors === undefined || errors.interval === null) return [];
  const limit = errors.limit === null ? '' : `, limit ${formatDifference(errors.limit, 'ratio')}`;
  const since = stability?.beyondSinceMs ?? null;
  const start = inputs.challenger?.firstMs ?? null;
  const after =
    since === null || start === null || since <= start
      ? ''
      : `, ${formatDuration(since - start)} after its first traffic`;
  const proven =
    errors.state === 'beyond' && since !== null
      ? `; beyond it for certain since ${formatTime(since, zone)}${zone === 'UTC' ? ' UTC' : ''}${after}`
      : '';
  const parts = [
    value(
      ` It fails ${formatRatioPercent(errors.challenger)} of requests against ${formatRatioPercent(errors.champion)}`,
    ),
    muted(
      ` (${formatDifference(errors.difference, 'ratio')}, always-valid 95 % interval ${formatInterval(errors.interval, 'ratio')}${limit}${proven})`,
    ),
  ];
  const measured = segments.filter(({ state }) => state !== 'not-measured');
  if (errors.state === 'beyond' && measured.length > 1 && measured.every(({ state }) => state === 'worse')) {
    parts.push(value(', in every segment'));
  }
  return [...parts, value('.')];
}

function latencyPart(p95: Measure | undefined, measures: readonly Measure[]): AnswerPart[] {
  if (p95 === undefined || p95.difference === null) return [];
  const figures = `P95 ${p95.challengerAtLeast ? 'at least ' : ''}${formatMs(p95.challenger)} against ${p95.championAtLeast ? 'at least ' : ''}${formatMs(p95.champion)}`;
  if (p95.interval === null) return [value(` ${figures}`), muted(`: ${p95.word}, so it decides nothing.`)];
  const surely =
    p95.interval.low > 0 ? 'is slower' : p95.interval.high < 0 ? 'is faster' : 'is not slower beyond doubt';
  const parts = [
    value(` It ${surely}: ${figures}`),
    muted(
      ` (${formatDifference(p95.difference, 'ms')}, interval ${formatInterval(p95.interval, 'ms')}${p95.limit === null ? '' : `, limit ${formatDifference(p95.limit, 'ms')}`})`,
    ),
  ];
  const slower = p95.interval.low > 0 ? 'worse' : p95.interval.high < 0 ? 'better' : null;
  const moved = measures.filter(({ group, state }) => group === 'stages' && state === slower);
  const most = Math.max(0, ...moved.map(({ difference }) => Math.abs(difference ?? 0)));
  // At this traffic a tenth of a millisecond is certain too: only stages that make up the difference are named.
  const stages = moved.filter(({ difference }) => Math.abs(difference ?? 0) >= most / 4);
  if (slower !== null && stages.length > 0) {
    const names = stages.map(({ name }) => name.replace(/ (?:P95|mean)$/, '')).join(' and ');
    parts.push(value(`; the difference is in ${names}`));
  }
  return [...parts, value('.')];
}

function qualityPart(measures: readonly Measure[]): AnswerPart[] {
  const recall = measures.find(({ id }) => id === 'recall');
  if (recall === undefined) return [muted(' Quality is not measured: no labels arrived.')];
  if (recall.interval === null || recall.difference === null) return [muted(' Recall cannot be judged yet.')];
  return [
    muted(
      ` Recall ${formatRatioPercent(recall.challenger)} against ${formatRatioPercent(recall.champion)} (${formatInterval(recall.interval, 'ratio')}).`,
    ),
  ];
}
