import 'server-only';
import { randomUUID } from 'node:crypto';
import type { Silence as SilenceRow } from '@/generated/sqlite/client';
import type { NewSilence, SilenceMade, SilenceMatcher } from '@/lib/contracts/silence';
import { matcherText, timeFault } from '@/lib/domain/silence';
import type { Silence as HeldSilence } from '../alertmanager/schema';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { consoleUrl, getConfig } from '../config';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { appendEntries, touchIncident } from '../incidents/append';
import { findIncident, rootOf } from '../incidents/find';
import { alertmanagerCache, type Cluster, type Member } from './clusters';
import { silenceTest } from './matching';
import { previewSilence } from './preview';
import { readTold } from './told';

export interface SilenceDeed {
  identity: Identity;
  nowMs: number;
  signal: AbortSignal;
}

const subjectOf = (id: string): string => `silence:${id}`;
const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** The other members of a cluster, which hear of a change from the one that was written to. */
export function peersSentence(cluster: Cluster, member: Member): string {
  const others = cluster.members.filter(({ source }) => source.name !== member.source.name);
  return others.length === 0 ? '' : ` ${others.map(({ source }) => source.name).join(', ')} will hear of it.`;
}

/**
 * Makes a silence in one Alertmanager of a cluster. That it is asked for is stored first, with its audit row, so that no
 * silence exists which nobody here knows of; sent again, the same id finds the silence that the first one made. Throws
 * AppError: what a guard rail refuses stores nothing, and what the Alertmanager refuses is forgotten again.
 */
export async function createSilence(
  asked: NewSilence,
  { identity, nowMs, signal }: SilenceDeed,
  database: Database = db(),
): Promise<SilenceMade> {
  const known = await database.read((client) => client.silence.findUnique({ where: { id: asked.id } }));
  if (known !== null && !isSame(known, asked, identity)) {
    throw new AppError('conflict', 'Another silence was asked for under this id. Open the form anew.');
  }
  if (known !== null && known.silenceId !== null) return made(known, known.silenceId, { nowMs, rest: '' });
  // Nothing of what was seen a moment ago decides about a write.
  alertmanagerCache().clear();
  const { preview, member, cluster, matched } = await previewSilence(asked, { nowMs, signal });
  const startsAtMs = known === null ? (asked.startsAtMs ?? nowMs) : Number(known.startsAtMs);
  const late = timeFault({ startsAtMs, endsAtMs: asked.endsAtMs }, { nowMs, maxMs: getConfig().alerts.maxSilenceMs });
  const faults = [...preview.faults, ...(late === null ? [] : [late])];
  if (faults.length > 0) {
    throw new AppError('bad_request', faults.join(' '), {
      fields: preview.faults.length > 0 ? { matchers: preview.faults.join(' ') } : { endsAtMs: late ?? '' },
    });
  }
  if (preview.extreme !== null && preview.extreme !== asked.accept) {
    throw new AppError('bad_request', `${preview.sentence} Accept that, if it is meant, or change the matchers.`, {
      fields: { accept: preview.sentence },
    });
  }
  const incident = await incidentOf(asked, matched, database);
  const comment =
    incident === null
      ? asked.comment
      : `${asked.comment} (INC-${incident.number}: ${consoleUrl(getConfig())}/incidents/${incident.number})`;
  const row = known ?? (await intend({ asked, comment, startsAtMs, incident, member, identity, nowMs }, database));
  const wanted = { matchers: asked.matchers, startsAtMs, endsAtMs: asked.endsAtMs, comment: row.comment };
  const silenceId =
    (known === null ? null : await findMade(row, member, signal)) ??
    (await send(wanted, { row, member, signal }, database));
  await settle({ row, silenceId, incident, identity, nowMs }, database);
  alertmanagerCache().clear();
  return made(row, silenceId, {
    nowMs,
    rest: `${preview.sentence.replace('would mute', 'mutes').replace(' right now', ' now')}${peersSentence(cluster, member)}`,
  });
}

/** "until 2026-11-21 12:00 UTC", of one that starts later with its start. */
const timesText = ({ startsAtMs, endsAtMs }: SilenceRow, nowMs: number): string =>
  `${Number(startsAtMs) > nowMs ? `from ${utc(Number(startsAtMs))} ` : ''}until ${utc(Number(endsAtMs))}`;

const made = (row: SilenceRow, silenceId: string, { nowMs, rest }: { nowMs: number; rest: string }): SilenceMade => ({
  silenceId,
  source: row.source,
  sentence: `Silenced in ${row.source} ${timesText(row, nowMs)}. ${rest}`.trim(),
});

const isSame = (row: SilenceRow, asked: NewSilence, identity: Identity): boolean =>
  row.matchers === JSON.stringify(asked.matchers) &&
  Number(row.endsAtMs) === asked.endsAtMs &&
  (asked.startsAtMs === undefined || Number(row.startsAtMs) === asked.startsAtMs) &&
  row.createdById === identity.id &&
  row.comment.startsWith(asked.comment);

