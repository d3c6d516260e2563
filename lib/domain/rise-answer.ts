import type { AnswerPart, AnswerText } from '@/lib/contracts/answer';
import { muted, value } from './answer-parts';
import { formatMs, formatTime } from './format';
import { findStepUp } from './step-change';

/** Since when a model is slower, and by how much: medians of its P95 over time, milliseconds. */
export interface Rise {
  model: string;
  sinceMs: number;
  beforeMs: number;
  afterMs: number;
}

/** Steps of the trend that the rises of two models may lie apart and still be one. */
const APART_STEPS = 2;
/** Models a sentence names. */
const NAMED = 3;

/**
 * Where the P95 of a model went up within the range and stayed up; null where it did not, beyond doubt. A point of
 * `trend` is of the step before it.
 */
export function riseOf(
  model: string,
  trend: readonly (number | null)[],
  { startMs, stepMs }: { startMs: number; stepMs: number },
): Rise | null {
  const step = findStepUp(trend);
  if (step === null) return null;
  return {
    model,
    sinceMs: startMs + (step.index - 1) * stepMs,
    beforeMs: step.before,
    afterMs: step.after,
  };
}

const figures = ({ beforeMs, afterMs }: Rise): AnswerPart[] => [
  value(`P95 ${formatMs(beforeMs)} before, ${formatMs(afterMs)} from then on`),
];
const at = (rise: Rise): string => `${formatTime(rise.sinceMs, 'UTC')} UTC`;

/** Since when one model is slower, as a sentence. */
export const riseSentence = (rise: Rise): AnswerText[number] => ({
  status: 'watch',
  parts: [{ text: `Slower since ${at(rise)}`, tone: 'watch' }, value(': '), ...figures(rise), value('.')],
});

/**
 * Since when models are slower. Several that rose together are one sentence, for what they share is then the first place
 * to look; the others one each, the first three.
 */
export function riseAnswer(rises: readonly Rise[], stepMs: number): { shared: AnswerText; single: AnswerText } {
  const sorted = [...rises].sort((a, b) => a.sinceMs - b.sinceMs);
  const groups: Rise[][] = [];
  for (const rise of sorted) {
    const group = groups.at(-1);
    const [first] = group ?? [];
    if (group !== undefined && first !== undefined && rise.sinceMs - first.sinceMs <= APART_STEPS * stepMs)
      group.push(rise);
    else groups.push([rise]);
  }
  const shared = groups
    .filter((group) => group.length > 1)
    .map((group): AnswerText[number] => {
      const [first] = group;
      const each = group
        .slice(0, NAMED)
        .map(({ model, beforeMs, afterMs }) => `${model} ${formatMs(beforeMs)} → ${formatMs(afterMs)}`);
      const more = group.length > NAMED ? ` and ${group.length - NAMED} more` : '';
      return {
        status: 'watch',
        parts: [
          {
            text: `${group.length} models are slower since about ${first === undefined ? '' : at(first)}`,
            tone: 'watch',
          },
          value(`: P95 ${each.join(', ')}${more}. `),
          muted('Look first at what they share.'),
        ],
      };
    });
  const single = groups
    .filter((group) => group.length === 1)
    .flatMap((group) => group.slice(0, 1))
    .slice(0, NAMED)
    .map((rise): AnswerText[number] => ({
      status: 'watch',
      parts: [
        { text: `${rise.model} is slower since about ${at(rise)}`, tone: 'watch' },
        value(': '),
        ...figures(rise),
        value('.'),
      ],
    }));
  return { shared, single };
}
