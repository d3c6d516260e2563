import 'server-only';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import { NOTHING_READ } from '@/lib/domain/compare-inputs';
import { sharesClock } from '@/lib/domain/compare-soundness';
import { formatDuration } from '@/lib/domain/format';
import { HOUR_MS, MINUTE_MS } from '@/lib/domain/time';
import { readCompare } from '../compare/read-compare';
import { firstTrafficOf, LOOK_BACK_MS, rolesGap, sidesOf } from '../compare/window';
import { AppError } from '../errors';
import { openModelPanel } from '../fleet/model-panel';

/** One evaluation may take this long; a source that hangs must not hold up the guards of other models. */
const PATIENCE_MS = MINUTE_MS;

/** The two versions an evaluation is about and where the window of their comparison begins. */
export interface GuardSides {
  champion: string | null;
  challenger: string | null;
  startMs: number;
}

interface Context {
  signal: AbortSignal;
  nowMs: number;
}

/**
 * The versions a guard compares at an instant, by role, and the begin of their window: the challenger's first traffic.
 * Throws where it cannot be read which is which. `pinned` gives the begin that an earlier evaluation of the same two
 * versions found; what is watched must not move.
 */
export async function guardSidesOf(
  asked: { model: string; atMs: number; champion?: string | undefined; challenger?: string | undefined },
  pinned: (pair: { champion: string; challenger: string }) => Promise<number | null>,
  context: Context,
): Promise<GuardSides> {
  const { model, atMs } = asked;
  const panel = await openModelPanel({ model, startMs: Math.max(0, atMs - LOOK_BACK_MS), endMs: atMs }, context);
  const unknown = rolesGap(panel, { ...asked, splitMs: undefined });
  if (unknown !== null) throw new AppError('upstream_rejected', unknown, { source: panel.telemetry.source.name });
  const sides = sidesOf(panel.versions, { champion: asked.champion, challenger: asked.challenger });
  const champion = sides.champion?.version ?? null;
  const challenger = sides.challenger?.version ?? null;
  if (champion === null || challenger === null) return { champion, challenger, startMs: atMs - HOUR_MS };
  const kept = await pinned({ champion, challenger });
  if (kept !== null && kept >= atMs - LOOK_BACK_MS && kept < atMs) return { champion, challenger, startMs: kept };
  const first = await firstTrafficOf(panel, { model, version: challenger, endMs: atMs }, context.signal);
  return { champion, challenger, startMs: first !== null && first < atMs ? first : atMs - LOOK_BACK_MS };
}

/** What a guard's verdict is made of: the same reading as the page's, so that both show the same numbers. */
export async function readSidesInputs(
  { model, atMs, sides }: { model: string; atMs: number; sides: GuardSides },
  context: Context,
): Promise<CompareInputs> {
  const { champion, challenger, startMs } = sides;
  const { inputs } = await readCompare(
    {
      model,
      ...(champion === null ? {} : { champion }),
      ...(challenger === null ? {} : { challenger }),
      startMs,
      endMs: atMs,
    },
    context,
  );
  return inputs;
}

/**
 * Inputs of one evaluation. A source that is lost on the way makes inputs that say so, whose verdict is in doubt; it
 * throws only for what is the console's own fault, or when `context.signal` aborts.
 */
export async function readGuardInputs(
  asked: { model: string; atMs: number },
  pinned: (pair: { champion: string; challenger: string }) => Promise<number | null>,
  { signal, nowMs, patienceMs = PATIENCE_MS }: Context & { patienceMs?: number },
): Promise<CompareInputs> {
  const patience = AbortSignal.timeout(patienceMs);
  const context = { signal: AbortSignal.any([signal, patience]), nowMs };
  // What readers share, such as a source's catalog, ends for none of them alone: it is left behind.
  const ended = new Promise<never>((_, reject) => {
    context.signal.addEventListener('abort', () => reject(context.signal.reason), { once: true });
  });
  try {
    return await Promise.race([readSound(asked, pinned, context), ended]);
  } catch (error) {
    if (signal.aborted) throw error;
    if (patience.aborted) {
      return doubtfulInputs(asked, `The sources took longer than ${formatDuration(patienceMs)} to answer.`);
    }
    if (error instanceof AppError && isOfSource(error)) return doubtfulInputs(asked, error.message);
    throw error;
  }
}

async function readSound(
  asked: { model: string; atMs: number },
  pinned: (pair: { champion: string; challenger: string }) => Promise<number | null>,
  context: Context,
): Promise<CompareInputs> {
  context.signal.throwIfAborted();
  const sides = await guardSidesOf(asked, pinned, context);
  const inputs = await readSidesInputs({ ...asked, sides }, context);
  if (sharesClock(inputs)) return inputs;
  // The challenger was taken out and rolled out anew since its window was found: what it is watched over begins anew.
  const anew = await guardSidesOf(asked, async () => null, context);
  return anew.startMs > sides.startMs ? await readSidesInputs({ ...asked, sides: anew }, context) : inputs;
}

/** Failures of what is read, as opposed to those of the console or its database. */
const isOfSource = ({ code }: AppError): boolean =>
  code.startsWith('upstream_') || code === 'not_found' || code === 'not_configured' || code === 'bad_request';

/** Inputs of a verdict nothing could be read for: in doubt, with the reason. */
export const doubtfulInputs = ({ model, atMs }: { model: string; atMs: number }, reason: string): CompareInputs => ({
  model,
  mode: 'versions',
  startMs: atMs - HOUR_MS,
  endMs: atMs,
  splitMs: null,
  scrapeIntervalMs: 0,
  champion: null,
  challenger: null,
  ...NOTHING_READ,
  faults: [{ signal: 'requests', reason: `Nothing could be read: ${reason}` }],
});
