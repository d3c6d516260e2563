import 'server-only';
import type { Incident as IncidentRow } from '@/generated/sqlite/client';
import type { Incident, IncidentList, IncidentsParams, NewIncident } from '@/lib/contracts/incident';
import { INCIDENT_STATUSES, type IncidentStatus, NEXT_STATUSES } from '@/lib/contracts/incident-words';
import { closingCautions, incidentAnswer, incidentDurations, incidentsAnswer, medianMs } from '@/lib/domain/incident';
import { foldForSearch, searchWords } from '@/lib/domain/search-fold';
import type { Identity } from '../auth/identity';
import { wakeLoop } from '../background/loop';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { CONTEXT_LOOP } from './context-loop';
import { declareIncident } from './declare';
import { hypothesesOf } from './entries';
import { familyOf, findIncident, type Reader } from './find';
import { toLinks } from './links';
import { toRole } from './roles';
import { instantsOf, severityOf, toSummaries } from './row';
import { toTask } from './tasks';
import { writtenImpact } from './written-impact';

/** Figures look back this far. */
const FIGURES_MS = 90 * 86_400_000;
const MAX_FIGURES = 2_000;

/** Everything about one incident but its entries. */
export async function readIncident(key: string, nowMs: number, database: Database = db()): Promise<Incident> {
  return database.read(async (client) => toIncident(client, await findIncident(client, key), nowMs));
}

async function toIncident(reader: Reader, row: IncidentRow, nowMs: number): Promise<Incident> {
  const family = await familyOf(reader, row);
  const within = { incidentId: { in: [...family.keys()] } };
  const [[summary], entries, roles, tasks, links, hypotheses, attached, impact, postmortem, openActions] =
    await Promise.all([
      toSummaries(reader, [row]),
      reader.incidentEntry.count({ where: within }),
      reader.incidentRole.findMany({ where: within, orderBy: [{ fromMs: 'asc' }, { id: 'asc' }] }),
      reader.incidentTask.findMany({ where: within, orderBy: [{ createdAtMs: 'asc' }, { id: 'asc' }] }),
      toLinks(reader, row.id),
      hypothesesOf(reader, { shownId: row.id, family }),
      reader.investigationAttachment.findMany({ where: within, orderBy: { atMs: 'asc' } }),
      writtenImpact(reader, [...family.keys()]),
      reader.postmortem.findUnique({ where: { incidentId: row.id } }),
      reader.postmortemAction.count({ where: { incidentId: row.id, state: 'open' } }),
    ]);
  if (summary === undefined) throw new Error('an incident has a summary');
  const investigations = await reader.investigation.findMany({
    where: { id: { in: attached.map(({ investigationId }) => investigationId) } },
    select: { id: true, number: true, title: true },
    orderBy: { number: 'asc' },
  });
  const told = { ...summary, mergedInto: summary.mergedInto?.number ?? null };
  return {
    ...summary,
    answer: incidentAnswer(told, nowMs),
    origin: { kind: originKind(row.originKind), ref: row.originRef },
    entries,
    roles: roles.map(toRole),
    tasks: tasks.map(toTask),
    links,
    hypotheses,
    investigations,
    impact,
    postmortem: postmortem === null ? null : { state: postmortem.state, openActions },
    nextStatuses: summary.mergedInto === null ? [...NEXT_STATUSES[summary.status]] : [],
    cautions: closingCautions({ ...summary, openActions }),
  };
}

const originKind = (kind: string): Incident['origin']['kind'] =>
  kind === 'alert' || kind === 'verdict' || kind === 'guard' ? kind : 'person';

