import 'server-only';
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Baseline as BaselineRow } from '@/generated/sqlite/client';
import { MAX_BASELINE_FEATURES } from '@/lib/contracts/baseline-limits';
import {
  type Baseline,
  BaselineFormat,
  type BaselineList,
  type BaselineRemoval,
  type NewBaseline,
} from '@/lib/contracts/drift-baseline';
import { BaselineFault, type KeptFeature, rowsOf } from '@/lib/domain/baseline-content';
import { parseBaseline } from '@/lib/domain/baseline-file';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';

/** Baselines of one list at most, the newest. */
const MAX_LISTED = 200;
/** Text of a stored baseline at most; 1,000 features of 400 ordered values are about 4 MB. */
const MAX_CONTENT_CHARACTERS = 16_000_000;
/** What a list needs: everything but the content. */
const WITHOUT_CONTENT = { content: true } as const;

type ListedRow = Omit<BaselineRow, 'content'>;

const subjectOf = (id: string): string => `baseline:${id}`;

function toBaseline(row: ListedRow, isReplaced: boolean): Baseline {
  return {
    id: row.id,
    model: row.model,
    version: row.version === '' ? null : row.version,
    format: BaselineFormat.parse(row.format),
    fileName: row.fileName,
    sha256: row.sha256,
    sizeBytes: row.sizeBytes,
    features: row.features,
    rows: row.rows,
    author: { id: row.authorId, name: row.authorName },
    createdAtMs: Number(row.createdAtMs),
    isReplaced,
    notes: z.array(z.string()).parse(JSON.parse(row.notes)),
  };
}

const auditedOf = ({ model, version, format, sha256, sizeBytes, features, rows }: ListedRow): object => ({
  model,
  version: version === '' ? null : version,
  format,
  sha256,
  sizeBytes,
  features,
  rows,
});

/** Baselines of a model or of all, newest first; of each model and version the newest is in force. */
export async function listBaselines(model: string | undefined, database: Database = db()): Promise<BaselineList> {
  const rows = await database.read((client) =>
    client.baseline.findMany({
      where: model === undefined ? {} : { model },
      omit: WITHOUT_CONTENT,
      orderBy: [{ createdAtMs: 'desc' }, { id: 'desc' }],
      take: MAX_LISTED + 1,
    }),
  );
  const seen = new Set<string>();
  const baselines = rows.slice(0, MAX_LISTED).map((row) => {
    const key = JSON.stringify([row.model, row.version]);
    const isReplaced = seen.has(key);
    seen.add(key);
    return toBaseline(row, isReplaced);
  });
  return { baselines, more: rows.length > MAX_LISTED };
}

/**
 * Reads a file and keeps what is in it: all of it or, with a sentence that says where it is wrong, nothing. The same file
 * for the same model and version is the baseline that is there, and becomes the newest again.
 */
export async function createBaseline(
  asked: NewBaseline,
  text: string,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<Baseline> {
  const parsed = readFile(text);
  const content = JSON.stringify(parsed.features);
  if (content.length > MAX_CONTENT_CHARACTERS) {
    throw new AppError(
      'too_large',
      'What is in this file is too much to keep: send fewer features or coarser histograms.',
    );
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  const model = asked.model.replaceAll('\u0000', '').toWellFormed();
  const version = (asked.version ?? '').replaceAll('\u0000', '').toWellFormed();
  return database.write(async (transaction) => {
    const present = await transaction.baseline.findUnique({
      where: { model_version_sha256: { model, version, sha256 } },
      omit: WITHOUT_CONTENT,
    });
    if (present !== null) return renewed(transaction, present, { identity, nowMs });
    const id = asked.id ?? randomUUID();
    if ((await transaction.baseline.count({ where: { id } })) > 0) {
      throw new AppError('conflict', 'Another baseline was stored under this id.');
    }
    const row = await transaction.baseline.create({
      data: {
        id,
        model,
        version,
        format: parsed.format,
        fileName: asked.fileName ?? null,
        sha256,
        sizeBytes: Buffer.byteLength(text),
        features: parsed.features.length,
        rows: Math.max(...parsed.features.map(rowsOf)),
        content,
        notes: JSON.stringify(parsed.notes),
        authorId: identity.id,
        authorName: identity.name,
        createdAtMs: BigInt(nowMs),
      },
      omit: WITHOUT_CONTENT,
    });
    await recordAudit(transaction, {
      actor: identity,
      action: 'baseline.create',
      subject: subjectOf(id),
      before: null,
      after: auditedOf(row),
      atMs: nowMs,
    });
    return toBaseline(row, false);
  });
}

/** The same file sent again: in force again where another had taken its place, else left as it is. */
async function renewed(
  transaction: Transaction,
  present: ListedRow,
  { identity, nowMs }: { identity: Identity; nowMs: number },
): Promise<Baseline> {
  const { id, model, version, createdAtMs } = present;
  const newer = await transaction.baseline.count({
    where: { model, version, OR: [{ createdAtMs: { gt: createdAtMs } }, { createdAtMs, id: { gt: id } }] },
  });
  if (newer === 0) return toBaseline(present, false);
  const data = { createdAtMs: BigInt(nowMs), authorId: identity.id, authorName: identity.name };
  await transaction.baseline.update({ where: { id }, data });
  const row = { ...present, ...data };
  await recordAudit(transaction, {
    actor: identity,
    action: 'baseline.create',
    subject: subjectOf(id),
    before: auditedOf(present),
    after: auditedOf(row),
    atMs: nowMs,
  });
  return toBaseline(row, false);
}

function readFile(text: string) {
  try {
    return parseBaseline(text, MAX_BASELINE_FEATURES);
  } catch (error) {
    if (error instanceof BaselineFault) throw new AppError('bad_request', error.message, { cause: error });
    throw error;
  }
}

/** Removes a baseline; the audit keeps its hash and what it was of. */
export async function removeBaseline(
  { id }: BaselineRemoval,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<void> {
  await database.write(async (transaction) => {
    const row = await transaction.baseline.findUnique({ where: { id }, omit: WITHOUT_CONTENT });
    if (row === null) throw new AppError('not_found', 'There is no such baseline; somebody may have removed it.');
    await transaction.baseline.delete({ where: { id } });
    await recordAudit(transaction, {
      actor: identity,
      action: 'baseline.remove',
      subject: subjectOf(id),
      before: auditedOf(row),
      after: null,
      atMs: nowMs,
    });
  });
}

const Counts = z.array(z.tuple([z.string(), z.number()]));
const Kept = z.array(
  z.object({
    name: z.string(),
    histogram: z.object({ upperBounds: z.array(z.number()), cumulative: z.array(z.number()) }).nullable(),
    values: z.object({ count: z.number(), kept: z.array(z.number()) }).nullable(),
    categories: z.object({ counts: Counts, other: z.number() }).nullable(),
    missing: z.object({ missing: z.number(), observed: z.number() }).nullable(),
  }),
);

/** The baseline in force for a version: its own, else that of the whole model. Null: there is none. */
export async function findBaseline(
  { model, version }: { model: string; version: string | null },
  database: Database = db(),
): Promise<{ baseline: Baseline; features: KeptFeature[] } | null> {
  const newest = (own: string) =>
    database.read((client) =>
      client.baseline.findFirst({
        where: { model, version: own },
        orderBy: [{ createdAtMs: 'desc' }, { id: 'desc' }],
      }),
    );
  const row = (version === null ? null : await newest(version)) ?? (await newest(''));
  return row === null ? null : { baseline: toBaseline(row, false), features: Kept.parse(JSON.parse(row.content)) };
}
