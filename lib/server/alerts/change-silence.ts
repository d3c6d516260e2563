import 'server-only';
import { randomUUID } from 'node:crypto';
import type { SilenceChange, SilenceEnd, SilenceMade } from '@/lib/contracts/silence';
import { matcherText, timeFault } from '@/lib/domain/silence';
import type { Silence as HeldSilence } from '../alertmanager/schema';
import { type AuditAction, recordAudit } from '../audit/store';
import { getConfig } from '../config';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { alertmanagerCache, type Cluster, type Member, readClusters } from './clusters';
import { peersSentence, type SilenceDeed } from './write-silence';

const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** PostgreSQL stores no character 0, and nobody half a surrogate pair. */
const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();

interface Found {
  cluster: Cluster;
  member: Member;
  held: HeldSilence;
}

/** The Alertmanager that holds a silence; of several the one where it is not over. Throws `not_found`. */
async function findHolder(id: string, signal: AbortSignal): Promise<Found> {
  alertmanagerCache().clear();
  const clusters = await readClusters(signal);
  const members = clusters.flatMap((cluster) => cluster.members.map((member) => ({ cluster, member })));
  const found: Found[] = [];
  for (const { cluster, member } of members) {
    if (member.problem !== null) continue;
    const held = await member.client.silence(id, signal);
    if (held !== null) found.push({ cluster, member, held });
  }
  const holder = found.find(({ held }) => held.state !== 'expired') ?? found[0];
  if (holder !== undefined) return holder;
  const down = members.filter(({ member }) => member.problem !== null);
  const [first] = down;
  if (first?.member.problem) {
    const { problem, source } = first.member;
    throw new AppError(problem.code, `The silence is in no Alertmanager that answers. ${problem.message}`, {
      source: source.name,
      cause: problem,
    });
  }
  throw new AppError(
    'not_found',
    'No Alertmanager has this silence; those that are over are forgotten after some days.',
  );
}

async function record(
  transaction: Transaction,
  action: AuditAction,
  { id, before, after }: { id: string; before: object | null; after: object | null },
  { identity, nowMs }: SilenceDeed,
): Promise<void> {
  await recordAudit(transaction, { actor: identity, action, subject: `silence:${id}`, before, after, atMs: nowMs });
}

/** Does what was recorded; if it cannot be, records that too. */
async function carryOut<T>(change: () => Promise<T>, failed: (reason: string) => Promise<void>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof AppError) await failed(error.message);
    throw error;
  }
}

const shown = ({ matchers, endsAtMs, createdBy, comment }: HeldSilence, { source }: Member): object => ({
  source: source.name,
  matchers: matchers.map(matcherText),
  endsAtMs,
  createdBy,
  comment,
});

/** Moves the end of a silence that is not over. Its creator stays; the audit says who moved it. */
export async function changeSilence(
  { silenceId, endsAtMs }: SilenceChange,
  deed: SilenceDeed,
  database: Database = db(),
): Promise<SilenceMade> {
  const { nowMs, signal } = deed;
  const { cluster, member, held } = await findHolder(silenceId, signal);
  if (held.state === 'expired') {
    throw new AppError('conflict', 'This silence is over and cannot be extended. Make a new one from the alert.');
  }
  const startsAtMs = held.startsAtMs ?? nowMs;
  const fault = timeFault({ startsAtMs, endsAtMs }, { nowMs, maxMs: getConfig().alerts.maxSilenceMs });
  if (fault !== null) throw new AppError('bad_request', fault, { fields: { endsAtMs: fault } });
  const before = shown(held, member);
  await database.write((transaction) =>
    record(transaction, 'silence.change', { id: silenceId, before, after: { endsAtMs } }, deed),
  );
  const { id } = await carryOut(
    () =>
      member.client.setSilence(
        {
          id: silenceId,
          matchers: held.matchers,
          startsAtMs,
          endsAtMs,
          createdBy: held.createdBy,
          comment: held.comment,
        },
        signal,
      ),
    (reason) =>
      database.write((transaction) =>
        record(transaction, 'silence.change', { id: silenceId, before: { endsAtMs }, after: { failed: reason } }, deed),
      ),
  );
  await database.write(async (transaction) => {
    // An Alertmanager may take the change as a new silence and end the old one.
    await transaction.silence.updateMany({
      where: { silenceId },
      data: { endsAtMs: BigInt(endsAtMs), silenceId: id },
    });
  });
  alertmanagerCache().clear();
  const anew = id === silenceId ? '' : ' It has a new id there.';
  return {
    silenceId: id,
    source: member.source.name,
    sentence: `Silenced in ${member.source.name} until ${utc(endsAtMs)}.${anew}${peersSentence(cluster, member)}`,
  };
}

/** Ends a silence, wherever it was made. Ending one that is over changes nothing. */
export async function endSilence(
  { silenceId }: SilenceEnd,
  deed: SilenceDeed,
  database: Database = db(),
): Promise<SilenceMade> {
  const { identity, nowMs, signal } = deed;
  const { cluster, member, held } = await findHolder(silenceId, signal);
  const source = member.source.name;
  if (held.state === 'expired') return { silenceId, source, sentence: `It was over already in ${source}.` };
  const before = shown(held, member);
  await database.write((transaction) =>
    record(transaction, 'silence.end', { id: silenceId, before, after: { endsAtMs: nowMs } }, deed),
  );
  await carryOut(
    () => member.client.expireSilence(silenceId, signal),
    (reason) =>
      database.write((transaction) =>
        record(transaction, 'silence.end', { id: silenceId, before: null, after: { failed: reason } }, deed),
      ),
  );
  await database.write(async (transaction) => {
    const ended = { endedAtMs: BigInt(nowMs), endedByName: identity.name };
    const { count } = await transaction.silence.updateMany({ where: { silenceId }, data: ended });
    if (count > 0) return;
    // One made elsewhere is remembered too: if it comes back, that is told.
    await transaction.silence.create({
      data: {
        id: randomUUID(),
        source,
        silenceId,
        matchers: JSON.stringify(held.matchers),
        startsAtMs: BigInt(held.startsAtMs ?? nowMs),
        endsAtMs: BigInt(held.endsAtMs ?? nowMs),
        comment: storable(held.comment),
        createdById: 'alertmanager',
        createdByName: storable(held.createdBy),
        createdAtMs: BigInt(held.startsAtMs ?? nowMs),
        ...ended,
      },
    });
  });
  alertmanagerCache().clear();
  return {
    silenceId,
    source,
    sentence: `${held.state === 'pending' ? `Called off in ${source} before it began.` : `Ended in ${source}: its alerts notify again.`}${peersSentence(cluster, member)}`,
  };
}