/** Declares an incident for whoever asks, and answers with it. */
export async function declareAndRead(
  incident: NewIncident,
  context: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<Incident> {
  const { incident: row } = await database.write((transaction) => declareIncident(transaction, incident, context));
  wakeLoop(CONTEXT_LOOP);
  return readIncident(row.id, context.nowMs, database);
}

function readCursor(cursor: string): number {
  if (!/^\d{1,9}$/.test(cursor))
    throw new AppError('bad_request', 'cursor: expected the nextCursor of an earlier answer.');
  return Number(cursor);
}

/** Ids of incidents an entry of which holds a word, each that of the incident it was merged into, if it was. */
function whereWord(word: string, ids: readonly string[]) {
  const number = /^(?:inc-|#)?(\d{1,9})$/.exec(word)?.[1];
  return {
    OR: [
      { searchText: { contains: word } },
      { id: { in: [...ids] } },
      ...(number === undefined ? [] : [{ number: Number(number) }]),
    ],
  };
}

/** Incidents that hold a word in an entry at most; a word in more of them is no search. */
const MAX_WORD_INCIDENTS = 1_000;

async function whereWords(client: Reader, q: string) {
  return Promise.all(
    searchWords(q).map(async (word) => {
      const found = await client.incidentEntry.findMany({
        where: { searchText: { contains: word } },
        distinct: ['incidentId'],
        select: { incidentId: true },
        take: MAX_WORD_INCIDENTS,
      });
      return whereWord(
        word,
        found.map(({ incidentId }) => incidentId),
      );
    }),
  );
}

/** Incidents that match, the newest number first. */
export async function listIncidents(
  params: IncidentsParams,
  nowMs: number,
  database: Database = db(),
): Promise<IncidentList> {
  return database.read(async (client) => {
    const { q, model, tag, severity, drill } = params;
    const words = await whereWords(client, q ?? '');
    const matching = {
      ...(model === undefined ? {} : { model }),
      ...(severity === undefined ? {} : { severity: { in: severity } }),
      ...(drill === 'with' ? {} : { drill: drill === 'only' }),
      ...(params.merged ? {} : { mergedIntoId: null }),
      AND: [
        ...words,
        // A tag as the column's JSON holds it, its quotes included: a tag within another is not meant.
        ...(tag === undefined ? [] : [{ tags: { contains: JSON.stringify(tag.toLowerCase()) } }]),
      ],
    };
    const ofStatus = params.status === undefined ? {} : { status: { in: params.status } };
    const before = params.cursor === undefined ? {} : { number: { lt: readCursor(params.cursor) } };
    const [rows, counted, open, past] = await Promise.all([
      client.incident.findMany({
        where: { ...matching, ...ofStatus, AND: [...matching.AND, before] },
        orderBy: { number: 'desc' },
        take: params.limit + 1,
      }),
      client.incident.groupBy({ by: ['status'], where: matching, _count: { _all: true } }),
      client.incident.findMany({
        where: { ...matching, status: { in: ['triage', 'active', 'mitigated'] } },
        orderBy: { number: 'desc' },
        take: MAX_FIGURES,
      }),
      client.incident.findMany({
        where: { ...matching, drill: false, declaredAtMs: { gte: BigInt(nowMs - FIGURES_MS) } },
        orderBy: { number: 'desc' },
        take: MAX_FIGURES,
      }),
    ]);
    const byStatus: Partial<Record<string, number>> = Object.fromEntries(
      counted.map(({ status, _count }) => [status, _count._all]),
    );
    const summaries = await toSummaries(client, rows.slice(0, params.limit));
    const total = counted.reduce((sum, { _count }) => sum + _count._all, 0);
    const filtered = foldForSearch(q ?? '') !== '' || [model, tag, severity].some((asked) => asked !== undefined);
    return {
      answer: incidentsAnswer(
        open.map((row) => ({ number: row.number, severity: severityOf(row), title: row.title })),
        { total, filtered },
      ),
      incidents: summaries,
      nextCursor: rows.length > params.limit ? String(summaries.at(-1)?.number) : null,
      byStatus: countsByStatus(byStatus),
      figures: figuresOf(past),
    };
  });
}

function countsByStatus(counts: Partial<Record<string, number>>): Record<IncidentStatus, number> {
  const [triage, active, mitigated, resolved, reviewed] = INCIDENT_STATUSES.map((status) => counts[status] ?? 0);
  return {
    triage: triage ?? 0,
    active: active ?? 0,
    mitigated: mitigated ?? 0,
    resolved: resolved ?? 0,
    reviewed: reviewed ?? 0,
  };
}

function figuresOf(rows: readonly IncidentRow[]): IncidentList['figures'] {
  const all = rows.map((row) => incidentDurations(instantsOf(row)));
  return {
    toDetect: medianMs(all.map(({ toDetectMs }) => toDetectMs)),
    toAcknowledge: medianMs(all.map(({ toAcknowledgeMs }) => toAcknowledgeMs)),
    toMitigate: medianMs(all.map(({ toMitigateMs }) => toMitigateMs)),
    toResolve: medianMs(all.map(({ toResolveMs }) => toResolveMs)),
  };
}
