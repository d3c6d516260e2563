import type { AnswerPart, AnswerText, Status } from '@/lib/contracts/answer';
import type { ReadinessCheck, ReadinessScore, ReadinessState } from '@/lib/contracts/readiness';
import { muted, value } from './answer-parts';
import { formatRatioPercent } from './format';

/** Failing checks that are told one by one. */
const MAX_SENTENCES = 3;

/** How a state is shown wherever it is shown. */
export const STATE_STATUS: Readonly<Record<ReadinessState, Status>> = {
  fail: 'bad',
  watch: 'watch',
  unknown: 'unknown',
  signed: 'ok',
  pass: 'ok',
};

export const STATE_WORD: Readonly<Record<ReadinessState, string>> = {
  fail: 'fails',
  watch: 'needs a look',
  unknown: 'not known',
  signed: 'signed off',
  pass: 'passes',
};

/** Where a check stands on the page. */
export const checkHref = (id: string): string => `/readiness?${new URLSearchParams({ check: id })}`;

const times = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/**
 * What the page opens with: whether the telemetry deserves trust, what fails and why, which model least, and what nothing
 * could tell. Checks in the order of the page; scores the lowest first.
 */
export function readinessAnswer(checks: readonly ReadinessCheck[], scores: readonly ReadinessScore[]): AnswerText {
  const of = (state: ReadinessState) => checks.filter((check) => check.state === state);
  const [failing, watched, unknown] = [of('fail'), of('watch'), of('unknown')];
  const passed = checks.length - failing.length - watched.length - unknown.length;
  const status: Status =
    failing.length > 0 ? 'bad' : watched.length > 0 ? 'watch' : unknown.length > 0 ? 'unknown' : 'ok';
  const verdict =
    failing.length > 0
      ? 'The telemetry does not deserve full trust: '
      : passed === checks.length
        ? 'The telemetry deserves trust: '
        : 'Nothing fails in the telemetry: ';
  const answer: AnswerText = [
    {
      status,
      parts: [
        value(`${verdict}${passed} of ${times(checks.length, 'check', 'checks')} ${passed === 1 ? 'passes' : 'pass'}.`),
        ...models(scores),
      ],
    },
  ];
  for (const check of failing.slice(0, MAX_SENTENCES)) {
    const [worst] = check.results;
    const more = check.results.filter(({ state }) => state === 'fail').length - 1;
    answer.push({
      status: 'bad',
      parts: [
        { text: check.title, tone: 'bad', to: checkHref(check.id) },
        value(`: no. ${worst?.cause ?? ''}`),
        ...(more > 0 ? [muted(` And ${times(more, 'more result', 'more results')}.`)] : []),
      ],
    });
  }
  const rest = [
    ...(failing.length > MAX_SENTENCES ? [times(failing.length - MAX_SENTENCES, 'more fails', 'more fail')] : []),
    ...(watched.length > 0 ? [times(watched.length, 'needs a look', 'need a look')] : []),
    ...(unknown.length > 0 ? [`${unknown.length} could not be answered, which does not count as passed`] : []),
  ];
  if (rest.length > 0)
    answer.push({ status: unknown.length > 0 ? 'unknown' : 'watch', parts: [muted(`${rest.join(', ')}.`)] });
  return answer;
}

function models(scores: readonly ReadinessScore[]): AnswerPart[] {
  const scored = scores.filter(({ score }) => score !== null);
  const [least] = scored;
  const most = scored.at(-1);
  if (least === undefined || most === undefined) return [];
  const told = (score: ReadinessScore): string => `${score.model} ${formatRatioPercent(score.score)}`;
  if (scored.length === 1) return [muted(` Score: ${told(least)}.`)];
  return [
    muted(
      least.score === most.score
        ? ` Every model scores ${formatRatioPercent(least.score)}.`
        : ` Least: ${told(least)}; most: ${told(most)}.`,
    ),
  ];
}
