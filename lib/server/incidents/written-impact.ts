import 'server-only';
import type { Incident } from '@/lib/contracts/incident';
import type { Reader } from './find';

/** Newest pinned entries that are looked through for an impact; it is written down when the trouble is over. */
const MAX_PINNED = 500;

/**
 * What incidents did to predictions, as it was written down last with its pin, which stays readable when the telemetry is
 * gone; null where nobody did, or took it back.
 */
export async function writtenImpact(reader: Reader, incidentIds: readonly string[]): Promise<Incident['impact']> {
  const pinned = await reader.incidentEntry.findMany({
    where: { incidentId: { in: [...incidentIds] }, evidenceId: { not: null } },
    orderBy: [{ recordedAtMs: 'desc' }, { seq: 'desc' }],
    select: { id: true, text: true, evidenceId: true },
    take: MAX_PINNED,
  });
  if (pinned.length === 0) return null;
  const impacts = await reader.evidence.findMany({
    where: { id: { in: pinned.flatMap(({ evidenceId }) => evidenceId ?? []) }, kind: 'impact' },
    select: { id: true },
  });
  if (impacts.length === 0) return null;
  const ids = new Set(impacts.map(({ id }) => id));
  const told = pinned.filter(({ evidenceId }) => evidenceId !== null && ids.has(evidenceId));
  const changed = await reader.incidentEntry.findMany({
    where: { aboutId: { in: told.map(({ id }) => id) }, relation: { in: ['corrects', 'retracts'] } },
    select: { aboutId: true },
  });
  const gone = new Set(changed.map(({ aboutId }) => aboutId));
  const newest = told.find(({ id }) => !gone.has(id));
  return newest?.evidenceId ? { evidenceId: newest.evidenceId, text: newest.text } : null;
}
