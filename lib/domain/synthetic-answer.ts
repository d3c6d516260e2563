import type { AnswerPart, AnswerText, Status } from '@/lib/contracts/answer';
import type { SyntheticCheck, SyntheticOutcome, SyntheticRun, SyntheticSignalName } from '@/lib/contracts/synthetic';
import { formatAge, formatDuration, formatMs } from './format';

/** How each outcome is shown. */
export const OUTCOME: Readonly<Record<SyntheticOutcome, { status: Status; word: string }>> = {
  ok: { status: 'ok', word: 'ok' },
  failed: { status: 'bad', word: 'failed' },
  incomplete: { status: 'watch', word: 'telemetry missing' },
  unknown: { status: 'unknown', word: 'not known' },
  running: { status: 'unknown', word: 'running' },
};

export const SIGNAL_NAME: Readonly<Record<SyntheticSignalName, string>> = {
  metric: 'metric',
  trace: 'trace',
  log: 'log line',
};

/** "15 s", under a second "0.4 s": how long something took to appear, no finer than the looks were. */
export const formatSeen = (ms: number | null): string => formatMs(ms === null ? null : Math.round(ms / 100) * 100);

const RANK: readonly Status[] = ['bad', 'watch', 'unknown', 'ok'];

/** Where a run stands. */
const runHref = ({ id }: Pick<SyntheticRun, 'id'>): string => `/readiness/checks?run=${encodeURIComponent(id)}`;

/** One sentence for each check, the worst first: what it was answered, and after how long its traces in the telemetry appeared. */
export function syntheticAnswer(checks: readonly SyntheticCheck[], nowMs: number): AnswerText {
  if (checks.length === 0) {
    return [
      {
        status: 'unknown',
        parts: [
          { text: 'No model is checked. ', tone: 'value' },
          {
            text: 'Name an endpoint and a known request under models[].synthetic in windsock.yaml: it is then sent every minute and followed through metric, trace and log.',
            tone: 'muted',
          },
        ],
      },
    ];
  }
  return checks
    .map((check) => sentenceOf(check, nowMs))
    .sort((a, b) => RANK.indexOf(a.status) - RANK.indexOf(b.status));
}

function sentenceOf(check: SyntheticCheck, nowMs: number): AnswerText[number] {
  const { settled, model } = check;
  const value = (text: string): AnswerPart => ({ text, tone: 'value' });
  const late: AnswerPart[] = check.overdue
    ? [{ text: ' Nobody sends it any more: no console has taken up its checks.', tone: 'unknown' }]
    : [];
  if (settled === null) {
    const text = check.running === null ? 'was not sent yet.' : 'goes on; nothing is known before it ends.';
    return { status: 'unknown', parts: [value(`The check of ${model} ${text}`), ...late] };
  }
  const { status } = OUTCOME[settled.outcome];
  const link: AnswerPart = {
    text: `The check of ${model} ${formatAge(settled.sentAtMs ?? settled.askedAtMs, nowMs)}`,
    tone: 'value',
    to: runHref(settled),
  };
  return {
    status: check.overdue && status === 'ok' ? 'unknown' : status,
    parts: [link, ...answeredParts(settled), ...signalParts(settled), ...late],
  };
}

function answeredParts({ answer }: SyntheticRun): AnswerPart[] {
  if (answer === null) return [{ text: ' was not sent.', tone: 'unknown' }];
  if (answer.state === 'ok') return [{ text: ` answered in ${formatMs(answer.elapsedMs)}`, tone: 'value' }];
  const tone = answer.state === 'lost' ? 'unknown' : 'bad';
  return [
    { text: answer.state === 'lost' ? ' is not known' : ' failed', tone },
    { text: `: ${answer.reason ?? 'no reason is known.'}`, tone: 'value' },
  ];
}

/** "; its metric after 15 s, trace after 3 s, log line after 1 s." and what was not found. */
function signalParts({ answer, signals }: SyntheticRun): AnswerPart[] {
  const seen = signals.filter(({ state }) => state === 'seen');
  const missing = signals.filter(({ state }) => state === 'missing');
  const unknown = signals.filter(({ state }) => state === 'unknown');
  const isOk = answer?.state === 'ok';
  const names = (list: typeof signals) => list.map(({ signal }) => SIGNAL_NAME[signal]).join(' and ');
  const parts: AnswerPart[] = [];
  if (seen.length > 0) {
    const each = seen.map(({ signal, seenAfterMs }) => `${SIGNAL_NAME[signal]} after ${formatSeen(seenAfterMs)}`);
    parts.push({ text: `${isOk ? '; its ' : ' Its '}${each.join(', ')}`, tone: 'muted' });
  }
  if (missing.length > 0) {
    parts.push({ text: `${parts.length > 0 || isOk ? '; ' : ' Its '}${names(missing)} not found`, tone: 'watch' });
  }
  if (unknown.length > 0) {
    parts.push({ text: `${parts.length > 0 || isOk ? '; ' : ' Its '}${names(unknown)} not known`, tone: 'unknown' });
  }
  if (parts.length > 0 || isOk) parts.push({ text: '.', tone: 'muted' });
  return parts;
}

/** Between which moments something appeared: "between 1 s and 2 s", or "within 0.3 s" where the first look found it. */
export const formatBetween = ({
  notBeforeMs,
  seenAfterMs,
}: Pick<SyntheticRun['signals'][number], 'notBeforeMs' | 'seenAfterMs'>): string =>
  notBeforeMs === null
    ? `within ${formatSeen(seenAfterMs)}`
    : `between ${formatSeen(notBeforeMs)} and ${formatSeen(seenAfterMs)}`;

/** "every 1 min, looked for over 2 min". */
export const rhythmText = ({ intervalMs, waitMs }: Pick<SyntheticCheck, 'intervalMs' | 'waitMs'>): string =>
  `every ${formatDuration(intervalMs)}, looked for over ${formatDuration(waitMs)}`;
