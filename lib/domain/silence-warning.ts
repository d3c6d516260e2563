import type { AnswerText } from '@/lib/contracts/answer';
import type { Silence, SilenceState } from '@/lib/contracts/silence';
import { formatCount, formatDuration } from './format';
import { HOUR_MS, MINUTE_MS } from './time';

/** Peers tell each other of a change within seconds; what differs for longer is no delay. */
const TOLD_MS = 2 * MINUTE_MS;
/** A silence that has muted nothing right after its start may still be about to. */
const IDLE_MS = HOUR_MS;

/**
 * What is wrong with a silence, as a sentence; null: nothing. `copies` has every Alertmanager of its cluster that
 * answers, with the state it says (null: it has no such silence); `ended`: when this console ended it.
 */
export function silenceWarning(silence: {
  state: SilenceState;
  startsAtMs: number | null;
  endsAtMs: number | null;
  mutesCount: number;
  copies: readonly { source: string; state: SilenceState | null }[];
  ended: { atMs: number; by: string } | null;
  maxMs: number;
  nowMs: number;
}): string | null {
  const { state, copies, ended, nowMs } = silence;
  const active = copies.filter((copy) => copy.state === 'active').map(({ source }) => source);
  const without = copies.filter((copy) => copy.state !== state).map(({ source }) => source);
  if (ended !== null && state === 'active') {
    const agoMs = nowMs - ended.atMs;
    if (agoMs < TOLD_MS) return `Ended by ${ended.by} a moment ago; ${active.join(', ')} is still being told.`;
    return `It came back: ${ended.by} ended it ${formatDuration(agoMs)} ago, and ${active.join(', ')} has it active. A peer that missed its end told the others of it. End it again.`;
  }
  if (state !== 'expired' && without.length > 0) {
    return `${without.join(', ')} ${without.length === 1 ? 'does' : 'do'} not have it: there its alerts still notify. The peers may not reach each other.`;
  }
  if (state === 'expired') return null;
  const leftMs = silence.endsAtMs === null ? null : silence.endsAtMs - nowMs;
  if (leftMs !== null && leftMs > silence.maxMs) {
    return `It runs for another ${formatDuration(leftMs)}, longer than this console would let it (${formatDuration(silence.maxMs)}).`;
  }
  if (state === 'active' && silence.mutesCount === 0 && nowMs - (silence.startsAtMs ?? nowMs) > IDLE_MS) {
    return 'It mutes nothing now. Left in place, it hides the next time unseen.';
  }
  return null;
}

/** How much is silenced, what is wrong with it, and what could not be asked. */
export function silencesAnswer(
  open: readonly Pick<Silence, 'state' | 'mutesCount' | 'warning'>[],
  { gaps, unknownIds }: { gaps: readonly string[]; unknownIds: number },
): AnswerText {
  const active = open.filter(({ state }) => state === 'active');
  const pending = open.length - active.length;
  const warned = open.filter(({ warning }) => warning !== null).length;
  const muted = active.reduce((sum, { mutesCount }) => sum + mutesCount, 0);
  const count = (n: number, word: string) => `${formatCount(n)} ${word}${n === 1 ? '' : 's'}`;
  const waiting = pending === 0 ? '' : ` ${pending} ${pending === 1 ? 'starts' : 'start'} later.`;
  const said =
    active.length === 0
      ? `Nothing is silenced.${waiting}`
      : `${count(active.length, 'silence')} ${active.length === 1 ? 'is' : 'are'} active and ${active.length === 1 ? 'mutes' : 'mute'} ${muted === 0 ? 'nothing now' : count(muted, 'alert')}.${waiting}${warned === 0 ? '' : ` ${warned} ${warned === 1 ? 'needs' : 'need'} a look.`}`;
  const line = (status: AnswerText[number]['status'], text: string): AnswerText[number] => ({
    status,
    parts: [{ text, tone: 'value' }],
  });
  return [
    ...(open.length === 0 && gaps.length > 0 ? [] : [line(warned > 0 ? 'watch' : 'ok', said)]),
    ...(unknownIds === 0
      ? []
      : [
          line(
            'watch',
            `${count(unknownIds, 'silence')} that no Alertmanager lists ${unknownIds === 1 ? 'holds' : 'hold'} alerts back: a ghost of a restart or of a peer that is not configured here.`,
          ),
        ]),
    ...gaps.map((gap) => line('unknown', gap)),
  ];
}
