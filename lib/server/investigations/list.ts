import 'server-only';
import type { InvestigationList, InvestigationsParams } from '@/lib/contracts/investigation';
import { searchWords } from '@/lib/domain/search-fold';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { findIncident } from '../incidents/find';
import { readList } from '../incidents/row';
import { toInvestigationSummaries } from './row';

/** Cells that hold a word at most; a word in more of them is no search. */
const MAX_WORD_CELLS = 1_000;
const MAX_TAGGED = 2_000;

/** Investigations that match, the last changed first. */
export async function listInvestigations(
  params: InvestigationsParams,
  database: Database = db(),
): Promise<InvestigationList> {
  const cursor = /^(\d{1,16})\.([0-9a-f-]{36})$/.exec(params.cursor ?? '');
  if (params.cursor !== undefined && cursor === null) {
    throw new AppError('bad_request', 'cursor: expected the nextCursor of an earlier answer.');
  }
  const [atMs, afterId] = cursor?.slice(1) ?? [];
  return database.read(async (client) => {
    const words = await Promise.all(
      searchWords(params.q ?? '').map(async (word) => {
        const cells = await client.investigationCell.findMany({
          where: { searchText: { contains: word }, removedAtMs: null },
          distinct: ['investigationId'],
          select: { investigationId: true },
          take: MAX_WORD_CELLS,
        });
        const ids = cells.map(({ investigationId }) => investigationId);
        return { OR: [{ searchText: { contains: word } }, { id: { in: ids } }] };
      }),
    );
    const incident = params.incident === undefined ? null : await findIncident(client, params.incident);
    const attached =
      incident === null ? null : await client.investigationAttachment.findMany({ where: { incidentId: incident.id } });
    const where = {
      archivedAtMs: params.archived ? { not: null } : null,
      ...(params.model === undefined ? {} : { model: params.model }),
      ...(attached === null ? {} : { id: { in: attached.map(({ investigationId }) => investigationId) } }),
      AND: [
        ...words,
        ...(params.tag === undefined ? [] : [{ tags: { contains: JSON.stringify(params.tag.toLowerCase()) } }]),
        ...(atMs === undefined || afterId === undefined
          ? []
          : [{ OR: [{ changedAtMs: { lt: BigInt(atMs) } }, { changedAtMs: BigInt(atMs), id: { lt: afterId } }] }]),
      ],
    };
    const [rows, tagged] = await Promise.all([
      client.investigation.findMany({
        where,
        orderBy: [{ changedAtMs: 'desc' }, { id: 'desc' }],
        take: params.limit + 1,
      }),
      client.investigation.findMany({
        where: { archivedAtMs: null, tags: { not: '[]' } },
        select: { tags: true },
        orderBy: { changedAtMs: 'desc' },
        take: MAX_TAGGED,
      }),
    ]);
    const kept = rows.slice(0, params.limit);
    const last = kept.at(-1);
    const counts = new Map<string, number>();
    for (const tag of tagged.flatMap(({ tags }) => readList(tags))) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    return {
      investigations: await toInvestigationSummaries(client, kept),
      nextCursor: rows.length > params.limit && last !== undefined ? `${last.changedAtMs}.${last.id}` : null,
      tags: [...counts]
        .map(([tag, investigations]) => ({ tag, investigations }))
        .sort((a, b) => b.investigations - a.investigations || a.tag.localeCompare(b.tag)),
    };
  });
}
