import type { AnswerPart, AnswerText, Status } from '@/lib/contracts/answer';
import { muted, value } from './answer-parts';
import { formatCount, formatMs, formatRatioPercent } from './format';

/** What the sentence over a trace is made of. Milliseconds. */
export interface TraceFacts {
  rootName: string;
  rootService: string;
  /** False where no span is without a parent and the longest stands for the root. */
  isTrueRoot: boolean;
  rootDurationMs: number;
  durationMs: number;
  spanCount: number;
  errorCount: number;
  rootFailed: boolean;
  /** Name of the failed span the failure began with; null when that is the root, or none failed. */
  firstError: string | null;
  /** What the failure began with says of itself: its status message; null where it says nothing. */
  firstErrorText: string | null;
  /** Who holds most of the critical path; null when nothing has a duration. */
  critical: { service: string; name: string; ms: number; count: number } | null;
  /** Why this may not be the whole trace. */
  incomplete: readonly string[];
}

/** A trace goes on behind its root when it lasts this much longer. */
const OUTLIVES_RATIO = 1.05;

const MAX_NAME = 120;
const short = (name: string): string => (name.length > MAX_NAME ? `${name.slice(0, MAX_NAME).toWellFormed()}…` : name);
const named = (name: string): string => (name === '' ? '(no name)' : short(name));

/** What happened to this request, in a sentence or two: how long, where the time went, what failed, what is missing. */
export function traceAnswer(facts: TraceFacts): AnswerText {
  const status: Status =
    facts.rootFailed || facts.errorCount > 0
      ? facts.rootFailed
        ? 'bad'
        : 'watch'
      : facts.isTrueRoot
        ? 'ok'
        : 'unknown';
  const parts: AnswerPart[] = [
    value(`${named(facts.rootName)} ${facts.rootFailed ? 'failed after' : 'took'} ${formatMs(facts.rootDurationMs)}`),
    muted(facts.rootService === '' ? '' : ` in ${short(facts.rootService)}`),
    ...criticalParts(facts),
  ];
  if (!facts.isTrueRoot) parts.push(muted(' The root span is not here: this is the longest of what is.'));
  const answer: AnswerText = [{ status, parts }];
  const more = [...errorParts(facts), ...tailParts(facts)];
  if (more.length > 0)
    answer.push({ status: facts.errorCount > 0 ? (facts.rootFailed ? 'bad' : 'watch') : 'ok', parts: more });
  if (facts.incomplete.length > 0) {
    answer.push({ status: 'unknown', parts: [value('Not the whole trace: '), muted(facts.incomplete.join(' '))] });
  }
  return answer;
}

function criticalParts({ critical, rootDurationMs, rootName, rootService }: TraceFacts): AnswerPart[] {
  if (critical === null || rootDurationMs <= 0) return [value('.')];
  const share = critical.ms / rootDurationMs;
  const isRoot = critical.name === rootName && critical.service === rootService;
  const who = isRoot ? 'its own work' : named(critical.name);
  const times = critical.count > 1 ? ` (× ${formatCount(critical.count)})` : '';
  return [
    value(`; ${who}${times} holds ${formatMs(critical.ms)} of its critical path`),
    muted(` (${formatRatioPercent(Math.min(1, share))})`),
    value('.'),
  ];
}

function errorParts({ errorCount, spanCount, firstError, firstErrorText, rootFailed }: TraceFacts): AnswerPart[] {
  if (errorCount === 0) return [];
  const others = `${formatCount(errorCount)} of ${formatCount(spanCount)} spans failed`;
  const says = firstErrorText === null ? [] : [muted(': '), value(short(firstErrorText))];
  if (firstError === null) {
    if (!rootFailed || spanCount <= 1) return says.length === 0 ? [] : [muted('It says'), ...says, muted('.')];
    return [value('No span below the root failed'), ...says, value('.')];
  }
  return [value(others), muted(`; it began with ${named(firstError)}`), ...says, muted('.')];
}

function tailParts({ durationMs, rootDurationMs }: TraceFacts): AnswerPart[] {
  if (durationMs <= rootDurationMs * OUTLIVES_RATIO) return [];
  return [muted(` The whole trace lasts ${formatMs(durationMs)}: work goes on outside the root.`)];
}
