import type { AnswerText } from '@/lib/contracts/answer';
import { formatMs, formatNumber } from './format';
import { numberOf } from './request-story-record';

/** A label and a score as a model answers them. Null: not said. */
export interface Answered {
  label: string | null;
  score: number | null;
}

/** Scores closer than this are the same: services print four to six digits. */
const SAME_SCORE = 1e-4;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Label and score of an answer's JSON: in `prediction`, in the first of `predictions`, or at the top. */
export function answeredBy(body: unknown): Answered {
  if (!isRecord(body)) return { label: null, score: null };
  const [first] = Array.isArray(body.predictions) ? body.predictions : [];
  for (const place of [body.prediction, first, body]) {
    if (!isRecord(place)) continue;
    const label = typeof place.label === 'string' && place.label !== '' ? place.label : null;
    const score = numberOf(place.score);
    if (label !== null || score !== null) return { label, score };
  }
  return { label: null, score: null };
}

/** Whether the model says the same today, and by how much it does not. */
export function replayAnswer(asked: {
  before: Answered;
  after: Answered;
  status: number;
  elapsedMs: number;
}): AnswerText {
  const { before, after, status, elapsedMs } = asked;
  const took = { text: ` It took ${formatMs(elapsedMs)}.`, tone: 'muted' as const };
  const say = (
    text: string,
    tone: 'value' | 'watch' | 'bad' | 'unknown' | 'ok',
    line: 'ok' | 'watch' | 'bad' | 'unknown',
  ) => [{ status: line, parts: [{ text, tone }, took] }];
  if (status < 200 || status >= 300)
    return say(`The endpoint answered ${status}: no prediction to compare.`, 'bad', 'bad');
  if (after.label === null && after.score === null) {
    return say('The endpoint answered, but no label or score was found in it.', 'unknown', 'unknown');
  }
  const wasScore = before.score;
  const difference = wasScore === null || after.score === null ? null : after.score - wasScore;
  const scores =
    difference === null || wasScore === null || after.score === null
      ? ''
      : `, score ${formatNumber(wasScore, 4)} then and ${formatNumber(after.score, 4)} now`;
  if (before.label !== null && after.label !== null && before.label !== after.label) {
    return say(`It answers otherwise now: ${after.label} instead of ${before.label}${scores}.`, 'watch', 'watch');
  }
  if (difference !== null && Math.abs(difference) > SAME_SCORE) {
    return say(`Same label${scores}.`, 'watch', 'watch');
  }
  if (before.label === null && before.score === null) {
    return say(
      `It answers ${after.label ?? formatNumber(after.score, 4)}; what it answered then is not logged.`,
      'value',
      'unknown',
    );
  }
  return say(`It answers the same now${scores}.`, 'value', 'ok');
}
