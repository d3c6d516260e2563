import 'server-only';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Database, db, type Transaction } from '../db';
import { log } from '../log';

/**
 * Who may do a piece of background work, however many processes share the database.
 *
 * The clock is the database's. On PostgreSQL it is the server's, so that consoles whose clocks disagree agree on when a
 * lease ends; on SQLite it is the machine's, which all processes on one file have in common.
 *
 * A lease alone cannot stop a holder that slept through its end (a suspended machine, a long pause) from finishing what
 * it began. What must be done once is therefore written in a transaction that calls `guard`: it commits only while the
 * token is still the newest, and while it runs nobody else can take the lease.
 */
export interface Lease {
  name: string;
  holder: string;
  /** Grows each time the lease goes to a new holder, or to the old one after a gap. */
  token: number;
  ttlMs: number;
}

/** A lease that is kept: renewed until `release`, and with a signal that aborts when it is lost. */
export interface HeldLease extends Lease {
  signal: AbortSignal;
  /** Throws LeaseLost when somebody else has the lease by now; the first statement of a transaction that must be the holder's. */
  guard(transaction: Transaction): Promise<void>;
  /** Gives the lease back at once, so that nobody waits for its end. Never throws. */
  release(): Promise<void>;
}

/** Somebody else holds the lease: nothing of the work may be stored any more. */
export class LeaseLost extends Error {
  constructor(name: string) {
    super(`The lease ${name} went to another process in the meantime; what this one did for it was not stored.`);
    this.name = 'LeaseLost';
  }
}

/** A name nobody else has: for people to recognise the process by, and unique even if process ids repeat. */
export const newHolder = (): string => `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;

/**
 * Takes a lease that is free or run out, or renews one that `holder` has. Null while another holds it.
 * @param ttlMs how long it lasts unless it is renewed, milliseconds
 */
export async function acquire(
  { name, holder, ttlMs }: { name: string; holder: string; ttlMs: number },
  database: Database = db(),
): Promise<Lease | null> {
  const rows = await database.write((transaction) =>
    database.provider === 'postgresql'
      ? transaction.$queryRaw<{ token: number }[]>`
          INSERT INTO "Lease" AS l ("name", "holder", "token", "expiresAtMs")
          VALUES (${name}, ${holder}, 1,
            CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + CAST(${ttlMs} AS BIGINT))
          ON CONFLICT ("name") DO UPDATE SET
            "holder" = excluded."holder",
            "expiresAtMs" = CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + CAST(${ttlMs} AS BIGINT),
            "token" = CASE
              WHEN l."holder" = excluded."holder"
                AND l."expiresAtMs" > CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)
              THEN l."token" ELSE l."token" + 1 END
          WHERE l."holder" = excluded."holder"
            OR l."expiresAtMs" <= CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)
          RETURNING "token"`
      : transaction.$queryRaw<{ token: number | bigint }[]>`
          INSERT INTO "Lease" ("name", "holder", "token", "expiresAtMs")
          VALUES (${name}, ${holder}, 1,
            CAST(unixepoch('subsec') * 1000 AS INTEGER) + CAST(${ttlMs} AS INTEGER))
          ON CONFLICT ("name") DO UPDATE SET
            "holder" = excluded."holder",
            "expiresAtMs" = excluded."expiresAtMs",
            "token" = CASE
              WHEN "Lease"."holder" = excluded."holder"
                AND "Lease"."expiresAtMs" > CAST(unixepoch('subsec') * 1000 AS INTEGER)
              THEN "Lease"."token" ELSE "Lease"."token" + 1 END
          WHERE "Lease"."holder" = excluded."holder"
            OR "Lease"."expiresAtMs" <= CAST(unixepoch('subsec') * 1000 AS INTEGER)
          RETURNING "token"`,
  );
  const token = rows[0]?.token;
  return token === undefined ? null : { name, holder, token: Number(token), ttlMs };
}

/** Renews a lease that is still this one; false when it went to somebody else or was given a new token. */
export async function renew(lease: Lease, database: Database = db()): Promise<boolean> {
  const changed = await database.write((transaction) =>
    database.provider === 'postgresql'
      ? transaction.$executeRaw`
          UPDATE "Lease" SET "expiresAtMs" =
            CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + CAST(${lease.ttlMs} AS BIGINT)
          WHERE "name" = ${lease.name} AND "holder" = ${lease.holder} AND "token" = ${lease.token}`
      : transaction.$executeRaw`
          UPDATE "Lease" SET "expiresAtMs" =
            CAST(unixepoch('subsec') * 1000 AS INTEGER) + CAST(${lease.ttlMs} AS INTEGER)
          WHERE "name" = ${lease.name} AND "holder" = ${lease.holder} AND "token" = ${lease.token}`,
  );
  return changed === 1;
}

/** Gives a lease back. The row stays, so that the next token is larger than this one. */
export async function release({ name, holder, token }: Lease, database: Database = db()): Promise<void> {
  await database.write((transaction) =>
    transaction.lease.updateMany({ where: { name, holder, token }, data: { expiresAtMs: 0n } }),
  );
}

/**
 * Lets a transaction commit only for the newest holder. The update locks the row: a process that would take the lease
 * waits until this transaction ends. Throws LeaseLost.
 */
export async function guardLease(transaction: Transaction, { name, holder, token }: Lease): Promise<void> {
  const { count } = await transaction.lease.updateMany({ where: { name, holder, token }, data: { holder } });
  if (count !== 1) throw new LeaseLost(name);
}

/**
 * Takes a lease and keeps it: renewed every third of its time. The signal aborts as soon as a renewal shows that the
 * lease is another's, or when it could not be renewed until its end. Null while another holds it.
 */
export async function hold(
  wanted: { name: string; holder: string; ttlMs: number },
  database: Database = db(),
): Promise<HeldLease | null> {
  // Before asking, so that our end of it is never later than the database's.
  let renewedAtMs = performance.now();
  const lease = await acquire(wanted, database);
  if (lease === null) return null;
  const lost = new AbortController();
  let renewing: Promise<void> = Promise.resolve();
  const beat = async (): Promise<void> => {
    const askedAtMs = performance.now();
    try {
      if (await renew(lease, database)) renewedAtMs = askedAtMs;
      else lost.abort(new LeaseLost(lease.name));
    } catch (error) {
      if (performance.now() - renewedAtMs < lease.ttlMs) return;
      log.warn({ lease: lease.name, err: error }, 'A lease could not be renewed before its end.');
      lost.abort(new LeaseLost(lease.name));
    }
  };
  const timer = setInterval(() => {
    renewing = renewing.then(() => (lost.signal.aborted ? undefined : beat()));
  }, lease.ttlMs / 3);
  timer.unref();
  lost.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return {
    ...lease,
    signal: lost.signal,
    guard: (transaction) => guardLease(transaction, lease),
    release: async () => {
      clearInterval(timer);
      await renewing;
      lost.abort(new LeaseLost(lease.name));
      await release(lease, database).catch((error: unknown) => {
        log.warn({ lease: lease.name, err: error }, 'A lease could not be given back; it ends by itself.');
      });
    },
  };
}
