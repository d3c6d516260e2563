/** Turns of phrase that make a postmortem worse, what they are worse for, and what to write instead. */
const WORDINGS: readonly { pattern: RegExp; advice: string }[] = [
  {
    pattern: /\b(should|could|would) (not )?have (been )?\w+/gi,
    advice: 'It argues with what did not happen. Say what people saw and knew then, and why it made sense.',
  },
  {
    pattern: /\b(human|operator|user) error\b/gi,
    advice: 'It ends the search at a person. Say what made the step easy to get wrong.',
  },
  {
    pattern: /\b(careless(ly|ness)?|negligen(t|ce)|stupid(ly)?|lazy|incompetent)\b/gi,
    advice: 'It judges a person. Say what the system allowed.',
  },
  {
    pattern: /\b(failed|forgot|neglected) to\b/gi,
    advice: 'It names an omission as the cause. Say what would have reminded or checked.',
  },
  {
    pattern: /\b(obviously|clearly|simply|just needed to)\b/gi,
    advice: 'It was not so at the time, or nobody would have had an incident.',
  },
];

/** Each kind of such words found in a text, with its first wording. */
export function wordingsOf(text: string): { words: string; advice: string }[] {
  return WORDINGS.flatMap(({ pattern, advice }) => {
    const found = text.match(pattern)?.[0];
    return found === undefined ? [] : [{ words: found, advice }];
  });
}

/** Labels that a text refers to: `[^e12]`, `[^i7e3]`; each once, in order of appearance. */
export const labelsOf = (text: string): string[] => [
  ...new Set([...text.matchAll(/\[\^((?:i\d{1,9})?e\d{1,9})\]/g)].map(([, label]) => label ?? '')),
];

const NAMES_AND_TIMES = /\bINC-\d+|`[^`]*`|\bSEV[0-3]\b|\b\d{4}-\d\d-\d\d\b|\b\d{1,2}:\d\d(:\d\d)?\b|\bP\d\d\b/g;

/** Between two sentences; references behind a full stop belong to the sentence before it, as drafts write them. */
const SENTENCE_END = /(?<=[.!?](?: ?\[\^[^\]\s]{1,20}\])*)\s+(?!\[\^)(?=\S)|\n+/;

/** Sentences that hold a number and no reference to the timeline, or to one that is not there. */
export function unsourcedSentences(text: string, known: ReadonlySet<string>): string[] {
  return text
    .split(SENTENCE_END)
    .map((sentence) => sentence.trim())
    .filter((sentence) => {
      const labels = labelsOf(sentence);
      const plain = sentence.replace(/\[\^[^\]]*\]/g, '').replace(NAMES_AND_TIMES, '');
      return /\d/.test(plain.replace(/^\d+\.\s/, '')) && !labels.some((label) => known.has(label));
    });
}
