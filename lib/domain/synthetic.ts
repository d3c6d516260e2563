import type { SyntheticAnswer, SyntheticOutcome, SyntheticSignal } from '@/lib/contracts/synthetic';
import { formatMs } from './format';
import { MINUTE_MS } from './time';

/** First pause between two looks for a signal, and the longest one, milliseconds. */
const FIRST_LOOK_MS = 250;
const LONGEST_LOOK_MS = 10_000;
/** How late a check may be before it counts as not being sent, as a multiple of its interval. */
const LATE_INTERVALS = 3;
const LATE_AT_LEAST_MS = MINUTE_MS;

/** Pause before the next look after so many: 0.25 s, doubled each time, at most 10 s. */
export const lookPauseMs = (looks: number): number =>
  Math.min(LONGEST_LOOK_MS, FIRST_LOOK_MS * 2 ** Math.min(looks, 16));

/** A W3C `traceparent` of a sampled request. Ids are lowercase hex of 32 and 16 digits. */
export const traceparentOf = (traceId: string, spanId: string): string => `00-${traceId}-${spanId}-01`;

/** Whether a check is to be sent, from when the last scheduled one was; null: never. */
export const isCheckDue = (lastAskedAtMs: number | null, intervalMs: number, nowMs: number): boolean =>
  lastAskedAtMs === null || nowMs - lastAskedAtMs >= intervalMs || lastAskedAtMs > nowMs + intervalMs;

/** Whether nobody sends a check that should have been sent: three intervals, and a minute at least. Null: never sent. */
export const isCheckOverdue = (lastAskedAtMs: number | null, intervalMs: number, nowMs: number): boolean =>
  lastAskedAtMs !== null && nowMs - lastAskedAtMs > Math.max(LATE_AT_LEAST_MS, LATE_INTERVALS * intervalMs);

/** What is expected of an answer. */
export interface Expected {
  readonly status: readonly number[];
  readonly contains: string | null;
  readonly withinMs: number | null;
}

/** An answer against what is expected; the first fault in the order status, content, time. */
export function judgeAnswer(
  got: { status: number; text: string; elapsedMs: number },
  expected: Expected,
): Pick<SyntheticAnswer, 'state' | 'reason'> {
  const { status, text, elapsedMs } = got;
  if (!expected.status.includes(status)) {
    const redirect = status >= 300 && status < 400 ? ' Redirects are not followed: set the final address.' : '';
    return { state: 'status', reason: `It answered ${status} instead of ${expected.status.join(' or ')}.${redirect}` };
  }
  if (expected.contains !== null && !text.includes(expected.contains)) {
    return { state: 'content', reason: `Its answer does not hold “${expected.contains}”.` };
  }
  if (expected.withinMs !== null && elapsedMs > expected.withinMs) {
    const [took, limit] = [formatMs(elapsedMs), formatMs(expected.withinMs)];
    // A hair too late is not told as "2 s, more than the 2 s".
    const said = took === limit ? [`${elapsedMs} ms`, `${expected.withinMs} ms`] : [took, limit];
    return { state: 'slow', reason: `It took ${said[0]}, more than the ${said[1]} that are expected.` };
  }
  return { state: 'ok', reason: null };
}

/** What is expected, in words: "200 within 500 ms, holding “score”". */
export const expectsText = ({ status, contains, withinMs }: Expected): string =>
  `${status.join(' or ')}${withinMs === null ? '' : ` within ${formatMs(withinMs)}`}${contains === null ? '' : `, holding “${contains}”`}`;

/**
 * What a run came to. A bad answer is a failure whatever was found; a good one whose metric, trace or log line a source
 * does not hold is incomplete; one that a source was not there for, or whose answer was lost, is unknown.
 */
export function outcomeOf(
  answer: Pick<SyntheticAnswer, 'state'> | null,
  signals: readonly Pick<SyntheticSignal, 'state'>[],
): SyntheticOutcome {
  if (answer === null) return 'running';
  if (answer.state !== 'ok' && answer.state !== 'lost') {
    return signals.some(({ state }) => state === 'waiting') ? 'running' : 'failed';
  }
  if (signals.some(({ state }) => state === 'waiting')) return 'running';
  if (signals.some(({ state }) => state === 'missing')) return 'incomplete';
  return answer.state === 'lost' || signals.some(({ state }) => state === 'unknown') ? 'unknown' : 'ok';
}

/** What a look at the counter of requests found. */
export interface CounterLook {
  /** Sum over the model's series when the check was sent, and now; null: no such series. */
  readonly before: number | null;
  readonly now: number | null;
  /** Newest scrape of them, milliseconds; null: none. */
  readonly scrapedAtMs: number | null;
  readonly answeredAtMs: number;
  /** Whether an exemplar carries the trace id; null: could not be asked. */
  readonly exemplar: boolean | null;
  readonly metric: string;
  /** Whether the model answered as expected: else what others sent proves nothing about this request. */
  readonly isGoodAnswer: boolean;
}

/**
 * Whether the request was counted. An exemplar with its trace id proves it; else the counter must have risen by a scrape
 * from after the answer, which proves it only where nobody else asked: the sentence says how much it proves.
 */
export function judgeCounter(look: CounterLook): { seen: boolean; detail: string } {
  const { before, now, scrapedAtMs, answeredAtMs, exemplar, metric, isGoodAnswer } = look;
  if (exemplar === true) return { seen: true, detail: 'An exemplar of its latency carries its trace id.' };
  if (now === null) return { seen: false, detail: `No series of ${metric} is there for this model.` };
  const risen = now - (before ?? 0);
  if (scrapedAtMs === null || scrapedAtMs < answeredAtMs) {
    return { seen: false, detail: `${metric} was not scraped since the answer.` };
  }
  if (risen < 0) return { seen: false, detail: `${metric} began anew since: the service was restarted.` };
  if (risen === 0) return { seen: false, detail: `${metric} was scraped since the answer and did not rise.` };
  if (risen === 1) return { seen: true, detail: `${metric} rose by 1, by this request alone.` };
  const others = `${metric} rose by ${Math.round(risen)}, with other requests: no exemplar tells this one apart`;
  if (isGoodAnswer) return { seen: true, detail: `${others}.` };
  return { seen: false, detail: `${others}, and without a good answer it may not have been counted at all.` };
}
