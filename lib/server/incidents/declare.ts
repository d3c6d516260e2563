import 'server-only';
import { randomUUID } from 'node:crypto';
import type { Incident as IncidentRow } from '@/generated/sqlite/client';
import type { IncidentOrigin } from '@/lib/contracts/incident';
import { CONTEXT_TOPICS } from '@/lib/contracts/incident-context';
import type { Severity } from '@/lib/contracts/incident-words';
import { recordAudit } from '../audit/store';
import type { Transaction } from '../db';
import { AppError } from '../errors';
import { enqueueEvent } from '../webhooks/outbox';
import { appendEntries, type Deed, type EntryToAppend, nextNumber } from './append';
import { auditedIncident, fromMs, searchTextOf } from './row';

/** How long before it was noticed a context pack looks. */
const CONTEXT_BEFORE_MS = 60 * 60_000;
/** What was noticed longer ago than this is declared as past: its context is that of then, not of now. */
const PAST_MS = 6 * 60 * 60_000;

export interface Declaration {
  /** Made by whoever declares: the same id again is the incident that is there. */
  id: string;
  title: string;
  severity: Severity;
  model?: string | null;
  version?: string | null;
  tags?: readonly string[];
  drill?: boolean;
  /** What is known so far, as the first entry; empty or absent: none. */
  text?: string;
  startedAtMs?: number | null;
  /** Absent or null: when it was declared. */
  detectedAtMs?: number | null;
  origin?: IncidentOrigin;
  evidenceId?: string | null;
  /** Alerts of this key join the incident while it is open. */
  openKey?: string | null;
}

/**
 * Declares an incident inside a transaction: the row, its first entries, the work of its context pack, the audit row and
 * the message to whoever listens are stored together or not at all. The same id again is the incident that is there.
 * `wakeLoop(CONTEXT_LOOP)` after the commit has the context pack captured at once.
 */
export async function declareIncident(
  transaction: Transaction,
  declaration: Declaration,
  deed: Deed,
): Promise<{ incident: IncidentRow; isNew: boolean }> {
  const present = await transaction.incident.findUnique({ where: { id: declaration.id } });
  if (present !== null) return { incident: sameIncident(present, declaration, deed), isNew: false };
  const { identity, nowMs } = deed;
  const origin = declaration.origin ?? { kind: 'person', ref: null };
  const entries = await firstEntries(transaction, declaration, nowMs);
  const number = await nextNumber(transaction, 'incident');
  const named = {
    number,
    title: declaration.title,
    tags: declaration.tags ?? [],
    model: declaration.model ?? null,
    version: declaration.version ?? null,
  };
  const detectedAtMs = declaration.detectedAtMs ?? nowMs;
  const incident = await transaction.incident.create({
    data: {
      ...named,
      id: declaration.id,
      tags: JSON.stringify(named.tags),
      severity: declaration.severity,
      status: 'triage',
      drill: declaration.drill ?? false,
      originKind: origin.kind,
      originRef: origin.ref,
      declaredAtMs: BigInt(nowMs),
      declaredById: identity.id,
      declaredByName: identity.name,
      startedAtMs: fromMs(declaration.startedAtMs ?? null),
      detectedAtMs: fromMs(detectedAtMs),
      openKey: declaration.openKey ?? null,
      searchText: searchTextOf(named),
      activity: entries.length,
    },
  });
  await appendEntries(transaction, incident, entries, deed);
  await transaction.incidentContext.createMany({
    data: CONTEXT_TOPICS.map((topic) => ({
      incidentId: incident.id,
      topic,
      state: 'waiting',
      sentence: 'Not looked at yet.',
      startMs: BigInt(Math.min(declaration.startedAtMs ?? detectedAtMs, detectedAtMs) - CONTEXT_BEFORE_MS),
      endMs: BigInt(nowMs - detectedAtMs > PAST_MS ? detectedAtMs + CONTEXT_BEFORE_MS : nowMs),
      nextAtMs: BigInt(nowMs),
    })),
  });
  await recordAudit(transaction, {
    actor: identity,
    action: 'incident.declare',
    subject: `incident:${incident.id}`,
    before: null,
    after: { ...auditedIncident(incident), origin, text: declaration.text ?? '' },
    atMs: nowMs,
  });
  await tellOthers(transaction, incident, { type: 'incident.declared', key: 'declared', nowMs });
  return { incident, isNew: true };
}

async function firstEntries(
  transaction: Transaction,
  declaration: Declaration,
  nowMs: number,
): Promise<EntryToAppend[]> {
  const evidenceId = declaration.evidenceId ?? null;
  if (evidenceId !== null && (await transaction.evidence.count({ where: { id: evidenceId } })) === 0) {
    throw new AppError('not_found', 'The pin this incident is declared from is not stored. Pin it again.');
  }
  const how = { person: '', alert: ' by an alert', verdict: ' from a verdict', guard: ' by a guard' };
  const entries: EntryToAppend[] = [
    {
      id: randomUUID(),
      kind: 'status',
      text: `Declared${how[declaration.origin?.kind ?? 'person']} as ${declaration.severity}.`,
      occurredAtMs: nowMs,
      details: { to: 'triage' },
    },
  ];
  if ((declaration.text ?? '') !== '' || evidenceId !== null) {
    entries.push({
      id: randomUUID(),
      kind: 'fact',
      text: declaration.text ?? '',
      occurredAtMs: declaration.detectedAtMs ?? nowMs,
      evidenceId,
    });
  }
  return entries;
}

function sameIncident(present: IncidentRow, { title }: Declaration, { identity }: Deed): IncidentRow {
  // The title may have been edited since; who declared it may not.
  if (present.declaredById === identity.id) return present;
  throw new AppError('conflict', `Another incident has the id of "${title}" already. Declare it once more.`);
}

/** Puts what happened to an incident into the outbox for every endpoint that asked for it. */
export async function tellOthers(
  transaction: Transaction,
  incident: IncidentRow,
  { type, key, nowMs, more = {} }: { type: string; key: string; nowMs: number; more?: object },
): Promise<void> {
  await enqueueEvent(transaction, {
    type,
    subject: `incident:${incident.id}`,
    idempotencyKey: `incident:${incident.id}:${key}`,
    payload: { incident: { id: incident.id, ...auditedIncident(incident) }, ...more },
    nowMs,
  });
}
