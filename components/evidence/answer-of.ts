import type { FrozenDocument } from '@/lib/contracts/evidence';

/** What panels are drawn from: a frozen document, or an answer that has just come. */
export type DrawnDocument = Pick<FrozenDocument, 'kind' | 'model' | 'parts'>;

/**
 * The panel's own answer. Its kind names the endpoint and the endpoint its contract; the server answered it, and of a
 * frozen one its hash says that nobody changed it since.
 */
export const answerOf = <T>({ parts }: DrawnDocument): T => parts[0]?.answer as T;
