import 'server-only';
import type { ChecklistRun as RunRow } from '@/generated/sqlite/client';
import type { ChecklistStep } from '@/lib/contracts/checklist';
import { MAX_EVIDENCE_TITLE } from '@/lib/contracts/evidence-kinds';
import type { Identity } from '../auth/identity';
import type { Database } from '../db';
import { AppError } from '../errors';
import { freeze } from '../evidence/freeze';
import { storeEvidence } from '../evidence/store';
import { log } from '../log';

/** Time before the instant that was asked, so that the pin shows how it came to the value. */
const LEAD_MS = 30 * 60_000;

/**
 * Pins what the query of a step gave, as a series up to the instant it was asked at; the pin has the id of the answer, so
 * that an answer sent twice pins once. Null where it cannot be pinned: that must not cost the answer itself.
 */
export async function pinStep(
  step: ChecklistStep,
  { id, run, by }: { id: string; run: RunRow; by: { identity: Identity; nowMs: number; signal: AbortSignal } },
  database: Database,
): Promise<string | null> {
  if (step.language !== 'promql' || step.query === null) return null;
  const { identity, nowMs, signal } = by;
  const startMs = Math.min(Number(run.startedAtMs), nowMs) - LEAD_MS;
  const title = `Checklist: ${step.title}`.slice(0, MAX_EVIDENCE_TITLE);
  try {
    const params = { query: step.query, startMs, endMs: nowMs };
    const document = await freeze({ id, kind: 'metric', title, path: 'metrics', params }, by);
    return (await storeEvidence({ id, document, by: identity }, database)).id;
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error;
    log.warn({ err: error, step: step.id }, 'What a step of a checklist saw could not be pinned.');
    return null;
  }
}
