import 'server-only';
import type { Compare, CompareTraces } from '@/lib/contracts/compare';
import type { FrozenDocument, FrozenPart, NewEvidence } from '@/lib/contracts/evidence';
import { modelOfAddress } from '@/lib/contracts/view';
import { canonicalJson } from '@/lib/domain/canonical-json';
import { compareReport } from '@/lib/domain/compare-report';
import { lacksOf, ownLacksOf, warningsOf, whysOf } from '@/lib/domain/evidence-why';
import { CONSOLE_VERSION } from '../console/version';
import { AppError } from '../errors';
import { getRedactor } from '../redaction/redact';
import { absolute, type Look, lookOf } from './look';
import { type Companion, PINNABLE, type Pinnable, type Seen } from './pinnable';
import { type Asking, ask, endpointOf, type Question } from './questions';
import { redactDeep, redactLook, redactQuestion } from './redact-document';

/** An answer as it would cross the wire. */
const plain = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer) ?? 'null');

/** Questions beside a panel's own, each once: those its kind always has, then those that were on the screen. */
function besideOf(own: readonly Companion[], shown: readonly Question[], question: Question): Companion[] {
  const nameOf = ({ path, params }: Question) => canonicalJson([path, params]);
  const known = new Map(own.map((companion) => [nameOf(companion), companion]));
  for (const { path, params } of shown) {
    const endpoint = endpointOf(path);
    if (endpoint === null) throw new AppError('bad_request', `beside: what ${path} answers cannot be kept.`);
    if (!known.has(nameOf({ path, params }))) known.set(nameOf({ path, params }), { endpoint, path, params });
  }
  known.delete(nameOf(question));
  return [...known.values()];
}

/** Asks a panel's question and those beside it. What stands beside may fail alone; then a sentence says so. */
export async function askParts(
  pinnable: Pinnable,
  { question, look, shown }: { question: Question; look: Look; shown: readonly Question[] },
  asking: Asking,
): Promise<{ parts: FrozenPart[]; seen: Seen; failures: string[] }> {
  const bounded = { path: question.path, params: { ...question.params, ...pinnable.bound } };
  const answer = await ask(pinnable.endpoint, bounded, asking);
  const seen: Seen = { question, answer, pathname: look.pathname, search: new URLSearchParams(look.search) };
  const failures: string[] = [];
  const beside = await Promise.all(
    besideOf(pinnable.companions?.(seen) ?? [], shown, question).map(async ({ endpoint, keep, ...companion }) => {
      try {
        const told = await ask(endpoint, companion, asking);
        return [{ ...companion, answer: plain(keep?.(told) ?? told) }];
      } catch (error) {
        if (asking.signal.aborted || !(error instanceof AppError)) throw error;
        failures.push(`Without ${companion.path}: ${error.message}`);
        return [];
      }
    }),
  );
  const own = { ...question, answer: plain(pinnable.keep?.(answer) ?? answer) };
  return { parts: [own, ...beside.flat()], seen, failures: failures.sort() };
}

const rangeOfParams = ({ question: { params } }: Seen): { startMs: number; endMs: number } | null => {
  const startMs = Number(params.startMs ?? Number.NaN);
  const endMs = Number(params.endMs ?? Number.NaN);
  return Number.isFinite(startMs) && Number.isFinite(endMs) ? { startMs, endMs } : null;
};

function modelOf(kind: NewEvidence['kind'], { question, answer, pathname, search }: Seen): string | null {
  if (kind === 'fleet' || kind === 'jobs') return null;
  const inPath = /^models\/([^/]+)\//.exec(question.path)?.[1];
  if (inPath !== undefined) return modelOfAddress(`/models/${inPath}`, new URLSearchParams()) ?? null;
  if (typeof question.params.model === 'string') return question.params.model;
  if (typeof answer === 'object' && answer !== null && 'model' in answer && typeof answer.model === 'string') {
    return answer.model;
  }
  return modelOfAddress(pathname, search) ?? null;
}

/** The report of a comparison, from the frozen parts alone; null for what has none. */
function reportOf(kind: NewEvidence['kind'], [own, beside]: readonly FrozenPart[]): string | null {
  if (kind !== 'comparison' || own === undefined) return null;
  // Both were read by this process a moment ago.
  const compare = own.answer as Compare;
  return compareReport(compare, compare.result, beside === undefined ? null : (beside.answer as CompareTraces));
}

/**
 * Takes what a panel shows: asks its question now, as whoever pins may ask it, and returns the document that is kept,
 * redacted, with an absolute range. Throws what the question itself throws.
 */
export async function freeze(asked: NewEvidence, asking: Asking): Promise<FrozenDocument> {
  const pinnable = PINNABLE[asked.kind];
  const redactor = getRedactor();
  const question = { path: asked.path, params: asked.params };
  const look = asked.look ?? lookOf(question);
  const { parts, seen, failures } = await askParts(pinnable, { question, look, shown: asked.beside ?? [] }, asking);
  const range = (pinnable.range ?? rangeOfParams)(seen);
  const kept = parts.map(
    ({ path, params, answer }): FrozenPart => ({
      ...redactQuestion({ path, params }, redactor),
      answer: redactDeep(answer, redactor),
    }),
  );
  const [first, ...beside] = kept;
  // What stands beside is bounded on purpose, a few examples of many: only what it says itself is a lack.
  const lacks = [
    ...new Set([...failures, ...lacksOf(first?.answer), ...beside.flatMap(({ answer }) => ownLacksOf(answer))]),
  ];
  const model = modelOf(asked.kind, seen);
  return {
    format: 1,
    kind: asked.kind,
    title: redactor.text(asked.title),
    look: redactLook(absolute(look, range), redactor),
    model: model === null ? null : redactor.text(model),
    startMs: range?.startMs ?? null,
    endMs: range?.endMs ?? null,
    stepMs: whysOf(first?.answer).find(({ stepMs }) => stepMs !== null)?.stepMs ?? null,
    parts: kept,
    isPartial: lacks.length > 0,
    warnings: [...lacks, ...new Set(kept.flatMap(({ answer }) => warningsOf(answer)))],
    redaction: {
      rules: [...redactor.rules],
      isQuestionRedacted: first?.path !== question.path || changed(question.params, first.params),
    },
    markdown: reportOf(asked.kind, kept),
    frozenAtMs: asking.nowMs,
    consoleVersion: CONSOLE_VERSION,
  };
}

const changed = (before: Question['params'], after: Question['params']): boolean =>
  Object.entries(before).some(([name, value]) => after[name] !== value);
