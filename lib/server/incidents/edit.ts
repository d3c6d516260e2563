import 'server-only';
import { randomUUID } from 'node:crypto';
import type { Incident as IncidentRow } from '@/generated/sqlite/client';
import type { Acknowledgement, IncidentEdit, StatusChange } from '@/lib/contracts/incident';
import type { IncidentStatus } from '@/lib/contracts/incident-words';
import { formatInstant } from '@/lib/domain/format';
import { closingCautions, instantsAfter, mayBecome } from '@/lib/domain/incident';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { appendEntries, touchIncident } from './append';
import { tellOthers } from './declare';
import { familyOf, findIncident } from './find';
import { auditedIncident, fromMs, instantsOf, readList, searchTextOf, statusOf } from './row';

interface By {
  identity: Identity;
  nowMs: number;
}

const INSTANT_FIELDS = ['startedAtMs', 'detectedAtMs', 'acknowledgedAtMs', 'mitigatedAtMs', 'resolvedAtMs'] as const;

const INSTANT_WORDS: Readonly<Record<(typeof INSTANT_FIELDS)[number], string>> = {
  startedAtMs: 'Start of the trouble',
  detectedAtMs: 'Detection',
  acknowledgedAtMs: 'Acknowledgement',
  mitigatedAtMs: 'Mitigation',
  resolvedAtMs: 'Resolution',
};

const instantText = (value: bigint | null): string | null =>
  value === null ? null : new Date(Number(value)).toISOString();

/** A change as the timeline tells it: instants to their second, and what is not known by a word. */
function changeText({ field, before, after }: ReturnType<typeof changesOf>[number]): string {
  const isInstant = Object.values(INSTANT_WORDS).includes(field);
  const told = (value: string | null) =>
    !value ? 'unknown' : isInstant ? formatInstant(Date.parse(value), 'UTC') : value;
  return `${field}: ${told(before)} → ${told(after)}`;
}

/** What changed between two rows, as the timeline and people tell it. */
function changesOf(before: IncidentRow, after: IncidentRow) {
  const plain = (['title', 'severity', 'model', 'version'] as const).map((field) => ({
    field,
    before: before[field],
    after: after[field],
  }));
  return [
    ...plain,
    { field: 'tags', before: readList(before.tags).join(', '), after: readList(after.tags).join(', ') },
    { field: 'drill', before: before.drill ? 'yes' : 'no', after: after.drill ? 'yes' : 'no' },
    ...INSTANT_FIELDS.map((field) => ({
      field: INSTANT_WORDS[field],
      before: instantText(before[field]),
      after: instantText(after[field]),
    })),
  ].filter((change) => change.before !== change.after);
}

