import type { AnswerPart, AnswerText, Status } from '@/lib/contracts/answer';
import type { MissingSignal, Quantile } from '@/lib/contracts/fleet';
import { muted, value } from './answer-parts';
import { wilsonInterval } from './comparison';
import type { Finding } from './finding';
import type { MeasuredModel } from './findings';
import { formatMs, formatRate, formatRatioPercent } from './format';
import { histogramQuantile, woodruffInterval } from './histogram';
import { rankOf } from './status';

/** A quantile in words: "271 ms", "at least 5 s", "not measured". */
const quantileText = ({ ms, atLeast }: Quantile): string =>
  `${ms !== null && atLeast ? 'at least ' : ''}${formatMs(ms)}`;

/**
 * The sentences a model's page opens with: what is wrong with it and its versions, worst first, then its vitals with
 * their intervals, then what is not measured and what would give it.
 */
export function modelAnswer(asked: {
  measured: MeasuredModel;
  findings: readonly Finding[];
  requestsPerSecond: number | null;
  missing: readonly MissingSignal[];
  gaps: readonly string[];
}): AnswerText {
  const { measured, findings, requestsPerSecond, missing, gaps } = asked;
  const answer: AnswerText = findings
    .filter(({ status }) => rankOf(status) < rankOf('unknown'))
    .slice(0, 3)
    .map(({ status, subject, parts }) => ({
      status,
      parts: [{ text: subject, tone: status }, value(' '), ...parts, value('.')],
    }));
  const [first] = findings;
  if (answer.length === 0 && first !== undefined) {
    const gap = first.parts[0]?.text.startsWith(':') ? '' : ' ';
    answer.push({
      status: first.status,
      parts: [{ text: first.subject, tone: first.status }, value(gap), ...first.parts, value('.')],
    });
  }
  const vitals = vitalsSentence(measured, requestsPerSecond, first?.status ?? 'unknown');
  if (vitals !== null) answer.push(vitals);
  for (const { signal, reason, remedy } of missing) {
    answer.push({
      status: 'unknown',
      parts: [value(`Not measured: ${signal}. `), muted(`${reason}${remedy === null ? '' : ` ${remedy}`}`)],
    });
  }
  for (const gap of gaps) answer.push({ status: 'unknown', parts: [value(gap)] });
  return answer;
}

/** `status` is that of the model: figures beside a finding carry no tick of their own. */
function vitalsSentence(
  measured: MeasuredModel,
  requestsPerSecond: number | null,
  status: Status,
): AnswerText[number] | null {
  const { requests, errors, buckets } = measured;
  if (requests === null || !(requests > 0)) return null;
  const parts: AnswerPart[] = [value(`${formatRate(requestsPerSecond)}`)];
  const wilson = errors === null ? null : wilsonInterval({ successes: errors, total: requests });
  if (errors !== null && wilson !== null) {
    parts.push(
      value(`, errors ${formatRatioPercent(Math.min(1, errors / requests))} `),
      muted(`(95 % interval ${formatRatioPercent(wilson.low)} to ${formatRatioPercent(wilson.high)})`),
    );
  }
  const p95 = buckets === null ? null : histogramQuantile(buckets, 0.95);
  const interval = buckets === null ? null : woodruffInterval(buckets, 0.95);
  if (p95?.value !== null && p95 !== null) {
    parts.push(value(`, P95 ${quantileText({ ms: p95.value, atLeast: p95.atLeast })} `));
    if (p95.atLeast) parts.push(muted('(beyond the last bucket bound)'));
    else if (interval !== null) {
      const open = interval.openEnd ? 'at least ' : '';
      parts.push(muted(`(95 % interval ${formatMs(interval.low)} to ${open}${formatMs(interval.high)})`));
    }
  }
  return { status, parts: [...parts, value('.')] };
}
