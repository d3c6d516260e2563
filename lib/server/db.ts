import 'server-only';
import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pLimit from 'p-limit';
import { PrismaClient as PostgresClient } from '@/generated/postgresql/client';
import { type Prisma, PrismaClient } from '@/generated/sqlite/client';
import { getConfig } from './config';
import { type FailureKind, failureOf, toStorageError } from './db/errors';
import { sqliteAdapter } from './db/sqlite';
import { AppError } from './errors';

/** What a transaction may do; the same on both databases. */
export type Transaction = Prisma.TransactionClient;

export interface Database {
  provider: 'sqlite' | 'postgresql';
  /** Runs reads; failures of the storage become `storage_unavailable`. */
  read<T>(query: (client: PrismaClient) => Promise<T>): Promise<T>;
  /**
   * Runs `change` in one transaction and returns after the commit: what is returned is stored, what throws is not.
   * One change at a time in this process; tried again while others hold the lock, so `change` may run more than once.
   */
  write<T>(change: (transaction: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Changes that may wait for their turn; beyond it the storage is too slow for what is asked and says so. */
const MAX_WAITING = 1_000;
const TRANSACTION = { maxWait: 5_000, timeout: 15_000 };
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;

/** Told by the scheme alone: everything else is a SQLite address. */
export const isPostgres = (url: string): boolean => /^postgres(ql)?:/.test(url);

/** How Prisma reaches a PostgreSQL; a server that does not answer is given up after five seconds. */
export const postgresAdapter = (url: string, connections: number, idleTimeoutMillis = 30_000): PrismaPg =>
  new PrismaPg({ connectionString: url, max: connections, connectionTimeoutMillis: 5_000, idleTimeoutMillis });

function openClient(url: string): PrismaClient {
  if (!isPostgres(url)) return new PrismaClient({ adapter: sqliteAdapter(url) });
  const client: unknown = new PostgresClient({ adapter: postgresAdapter(url, 10) });
  // One schema makes both clients, which a test keeps so; TypeScript knows only that the classes are two.
  return client as PrismaClient;
}

/** Opens a database; nothing is connected until the first query. `patienceMs` bounds how long a busy lock is waited for. */
export function openDatabase(url: string, { patienceMs = 10_000 }: { patienceMs?: number } = {}): Database {
  let client: PrismaClient | null = null;
  // Made at the first use, because making it already touches the disk, and that failure needs its sentence too.
  const connect = (): PrismaClient => {
    client ??= openClient(url);
    return client;
  };
  const turns = pLimit(1);

  const transact = async <T>(change: (transaction: Transaction) => Promise<T>): Promise<T> => {
    const progress = { committing: false };
    const body = async (transaction: Transaction): Promise<T> => {
      progress.committing = false;
      const result = await change(transaction);
      progress.committing = true;
      return result;
    };
    try {
      return await retried(() => connect().$transaction(body, TRANSACTION), {
        patienceMs,
        // A commit whose answer was lost may have been stored: doing it again could do it twice.
        mayRetry: (kind, attempts) =>
          kind === 'busy' ||
          (kind === 'raced' && attempts < 3) ||
          (kind === 'lost' && attempts < 3 && !progress.committing),
      });
    } catch (error) {
      if (progress.committing && failureOf(error).kind === 'lost') {
        const sentence =
          'The connection to the database broke while a change was stored. Reload to see whether it was.';
        throw new AppError('storage_unavailable', sentence, { cause: error });
      }
      throw toStorageError(error);
    }
  };

  return {
    provider: isPostgres(url) ? 'postgresql' : 'sqlite',
    read: async (query) => {
      try {
        return await retried(() => query(connect()), {
          patienceMs,
          mayRetry: (kind, attempts) => kind === 'busy' || (kind === 'lost' && attempts < 3),
        });
      } catch (error) {
        throw toStorageError(error);
      }
    },
    write: async (change) => {
      if (turns.pendingCount >= MAX_WAITING) {
        throw new AppError('storage_unavailable', 'Too many changes wait for the database. Try again in a moment.');
      }
      return turns(() => transact(change));
    },
    close: async () => {
      await client?.$disconnect();
    },
  };
}

async function retried<T>(
  attempt: () => Promise<T>,
  { patienceMs, mayRetry }: { patienceMs: number; mayRetry: (kind: FailureKind, attempts: number) => boolean },
): Promise<T> {
  const deadlineMs = performance.now() + patienceMs;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      // Half to all of the pause at random, so that two processes do not keep meeting.
      const waitMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
      if (!mayRetry(failureOf(error).kind, attempts) || performance.now() + waitMs > deadlineMs) throw error;
      await sleep(waitMs);
    }
  }
}

// On globalThis because Next.js gives each route bundle its own copy of this module, and there must be one writer.
const holder = globalThis as typeof globalThis & { windsockDatabases?: Map<string, Database> };

/** The database of the configuration, opened once in this process. */
export function db(): Database {
  const { url } = getConfig().database;
  holder.windsockDatabases ??= new Map();
  const open = holder.windsockDatabases.get(url) ?? openDatabase(url);
  holder.windsockDatabases.set(url, open);
  return open;
}
