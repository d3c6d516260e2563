import type { AnswerPart } from '@/lib/contracts/answer';

/** A run of an answer's text that says what was measured. */
export const value = (text: string): AnswerPart => ({ text, tone: 'value' });

/** A run of an answer's text that says how sure it is. */
export const muted = (text: string): AnswerPart => ({ text, tone: 'muted' });

/**
 * A sentence of an answer as plain text, for where nothing can be clicked: a link that stands alone behind its full stop,
 * an offer to go elsewhere, is left out.
 */
export function plainSentence(parts: readonly AnswerPart[]): string {
  const last = parts.at(-1);
  const told = last?.to !== undefined && /[.?!]\s+$/.test(parts.at(-2)?.text ?? '') ? parts.slice(0, -1) : parts;
  return told
    .map(({ text }) => text)
    .join('')
    .trim();
}