/** Changes an incident's own fields while they are as the editor saw them; the timeline tells each. */
export async function editIncident(
  edit: IncidentEdit,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<IncidentRow> {
  return database.write(async (transaction) => {
    const found = await findIncident(transaction, edit.incidentId);
    const before = await touchIncident(transaction, found.id);
    if (before.revision !== edit.revision) throw changed(before);
    const named = {
      number: before.number,
      title: edit.title ?? before.title,
      tags: edit.tags ?? readList(before.tags),
      model: edit.model === undefined ? before.model : edit.model,
      version: edit.version === undefined ? before.version : edit.version,
    };
    const data = {
      ...named,
      tags: JSON.stringify(named.tags),
      severity: edit.severity ?? before.severity,
      drill: edit.drill ?? before.drill,
      ...Object.fromEntries(
        INSTANT_FIELDS.flatMap((field) => {
          const value = edit[field];
          return value === undefined ? [] : [[field, fromMs(value)]];
        }),
      ),
      searchText: searchTextOf(named),
      revision: before.revision + 1,
    };
    const after: IncidentRow = { ...before, ...data };
    const changes = changesOf(before, after);
    if (changes.length === 0) return before;
    refuseFuture(after, nowMs);
    const stored = await transaction.incident.update({ where: { id: before.id }, data });
    const text = changes.map(changeText).join('; ');
    const entry = { id: randomUUID(), kind: 'status' as const, text, occurredAtMs: nowMs, details: { changes } };
    await appendEntries(transaction, stored, [entry], { identity, nowMs });
    await recordAudit(transaction, {
      actor: identity,
      action: 'incident.edit',
      subject: `incident:${before.id}`,
      before: auditedIncident(before),
      after: auditedIncident(stored),
      atMs: nowMs,
    });
    const key = `edited:${stored.revision}`;
    await tellOthers(transaction, stored, { type: 'incident.edited', key, nowMs, more: { changes } });
    return stored;
  });
}

/** A clock that runs ahead is forgiven a minute; beyond it the instant is a slip of the hand. */
const AHEAD_MS = 60_000;

function refuseFuture(row: IncidentRow, nowMs: number): void {
  for (const field of INSTANT_FIELDS) {
    const value = row[field];
    if (value !== null && Number(value) > nowMs + AHEAD_MS) {
      const fields = { [field]: 'expected an instant that is past' };
      throw new AppError('bad_request', `${INSTANT_WORDS[field]} lies in the future.`, { fields });
    }
  }
}

/** Brings an incident to another status. The same step sent again is the step that was made. */
export async function changeStatus(
  change: StatusChange,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<IncidentRow> {
  return database.write(async (transaction) => {
    const found = await findIncident(transaction, change.incidentId);
    if ((await transaction.incidentEntry.count({ where: { id: change.id, incidentId: found.id } })) > 0) return found;
    const before = await touchIncident(transaction, found.id);
    if (before.mergedIntoId !== null) {
      throw new AppError('conflict', 'This incident was merged into another one; change the status of that one.');
    }
    if (before.revision !== change.revision) throw changed(before);
    const from = statusOf(before);
    if (!mayBecome(from, change.status)) {
      throw new AppError('conflict', `An incident that is ${from} cannot become ${change.status}.`, {
        fields: { status: from, revision: String(before.revision) },
      });
    }
    await refuseUnsaid(transaction, before, change);
    const atMs = change.atMs ?? nowMs;
    if (atMs > nowMs + AHEAD_MS) throw new AppError('bad_request', 'atMs: a status cannot come about in the future.');
    return storeStatus(transaction, before, { ...change, atMs }, { identity, nowMs });
  });
}

/** The step itself, with its entry, audit row and message; the row must have been touched once. */
export async function storeStatus(
  transaction: Transaction,
  before: IncidentRow,
  change: { id: string; status: IncidentStatus; atMs: number; reason: string },
  { identity, nowMs }: { identity: Pick<Identity, 'id' | 'name'>; nowMs: number },
): Promise<IncidentRow> {
  const from = statusOf(before);
  const instants = instantsAfter(instantsOf(before), change.status, change.atMs);
  const over = change.status === 'resolved' || change.status === 'reviewed';
  const stored = await transaction.incident.update({
    where: { id: before.id },
    data: {
      status: change.status,
      acknowledgedAtMs: fromMs(instants.acknowledgedAtMs),
      mitigatedAtMs: fromMs(instants.mitigatedAtMs),
      resolvedAtMs: fromMs(instants.resolvedAtMs),
      reviewedAtMs: fromMs(instants.reviewedAtMs),
      revision: before.revision + 1,
      // The next alert of its kind is another incident.
      ...(over ? { openKey: null } : {}),
    },
  });
  const text = `${from} → ${change.status}${change.reason === '' ? '' : `: ${change.reason}`}`;
  const details = { from, to: change.status };
  await appendEntries(
    transaction,
    stored,
    [{ id: change.id, kind: 'status', text, occurredAtMs: change.atMs, details }],
    { identity, nowMs },
  );
  await recordAudit(transaction, {
    actor: identity,
    action: 'incident.status',
    subject: `incident:${before.id}`,
    before: auditedIncident(before),
    after: { ...auditedIncident(stored), reason: change.reason },
    atMs: nowMs,
  });
  const key = `status:${stored.revision}`;
  await tellOthers(transaction, stored, { type: 'incident.status_changed', key, nowMs, more: details });
  return stored;
}

/** Closing what still burns needs a reason, which stands on the timeline. */
async function refuseUnsaid(transaction: Transaction, row: IncidentRow, change: StatusChange): Promise<void> {
  if (change.status !== 'resolved' || change.reason !== '') return;
  const incidentId = { in: [...(await familyOf(transaction, row)).keys()] };
  const [firingAlerts, openTasks] = await Promise.all([
    transaction.alertEpisode.count({ where: { incidentId, status: 'firing' } }),
    transaction.incidentTask.count({ where: { incidentId, state: 'open' } }),
  ]);
  const cautions = closingCautions({ firingAlerts, openTasks, openActions: 0 });
  if (cautions.length === 0) return;
  throw new AppError('bad_request', `${cautions.join(' ')} Say why it is resolved all the same.`, {
    fields: { reason: cautions.join(' ') },
  });
}

/** "I have it". The first one counts; whoever says so commands it where nobody does. Again: nothing happens. */
export async function acknowledge(
  { incidentId, id }: Acknowledgement,
  { identity, nowMs }: By,
  database: Database = db(),
): Promise<IncidentRow> {
  return database.write(async (transaction) => {
    const found = await findIncident(transaction, incidentId);
    const before = await touchIncident(transaction, found.id);
    if (before.acknowledgedAtMs !== null) return before;
    const commands = await transaction.incidentRole.count({
      where: { incidentId: before.id, role: 'commander', toMs: null },
    });
    if (commands === 0) {
      await transaction.incidentRole.create({
        data: { id, incidentId: before.id, role: 'commander', person: identity.name, fromMs: BigInt(nowMs) },
      });
    }
    const status = statusOf(before) === 'triage' ? 'active' : statusOf(before);
    const reason = `${identity.name} has it${commands === 0 ? ' and commands' : ''}.`;
    return storeStatus(transaction, before, { id, status, atMs: nowMs, reason }, { identity, nowMs });
  });
}

const changed = (row: IncidentRow): AppError =>
  new AppError('conflict', 'This incident was changed in the meantime. Look at it as it is now and try again.', {
    fields: { revision: String(row.revision), status: row.status, title: row.title, severity: row.severity },
  });
