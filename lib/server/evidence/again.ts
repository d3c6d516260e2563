import 'server-only';
import type { EvidenceAgain, EvidenceDifference, FrozenDocument, FrozenPart } from '@/lib/contracts/evidence';
import { differenceOf, foundAnything } from '@/lib/domain/evidence-difference';
import { formatCount, formatNumber } from '@/lib/domain/format';
import { AppError } from '../errors';
import { getRedactor } from '../redaction/redact';
import { askParts } from './freeze';
import { PINNABLE } from './pinnable';
import type { Asking } from './questions';
import { redactDeep } from './redact-document';

/** Asks a frozen question once more, as whoever looks may ask it, and says how today's answer differs from the kept one. */
export async function askAgain(document: FrozenDocument, asking: Asking): Promise<EvidenceAgain> {
  const askedAtMs = asking.nowMs;
  const none = { difference: null, parts: null, error: null, askedAtMs };
  const [own] = document.parts;
  if (own === undefined || document.redaction.isQuestionRedacted) {
    const sentence = 'This question held something that is not kept, so it cannot be asked again.';
    return { ...none, state: 'failed', sentence };
  }
  let parts: FrozenPart[];
  try {
    const redactor = getRedactor();
    const [question = own, ...shown] = document.parts.map(({ path, params }) => ({ path, params }));
    const asked = await askParts(PINNABLE[document.kind], { question, look: document.look, shown }, asking);
    parts = asked.parts.map((part) => ({ ...part, answer: redactDeep(part.answer, redactor) }));
  } catch (error) {
    if (asking.signal.aborted || !(error instanceof AppError)) throw error;
    if (error.code === 'not_found') {
      return { ...none, state: 'gone', sentence: error.message };
    }
    return { ...none, state: 'failed', sentence: error.message, error: error.toBody().error };
  }
  const fresh = parts[0]?.answer;
  const difference = differenceOf(own.answer, fresh);
  if (foundAnything(own.answer) && !foundAnything(fresh)) {
    const sentence = 'The same question finds nothing today.';
    return { ...none, state: 'gone', sentence, difference, parts };
  }
  const isSame = difference.changed + difference.lost + difference.gained === 0;
  return {
    ...none,
    state: isSame ? 'same' : 'differs',
    sentence: isSame ? `None of ${formatCount(difference.compared)} values differs.` : wordsOf(difference),
    difference,
    parts,
  };
}

function wordsOf({ compared, changed, lost, gained, furthest }: EvidenceDifference): string {
  const counts = [
    ...(changed > 0 ? [`${formatCount(changed)} of ${formatCount(compared)} values differ`] : []),
    ...(lost > 0 ? [`${formatCount(lost)} are no longer there`] : []),
    ...(gained > 0 ? [`${formatCount(gained)} are new`] : []),
  ].join(', ');
  const most =
    furthest === null
      ? ''
      : ` The furthest: ${furthest.place}, ${formatNumber(furthest.before)} then, ${formatNumber(furthest.after)} now.`;
  return `${counts}.${most}`;
}
