import 'server-only';
import type { ReadinessParams, ReadinessReport } from '@/lib/contracts/readiness';
import { scoresOf } from '@/lib/domain/readiness';
import { readinessAnswer } from '@/lib/domain/readiness-answer';
import { toLists } from '@/lib/domain/readiness-lists';
import type { Identity } from '../auth/identity';
import { queryCache } from '../cache';
import { getConfig } from '../config';
import { type Measured, measureReadiness } from './measure';
import { listSignoffs } from './signoffs';

/** Asking costs some hundred small queries: for this long one asking serves every reader of the same range. */
const KEEP_MS = 30_000;

/** Checks, scores, lists and the answer for a range. What the sources said is shared; sign-offs are always the newest. */
export async function readReadiness(
  { startMs, endMs, model = null }: { startMs: number; endMs: number; model?: string | null | undefined },
  { signal, identity, nowMs }: { signal: AbortSignal; identity: Identity; nowMs: number },
): Promise<ReadinessReport> {
  const asked = { startMs, endMs, model } satisfies Required<Record<keyof ReadinessParams, unknown>>;
  const { sources, signals, models } = getConfig();
  const [{ value: measured }, signoffs] = await Promise.all([
    queryCache().get<Measured>({
      key: `readiness ${JSON.stringify([asked, sources, signals, models])}`,
      signal,
      load: (shared) => measureReadiness({ ...asked, nowMs }, shared),
      // What could not be asked may answer a moment later.
      keepMs: ({ gaps }) => (gaps.length === 0 ? KEEP_MS : 0),
      sizeBytes: (value) => JSON.stringify(value).length * 2,
    }),
    listSignoffs(nowMs),
  ]);
  const { checks, gaps, why } = measured;
  const scores = scoresOf(measured.models, checks);
  return {
    answer: readinessAnswer(checks, scores),
    ...asked,
    models: scores,
    checks,
    lists: toLists(checks, signoffs, model),
    gaps,
    maySign: identity.permissions.has('readiness:sign'),
    why,
  };
}
