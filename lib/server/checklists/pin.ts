import 'server-only';
import type { Probe } from '@/lib/contracts/checklist';
import { MAX_EVIDENCE_TITLE } from '@/lib/contracts/evidence-kinds';
import type { Identity } from '../auth/identity';
import type { Database } from '../db';
import { AppError } from '../errors';
import { freeze } from '../evidence/freeze';
import { storeEvidence } from '../evidence/store';
import { log } from '../log';

interface Asked {
  identity: Identity;
  nowMs: number;
  signal: AbortSignal;
}

/** Time before the instant that was asked, so that the pin shows how it came to the value. */
const LEAD_MS = 30 * 60_000;

/**
 * Pins what a query with a condition gave, as a series up to the instant it was asked at; the pin has the id of the
 * answer, so that an answer sent twice pins once. Null where it cannot be pinned: that must not cost the answer itself.
 */
export async function pinProbe(
  { query, language }: Pick<Probe, 'query' | 'language'>,
  { id, title, sinceMs, by }: { id: string; title: string; sinceMs: number; by: Asked },
  database: Database,
): Promise<string | null> {
  const { identity, nowMs, signal } = by;
  const startMs = Math.min(sinceMs, nowMs) - LEAD_MS;
  try {
    const params = { query, startMs, endMs: nowMs, ...(language === 'logql' ? { language } : {}) };
    const asked = { id, kind: 'metric' as const, title: title.slice(0, MAX_EVIDENCE_TITLE), path: 'metrics', params };
    const document = await freeze(asked, by);
    return (await storeEvidence({ id, document, by: identity }, database)).id;
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error;
    log.warn({ err: error, title }, 'What a query with a condition saw could not be pinned.');
    return null;
  }
}
