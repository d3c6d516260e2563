import type { AnswerPart } from '@/lib/contracts/answer';

/** A run of an answer's text that says what was measured. */
export const value = (text: string): AnswerPart => ({ text, tone: 'value' });

/** A run of an answer's text that says how sure it is. */
export const muted = (text: string): AnswerPart => ({ text, tone: 'muted' });