/** The incident that was named, or the one open incident that all of the muted alerts with one belong to. */
async function incidentOf(
  asked: NewSilence,
  matched: readonly Readonly<Record<string, string>>[],
  database: Database,
): Promise<{ id: string; number: number } | null> {
  if (asked.incidentId !== null) {
    const key = asked.incidentId;
    const root = await database.read(async (client) => rootOf(client, await findIncident(client, key)));
    return { id: root.id, number: root.number };
  }
  if (matched.length === 0) return null;
  const fits = silenceTest(asked.matchers);
  const { told } = await readTold(database);
  const incidents = new Map(
    told.flatMap(({ labels, incident }) => (incident !== null && fits(labels) ? [[incident.id, incident]] : [])),
  );
  return incidents.size === 1 ? ([...incidents.values()][0] ?? null) : null;
}

/** Stores that a silence is asked for. */
async function intend(
  wanted: {
    asked: NewSilence;
    comment: string;
    startsAtMs: number;
    incident: { id: string; number: number } | null;
    member: Member;
    identity: Identity;
    nowMs: number;
  },
  database: Database,
): Promise<SilenceRow> {
  const { asked, comment, startsAtMs, incident, member, identity, nowMs } = wanted;
  return database.write(async (transaction) => {
    const row = await transaction.silence.create({
      data: {
        id: asked.id,
        source: member.source.name,
        matchers: JSON.stringify(asked.matchers),
        startsAtMs: BigInt(startsAtMs),
        endsAtMs: BigInt(asked.endsAtMs),
        comment,
        incidentId: incident?.id ?? null,
        createdById: identity.id,
        createdByName: identity.name,
        createdAtMs: BigInt(nowMs),
      },
    });
    await recordAudit(transaction, {
      actor: identity,
      action: 'silence.create',
      subject: subjectOf(row.id),
      before: null,
      after: {
        source: row.source,
        matchers: asked.matchers.map(matcherText),
        startsAtMs,
        endsAtMs: asked.endsAtMs,
        comment,
        incident: incident?.number ?? null,
      },
      atMs: nowMs,
    });
    return row;
  });
}

/** The silence that an earlier sending of the same id made, although its answer was lost; null: it made none. */
async function findMade(row: SilenceRow, member: Member, signal: AbortSignal): Promise<string | null> {
  const { value } = await member.client.silences({ states: ['active', 'pending'] }, signal);
  const found = value.find(
    (one: HeldSilence) =>
      one.createdBy === row.createdByName &&
      one.comment === row.comment &&
      one.endsAtMs === Number(row.endsAtMs) &&
      JSON.stringify(one.matchers.map(matcherText).sort()) ===
        JSON.stringify(readMatchers(row.matchers).map(matcherText).sort()),
  );
  return found?.id ?? null;
}

const readMatchers = (text: string): SilenceMatcher[] => JSON.parse(text) as SilenceMatcher[];

async function send(
  wanted: { matchers: readonly SilenceMatcher[]; startsAtMs: number; endsAtMs: number; comment: string },
  { row, member, signal }: { row: SilenceRow; member: Member; signal: AbortSignal },
  database: Database,
): Promise<string> {
  try {
    return (await member.client.setSilence({ ...wanted, createdBy: row.createdByName }, signal)).id;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const isRefused = error.code === 'upstream_rejected';
    if (isRefused) await forget(row, error.message, database);
    const { source } = error.details;
    throw new AppError(
      error.code,
      isRefused
        ? `Nothing is silenced: ${error.message}`
        : `It is not known whether ${row.source} made the silence: ${error.message} Press again: it is made once at most.`,
      { ...(source === undefined ? {} : { source }), cause: error },
    );
  }
}

async function forget(row: SilenceRow, reason: string, database: Database): Promise<void> {
  await database.write(async (transaction) => {
    await transaction.silence.deleteMany({ where: { id: row.id, silenceId: null } });
    await recordAudit(transaction, {
      actor: { id: row.createdById, name: row.createdByName },
      action: 'silence.end',
      subject: subjectOf(row.id),
      before: { endsAtMs: Number(row.endsAtMs) },
      after: { refused: reason },
      atMs: Number(row.createdAtMs),
    });
  });
}

/** Stores the Alertmanager's id, and tells the incident. */
async function settle(
  done: {
    row: SilenceRow;
    silenceId: string;
    incident: { id: string; number: number } | null;
    identity: Identity;
    nowMs: number;
  },
  database: Database,
): Promise<void> {
  const { row, silenceId, incident, identity, nowMs } = done;
  await database.write(async (transaction) => {
    const { count } = await transaction.silence.updateMany({
      where: { id: row.id, silenceId: null },
      data: { silenceId },
    });
    if (count === 0 || incident === null) return;
    const touched = await touchIncident(transaction, incident.id);
    const text = `Silenced ${timesText(row, nowMs)} in ${row.source}: ${readMatchers(row.matchers).map(matcherText).join(', ')}`;
    await appendEntries(transaction, touched, [{ id: randomUUID(), kind: 'action', text, occurredAtMs: nowMs }], {
      identity,
      nowMs,
    });
  });
}
