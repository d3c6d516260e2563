import 'server-only';
import { AppError } from '../errors';

/**
 * What a failed statement means for whoever asked for it.
 * - `busy`: somebody else held the lock or won the race; nothing was stored, trying again is right.
 * - `raced`: somebody stored the same key at the same moment; nothing was stored, looking again shows theirs.
 * - `lost`: the connection broke; whether a commit in flight was stored is not known.
 * - `unavailable`: nothing was stored and trying again at once would not help.
 * - `other`: a fault of ours or of the data.
 */
export type FailureKind = 'busy' | 'raced' | 'lost' | 'unavailable' | 'other';

export interface Failure {
  kind: FailureKind;
  /** For a person: what is wrong and what to do. Empty for `other`. */
  sentence: string;
}

const PATTERNS: readonly { kind: FailureKind; pattern: RegExp; sentence: string }[] = [
  {
    kind: 'unavailable',
    pattern: /SQLITE_FULL|database or disk is full|ENOSPC|\b53100\b|No space left/i,
    sentence: 'The disk of the database is full, so nothing was stored. Free some space and try again.',
  },
  {
    kind: 'unavailable',
    pattern: /SQLITE_READONLY|readonly database|read-only transaction|\b25006\b/i,
    sentence:
      'The database can only be read, so nothing was stored. The console needs write access to its file and directory.',
  },
  {
    kind: 'unavailable',
    pattern: /SQLITE_CANTOPEN|unable to open database|Unable to open connection|EACCES|EROFS|ENOTDIR/i,
    sentence: 'The file of the database cannot be opened. The console needs write access to it and to its directory.',
  },
  {
    kind: 'unavailable',
    pattern: /SQLITE_(CORRUPT|NOTADB)|disk image is malformed|file is not a database/i,
    sentence: 'The file of the database is damaged or not a database. Restore it from a backup.',
  },
  {
    kind: 'unavailable',
    pattern: /SQLITE_IOERR|disk I\/O error/i,
    sentence: 'The disk of the database refused to write, so nothing was stored. It may be full or failing.',
  },
  {
    kind: 'unavailable',
    pattern: /no such table|TableDoesNotExist|\bP2021\b|\b42P01\b/,
    sentence: 'The database has no tables yet. Restart the console: it makes them when it starts.',
  },
  {
    kind: 'unavailable',
    pattern:
      /\b(28P01|28000|3D000|42501)\b|AuthenticationFailed|DatabaseDoesNotExist|DatabaseAccessDenied|\bP10(00|03|10)\b/,
    sentence: 'The database refused the console. Check user, password and database name in DATABASE_URL.',
  },
  {
    kind: 'raced',
    pattern: /UniqueConstraintViolation|\bP2002\b/,
    sentence: 'The same entry was just stored by somebody else. Reload and look again.',
  },
  {
    kind: 'busy',
    pattern:
      /SQLITE_BUSY|SQLITE_LOCKED|database (table )?is locked|SocketTimeout|TransactionWriteConflict|\bP(1008|2034)\b|\b(40001|40P01|55P03)\b/,
    sentence: 'The database was busy with other writers for too long, so nothing was stored. Try again in a moment.',
  },
  {
    kind: 'lost',
    pattern:
      /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ConnectionClosed|DatabaseNotReachable|Connection terminated|TooManyConnections|timeout exceeded when trying to connect|\bP(1001|1002|1017|2024|2028)\b|\b(57P0[123]|08\d{3}|53300)\b/,
    sentence: 'The database cannot be reached. Check that it runs and that DATABASE_URL names it.',
  },
];

/** Everything the layers below said about an error, in one text. */
function words(error: unknown, depth = 0): string {
  if (depth > 5 || error === null || typeof error !== 'object') return typeof error === 'string' ? error : '';
  const parts: string[] = [];
  if (error instanceof Error) parts.push(error.message);
  for (const key of ['code', 'originalCode', 'originalMessage', 'kind', 'message']) {
    const value: unknown = Reflect.get(error, key);
    if (typeof value === 'string') parts.push(value);
  }
  for (const key of ['cause', 'meta', 'driverAdapterError', 'error'])
    parts.push(words(Reflect.get(error, key), depth + 1));
  return parts.filter((part) => part !== '').join('\n');
}

/** What kind of failure an error of the database is. */
export function failureOf(error: unknown): Failure {
  const text = words(error);
  const match = PATTERNS.find(({ pattern }) => pattern.test(text));
  return match ?? { kind: 'other', sentence: '' };
}

/** The error as the reader should see it: `storage_unavailable` or `conflict` with a sentence, or the error itself if it is not the storage's. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const { kind, sentence } = failureOf(error);
  if (kind === 'other') return error;
  return new AppError(kind === 'raced' ? 'conflict' : 'storage_unavailable', sentence, { cause: error });
}
