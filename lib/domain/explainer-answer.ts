import type { AnswerPart, AnswerText } from '@/lib/contracts/answer';
import { muted, value } from './answer-parts';
import type { Difference } from './explainer';
import { MIN_SIDE } from './explainer';
import { isOutcome } from './explainer-candidates';
import { formatCount, formatMs, formatNumber, formatPoints, formatRatioPercent } from './format';

/** Which traces were selected: over a duration, the failed ones, or a box drawn by hand. */
export type SelectionWord = 'slow' | 'failed' | 'box';

export interface ExplainedSides {
  selection: SelectionWord;
  selectedCount: number;
  restCount: number;
  /** Candidates tested. */
  tested: number;
}

const WORD: Readonly<Record<SelectionWord, string>> = { slow: 'slow', failed: 'failed', box: 'selected' };
const SUBJECT: Readonly<Record<SelectionWord, string>> = {
  slow: 'Slow traces',
  failed: 'Failed traces',
  box: 'The selected traces',
};

const share = ({ hits, total }: { hits: number; total: number }): number => (total > 0 ? hits / total : 0);

/** The name of an attribute as a person says it: without its scope. */
const plainName = (name: string): string => name.replace(/^(?:span|resource)\./, '');

/** "infer takes longer than 212 ms", "model_version 2.4.0": what a difference is about, as the end of a sentence. */
export function differenceText({ kind, name, value: text, bound }: Difference): string {
  switch (kind) {
    case 'attribute':
      return `${plainName(name)} ${text}`;
    case 'presence':
      return `a span ${name}`;
    case 'stage':
      return `${name} over ${formatMs(bound)}`;
    case 'repeats':
      return `${name} more than ${formatNumber(bound)} times`;
  }
}

/** "62 % against 20 %, difference +42 points, 95 % interval +35 to +48". */
function differenceNumbers({ selected, rest, difference, low, high }: Difference): string {
  const bare = (points: number): string => formatPoints(points).replace(/ points?$/, '');
  const shares = `${formatRatioPercent(share(selected))} against ${formatRatioPercent(share(rest))}`;
  return `${shares}, difference ${formatPoints(difference)}, 95 % interval ${bare(low)} to ${bare(high)}`;
}

/** How many times as often, or that only the selected have it. */
function times(found: Difference): string {
  const rest = share(found.rest);
  if (rest === 0) return 'alone';
  return `${formatNumber(share(found.selected) / rest, 2)} × as often`;
}

/** "Slow traces are 3.1 × as often model_version 2.4.0", "In slow traces infer takes over 212 ms 8 × as often". */
function claim(subject: string, found: Difference): string {
  const often = times(found);
  const { kind, name, bound } = found;
  if (kind === 'attribute') {
    const what = differenceText(found);
    return often === 'alone' ? `${subject} alone are ${what}` : `${subject} are ${often} ${what}`;
  }
  const happens =
    kind === 'stage'
      ? `${name} takes over ${formatMs(bound)}`
      : kind === 'repeats'
        ? `${name} comes more than ${formatNumber(bound)} times`
        : `there is a span ${name}`;
  const where = `In ${subject === 'They' ? 'them' : subject[0]?.toLowerCase() + subject.slice(1)}`;
  return often === 'alone' ? `${where} alone ${happens}` : `${where} ${happens} ${often}`;
}

const sentence = (subject: string, found: Difference): AnswerPart[] => [
  value(claim(subject, found)),
  muted(` (${differenceNumbers(found)}).`),
];

/**
 * The sentences on top of "what is different": the surest attribute, and where in the trace the time or the failure is.
 * Names nothing that is not certain; says how many were compared, and that there is nothing where there is nothing.
 */
export function explainerAnswer(differences: readonly Difference[], sides: ExplainedSides): AnswerText {
  const { selection, selectedCount, restCount, tested } = sides;
  const counts = `${formatCount(selectedCount)} ${WORD[selection]} and ${formatCount(restCount)} other traces`;
  if (selectedCount < MIN_SIDE || restCount < MIN_SIDE) {
    const lacking = selectedCount < MIN_SIDE ? WORD[selection] : 'other';
    return [
      {
        status: 'unknown',
        parts: [
          value(`Not enough data: ${counts}.`),
          muted(` From ${MIN_SIDE} ${lacking} traces on there is something to compare: a longer range finds more.`),
        ],
      },
    ];
  }
  const certain = differences.filter(({ isCertain }) => isCertain);
  const [first] = certain;
  if (first === undefined) {
    const [nearest] = differences;
    const near =
      nearest === undefined || nearest.difference <= 0
        ? ''
        : ` Nearest: ${differenceText(nearest)} (${differenceNumbers(nearest)}).`;
    return [
      {
        status: 'ok',
        parts: [
          value(`Nothing certain sets them apart: ${counts}, ${formatCount(tested)} attributes and spans compared.`),
          ...(near === '' ? [] : [muted(near)]),
        ],
      },
    ];
  }
  // One says which requests, the other where in them: an attribute for a stage, a stage for an attribute.
  const others = certain.filter(({ kind }) =>
    first.kind === 'attribute' ? kind === 'stage' || kind === 'repeats' : kind === 'attribute',
  );
  // That a request did not fail is no reason for anything.
  const second = others.find(({ name }) => !isOutcome(name));
  const more = certain.length - (second === undefined ? 1 : 2);
  const lines: AnswerText = [{ status: 'watch', parts: sentence(SUBJECT[selection], first) }];
  if (second !== undefined) lines.push({ status: 'watch', parts: sentence('They', second) });
  const compared = `${formatCount(first.selected.total)} ${WORD[selection]} and ${formatCount(first.rest.total)} other traces`;
  lines
    .at(-1)
    ?.parts.push(
      muted(
        ` ${compared}${more > 0 ? `; ${more} more certain ${more === 1 ? 'difference' : 'differences'} below` : ''}.`,
      ),
    );
  return lines;
}
