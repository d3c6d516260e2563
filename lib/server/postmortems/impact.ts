import 'server-only';
import type { Incident as IncidentRow } from '@/generated/sqlite/client';
import { Impact } from '@/lib/contracts/impact';
import type { Entry } from '@/lib/contracts/incident-entry';
import { impactStretch } from '@/lib/domain/incident-impact';
import type { DraftMaterial } from '@/lib/domain/postmortem-draft';
import type { Database } from '../db';
import { AppError } from '../errors';
import { readEvidence } from '../evidence/store';
import { readImpact } from '../impact/read-impact';
import { instantsOf } from '../incidents/row';
import type { Reading } from '../reading';

/** A draft does not wait longer for numbers that may be counted later. */
const COUNTING_MS = 15_000;

interface DraftedImpact {
  impact: DraftMaterial['impact'];
  /** What a reader should know of it; null: it is pinned. */
  gap: string | null;
}

/**
 * What an incident did to predictions: as it was pinned last, which stays readable when the telemetry is gone; else counted
 * now, which is said. Never throws for a source that does not answer.
 */
export async function draftedImpact(
  incident: IncidentRow,
  entries: readonly Entry[],
  { signal, nowMs }: Reading,
  database: Database,
): Promise<DraftedImpact> {
  const pinned = await pinnedImpact(entries, database);
  if (pinned !== null) return { impact: pinned, gap: null };
  const about = { instants: instantsOf(incident), declaredAtMs: Number(incident.declaredAtMs) };
  const stretch = impactStretch(about, nowMs);
  if (stretch === null) {
    return { impact: null, gap: 'What it did to predictions is not counted: it ends before it begins.' };
  }
  try {
    const asked = { startMs: stretch.startMs, endMs: stretch.endMs, against: 'before' as const };
    const counted = await readImpact(asked, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(COUNTING_MS)]),
      nowMs,
    });
    const gap =
      'What it did to predictions is counted now and pinned nowhere: “Write it down” on the page of the incident keeps it.';
    return { impact: { counted, label: null }, gap };
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof AppError ? error.message : 'Prometheus did not answer in time.';
    return { impact: null, gap: `What it did to predictions could not be counted now. ${reason}` };
  }
}

/** The newest impact that stands on the timeline with its evidence; null without one that is whole. */
async function pinnedImpact(entries: readonly Entry[], database: Database): Promise<DraftMaterial['impact']> {
  const standing = entries.filter(({ correctedBy, evidenceId }) => correctedBy === null && evidenceId !== null);
  const ids = standing.flatMap(({ evidenceId }) => evidenceId ?? []);
  const impacts = await database.read((client) =>
    client.evidence.findMany({ where: { id: { in: ids }, kind: 'impact' }, select: { id: true } }),
  );
  const isImpact = new Set(impacts.map(({ id }) => id));
  const newestFirst = standing.toSorted((a, b) => b.recordedAtMs - a.recordedAtMs || b.seq - a.seq);
  for (const { evidenceId, label } of newestFirst) {
    if (evidenceId === null || !isImpact.has(evidenceId)) continue;
    const { document } = await readEvidence(evidenceId, database);
    const counted = Impact.safeParse(document?.parts[0]?.answer);
    if (counted.success) return { counted: counted.data, label };
  }
  return null;
}
