import 'server-only';
import type { IncidentStretch } from '@/lib/domain/events';
import { type Database, db } from '../db';

/** Incidents of one stretch at most; more are no explanation. */
const MAX_INCIDENTS = 50;

/**
 * Incidents that overlap a range, oldest first; drills and those merged into another are left out. Of a model those that
 * name it, and with `orNone` those that name none. An incident begins with its trouble, or when it was declared.
 */
export async function incidentsDuring(
  asked: { model: string | null; orNone?: boolean; startMs: number; endMs: number },
  database: Database = db(),
): Promise<IncidentStretch[]> {
  const before = { lt: BigInt(Math.ceil(asked.endMs)) };
  const rows = await database.read((client) =>
    client.incident.findMany({
      where: {
        drill: false,
        mergedIntoId: null,
        AND: [
          asked.model === null ? {} : { OR: [{ model: asked.model }, ...(asked.orNone ? [{ model: null }] : [])] },
          { OR: [{ startedAtMs: before }, { startedAtMs: null, declaredAtMs: before }] },
          { OR: [{ resolvedAtMs: null }, { resolvedAtMs: { gt: BigInt(Math.floor(asked.startMs)) } }] },
        ],
      },
      orderBy: [{ declaredAtMs: 'asc' }, { number: 'asc' }],
      take: MAX_INCIDENTS,
      select: {
        number: true,
        title: true,
        severity: true,
        model: true,
        version: true,
        declaredByName: true,
        declaredAtMs: true,
        startedAtMs: true,
        mitigatedAtMs: true,
        resolvedAtMs: true,
      },
    }),
  );
  return rows.map(({ declaredByName, declaredAtMs, startedAtMs, mitigatedAtMs, resolvedAtMs, ...named }) => {
    const ended = mitigatedAtMs ?? resolvedAtMs;
    return {
      ...named,
      declaredBy: declaredByName,
      startMs: Number(startedAtMs ?? declaredAtMs),
      endMs: ended === null ? null : Number(ended),
    };
  });
}
