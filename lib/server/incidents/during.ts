import 'server-only';
import { type Database, db } from '../db';

/** Incidents of one stretch at most; more are no explanation. */
const MAX_INCIDENTS = 50;

/** An incident as a stretch of time. `endMs` null: still open. */
export interface IncidentStretch {
  number: number;
  title: string;
  severity: string;
  startMs: number;
  endMs: number | null;
}

/** Incidents of a model that overlap a range, oldest first; drills and those merged into another are left out. */
export async function incidentsDuring(
  asked: { model: string; startMs: number; endMs: number },
  database: Database = db(),
): Promise<IncidentStretch[]> {
  const rows = await database.read((client) =>
    client.incident.findMany({
      where: {
        model: asked.model,
        drill: false,
        mergedIntoId: null,
        declaredAtMs: { lt: BigInt(Math.ceil(asked.endMs)) },
        OR: [{ resolvedAtMs: null }, { resolvedAtMs: { gt: BigInt(Math.floor(asked.startMs)) } }],
      },
      orderBy: [{ declaredAtMs: 'asc' }, { number: 'asc' }],
      take: MAX_INCIDENTS,
      select: {
        number: true,
        title: true,
        severity: true,
        declaredAtMs: true,
        startedAtMs: true,
        mitigatedAtMs: true,
        resolvedAtMs: true,
      },
    }),
  );
  return rows.map(({ number, title, severity, declaredAtMs, startedAtMs, mitigatedAtMs, resolvedAtMs }) => {
    const ended = mitigatedAtMs ?? resolvedAtMs;
    return {
      number,
      title,
      severity,
      startMs: Number(startedAtMs ?? declaredAtMs),
      endMs: ended === null ? null : Number(ended),
    };
  });
}
