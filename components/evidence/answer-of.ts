import type { FrozenDocument } from '@/lib/contracts/evidence';

/**
 * The panel's own answer. Its kind names the endpoint and the endpoint its contract; the server froze it from there, and
 * its hash says that nobody changed it since.
 */
export const answerOf = <T>({ parts }: FrozenDocument): T => parts[0]?.answer as T;
