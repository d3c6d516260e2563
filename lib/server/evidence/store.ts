import 'server-only';
import type {
  Evidence,
  EvidenceList,
  EvidenceListParams,
  EvidenceRead,
  FrozenDocument,
  NewEvidence,
} from '@/lib/contracts/evidence';
import { whysOf } from '@/lib/domain/evidence-why';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { packDocument, unpackDocument } from './document';
import { freeze } from './freeze';
import { type HeadRow, type Summary, toEvidence, WITHOUT_CONTENT } from './head';
import type { Asking } from './questions';

const known = (row: HeadRow): Evidence => {
  const evidence = toEvidence(row);
  if (evidence !== null) return evidence;
  throw new AppError(
    'conflict',
    'This pin was made by a newer console, which knows a kind of panel this one does not.',
  );
};

/**
 * Freezes what a panel shows and stores it. The same pin sent again, as a second press or a retry does, is the pin that
 * is there; nothing is asked again for it.
 */
export async function createEvidence(asked: NewEvidence, asking: Asking, database: Database = db()): Promise<Evidence> {
  const present = await database.read((client) =>
    client.evidence.findUnique({ where: { id: asked.id }, omit: WITHOUT_CONTENT }),
  );
  if (present !== null) return samePin(present, asked, asking.identity);
  const document = await freeze(asked, asking);
  return storeEvidence({ id: asked.id, document, by: asking.identity }, database);
}

/** Stores a frozen document with its hash, and the audit row that remembers the hash. */
export async function storeEvidence(
  { id, document, by }: { id: string; document: FrozenDocument; by: Pick<Identity, 'id' | 'name'> },
  database: Database = db(),
): Promise<Evidence> {
  const packed = await packDocument(document);
  const { title, model, startMs, endMs, frozenAtMs, kind, stepMs, isPartial, warnings } = document;
  const sources = [...new Set(document.parts.flatMap(({ answer }) => whysOf(answer).map(({ source }) => source)))];
  const summary: Summary = { sources: sources.sort(), stepMs, isPartial, warnings };
  const path = document.parts[0]?.path ?? '';
  return database.write(async (transaction) => {
    const present = await transaction.evidence.findUnique({ where: { id }, omit: WITHOUT_CONTENT });
    if (present !== null) return samePin(present, { kind, title, path }, by);
    const { content: _, ...row } = await transaction.evidence.create({
      data: {
        id,
        kind,
        title,
        path,
        model,
        startMs: startMs === null ? null : BigInt(startMs),
        endMs: endMs === null ? null : BigInt(endMs),
        summary: JSON.stringify(summary),
        ...packed,
        frozenById: by.id,
        frozenByName: by.name,
        frozenAtMs: BigInt(frozenAtMs),
      },
    });
    await recordAudit(transaction, {
      actor: by,
      action: 'evidence.create',
      subject: `evidence:${id}`,
      before: null,
      after: { kind, title, path, sizeBytes: packed.sizeBytes, sha256: packed.sha256 },
      atMs: frozenAtMs,
    });
    return known(row);
  });
}

/** One id stands for one pin: the same kind of panel, pinned by the same person. */
function samePin(
  present: HeadRow,
  sent: { kind: string; title: string; path: string },
  by: Pick<Identity, 'id'>,
): Evidence {
  if (present.kind === sent.kind && present.frozenById === by.id) return known(present);
  throw new AppError('conflict', 'Another pin has this id already. Pin it once more.');
}

/** Pins, the newest first; `more` when there are others. */
export async function listEvidence(params: EvidenceListParams, database: Database = db()): Promise<EvidenceList> {
  const { model, kind, startMs, endMs, limit } = params;
  const rows = await database.read((client) =>
    client.evidence.findMany({
      where: {
        ...(model === undefined ? {} : { model }),
        ...(kind === undefined ? {} : { kind }),
        frozenAtMs: {
          ...(startMs === undefined ? {} : { gte: BigInt(startMs) }),
          ...(endMs === undefined ? {} : { lte: BigInt(endMs) }),
        },
      },
      orderBy: [{ frozenAtMs: 'desc' }, { id: 'desc' }],
      take: limit + 1,
      omit: WITHOUT_CONTENT,
    }),
  );
  const evidence = rows.slice(0, limit).map(toEvidence);
  return { evidence: evidence.filter((each) => each !== null), more: rows.length > limit };
}

/** One pin whole, its hash computed anew; a damaged one says so and shows nothing. Throws `not_found`. */
export async function readEvidence(id: string, database: Database = db()): Promise<EvidenceRead> {
  const row = await database.read((client) => client.evidence.findUnique({ where: { id } }));
  if (row === null) throw new AppError('not_found', 'There is no such pin.');
  const { content, ...head } = row;
  const { sizeBytes, sha256 } = head;
  const unpacked = await unpackDocument({ content: new Uint8Array(content), sizeBytes, sha256 });
  const evidence = known(head);
  if (unpacked.document === null) {
    return { ...evidence, state: 'damaged', damage: unpacked.damage, document: null, why: [] };
  }
  const { document } = unpacked;
  const { kind, title, model, startMs, endMs, stepMs, isPartial, warnings, frozenAtMs } = document;
  // What the hash covers has the word, whatever the columns beside it say.
  const vouched = { kind, title, model, startMs, endMs, stepMs, isPartial, warnings, frozenAtMs };
  const why = document.parts.flatMap(({ answer }) => whysOf(answer));
  return { ...evidence, ...vouched, state: 'sound', damage: null, document, why };
}

/** The document of a sound pin; throws `conflict` with what is wrong with a damaged one. */
export async function soundDocument(id: string, database: Database = db()): Promise<FrozenDocument> {
  const { document, damage } = await readEvidence(id, database);
  if (document === null) throw new AppError('conflict', damage ?? 'This pin is damaged.');
  return document;
}
