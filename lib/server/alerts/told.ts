import 'server-only';
import type { ToldAlert } from '@/lib/domain/alerts';
import { type Database, db } from '../db';
import { rootOf } from '../incidents/find';

/** Firing alerts of the webhooks that are looked at: far more than any page shows. */
const MAX_TOLD = 2_000;
/** Incidents declared from alerts that are looked at. */
const MAX_DECLARED = 500;
/** Open incidents of models that are looked at: more than a team has at a time. */
const MAX_OPEN = 100;

const isOpen = ({ resolvedAtMs }: { resolvedAtMs: bigint | null }): boolean => resolvedAtMs === null;

/**
 * Labels as a column keeps them, every value as text; what cannot be read has none, so that a bad row hides no other.
 */
export function readLabels(text: string): Record<string, string> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return {};
    return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
  } catch {
    return {};
  }
}

/**
 * What the console's own record says of alerts: what webhooks told of, the open incidents they belong to, and those that
 * are open of a model, the newest first.
 */
export async function readTold(database: Database = db()): Promise<{
  told: ToldAlert[];
  declared: Map<string, { id: string; number: number }>;
  open: { number: number; model: string }[];
}> {
  return database.read(async (client) => {
    const [episodes, declared, open] = await Promise.all([
      client.alertEpisode.findMany({
        where: { status: 'firing' },
        orderBy: [{ startsAtMs: 'desc' }],
        take: MAX_TOLD,
        select: { id: true, labels: true, incidentId: true },
      }),
      client.incident.findMany({
        where: { originKind: 'alert', originRef: { not: null }, resolvedAtMs: null },
        orderBy: { declaredAtMs: 'desc' },
        take: MAX_DECLARED,
      }),
      client.incident.findMany({
        where: { model: { not: null }, resolvedAtMs: null, mergedIntoId: null, drill: false },
        orderBy: { declaredAtMs: 'desc' },
        take: MAX_OPEN,
        select: { number: true, model: true },
      }),
    ]);
    const ids = [...new Set(episodes.flatMap(({ incidentId }) => (incidentId === null ? [] : [incidentId])))];
    const rows = await client.incident.findMany({ where: { id: { in: ids } } });
    const roots = new Map<string, { id: string; number: number }>();
    for (const row of [...rows, ...declared]) {
      const root = row.mergedIntoId === null ? row : await rootOf(client, row);
      if (isOpen(root)) roots.set(row.id, { id: root.id, number: root.number });
    }
    return {
      open: open.flatMap(({ number, model }) => (model === null ? [] : [{ number, model }])),
      told: episodes.map(({ id, labels, incidentId }) => ({
        id,
        labels: readLabels(labels),
        incident: roots.get(incidentId ?? '') ?? null,
      })),
      declared: new Map(
        declared.toReversed().flatMap(({ id, originRef }) => {
          const root = roots.get(id);
          return originRef === null || root === undefined ? [] : [[originRef, root] as const];
        }),
      ),
    };
  });
}
