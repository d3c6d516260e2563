import 'server-only';
import { investigationMarkdown } from '@/lib/domain/investigation-export';
import { type Database, db } from '../db';
import { findInvestigation, toInvestigation } from './row';

/** An investigation as Markdown, byte for byte the same for the same record. Throws `not_found`. */
export async function exportInvestigation(key: string, database: Database = db()): Promise<string> {
  return database.read(async (client) => {
    const investigation = await toInvestigation(client, await findInvestigation(client, key));
    const pinned = investigation.list.flatMap(({ evidenceId }) => (evidenceId === null ? [] : [evidenceId]));
    const evidence = await client.evidence.findMany({
      where: { id: { in: pinned } },
      select: { id: true, title: true, sha256: true, frozenAtMs: true, startMs: true, endMs: true },
    });
    return investigationMarkdown(
      investigation,
      new Map(
        evidence.map(({ id, title, sha256, frozenAtMs, startMs, endMs }) => [
          id,
          {
            title,
            sha256,
            frozenAtMs: Number(frozenAtMs),
            range: startMs === null || endMs === null ? null : { startMs: Number(startMs), endMs: Number(endMs) },
          },
        ]),
      ),
    );
  });
}
