import 'server-only';
import type { EvidenceParams } from '@/lib/contracts/evidence-kinds';
import type { Redactor } from '../redaction/redact';
import type { Question } from './questions';

/** Depth at which an answer is no longer looked into; what lies deeper is left out. */
const MAX_DEPTH = 64;

/** Every text of a JSON value without what the rules match, names of its members included. */
export function redactDeep(value: unknown, redactor: Redactor, depth = 0): unknown {
  if (typeof value === 'string') return redactor.text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((each) => redactDeep(each, redactor, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [redactor.text(key), redactDeep(each, redactor, depth + 1)]),
  );
}

/** A question without what the rules match: its parameters, and the variables in its path as they read when decoded. */
export function redactQuestion({ path, params }: Question, redactor: Redactor): Question {
  return {
    path: path
      .split('/')
      .map((segment) => {
        const plain = decode(segment);
        const redacted = redactor.text(plain);
        return redacted === plain ? segment : encodeURIComponent(redacted);
      })
      .join('/'),
    params: Object.fromEntries(
      Object.entries(params).map(([name, value]): [string, EvidenceParams[string]] => [
        name,
        typeof value === 'string' ? redactor.text(value) : value,
      ]),
    ),
  };
}

/** An address of the console without what the rules match, parameter by parameter. */
export function redactLook(
  { pathname, search }: { pathname: string; search: string },
  redactor: Redactor,
): { pathname: string; search: string } {
  const kept = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(search)) kept.append(name, redactor.text(value));
  return { pathname: redactQuestion({ path: pathname, params: {} }, redactor).path, search: kept.toString() };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
