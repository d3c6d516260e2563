import 'server-only';
import { createHash, randomUUID } from 'node:crypto';
import type { IncidentContext as ContextRow, Incident as IncidentRow } from '@/generated/sqlite/client';
import { CONTEXT_TOPICS, type ContextItem, type ContextPack } from '@/lib/contracts/incident-context';
import { Permission } from '@/lib/contracts/permission';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type BackgroundLoop, type LoopContext, wakeLoop } from '../background/loop';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { freeze } from '../evidence/freeze';
import { soundDocument, storeEvidence } from '../evidence/store';
import { log } from '../log';
import { appendEntries, touchIncident } from './append';
import { CONTEXT_LOOP } from './context-loop';
import { type ContextTopic, topicPlan } from './context-topics';
import { findIncident } from './find';
import { toMs } from './row';

/** The console itself, which looks when nobody has the time to. */
const theConsole: Identity = { id: 'console', name: 'Windsock', permissions: new Set(Permission.options) };

/** One topic may take this long; it is asked again a few times, then it is unknown. */
const TOPIC_MS = 30_000;
const MAX_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 5_000;
const AT_ONCE = 20;

const isTopic = (text: string): text is ContextTopic => CONTEXT_TOPICS.some((known) => known === text);

/** The same for every try of one topic, so that a process that dies between freezing and saying so pins nothing twice. */
function evidenceIdOf(incidentId: string, topic: string): string {
  const hex = createHash('sha256').update(`context ${incidentId} ${topic}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface Seen {
  state: 'captured' | 'unknown';
  sentence: string;
  evidenceId: string | null;
}

async function look(row: ContextRow, topic: ContextTopic, incident: IncidentRow, context: LoopContext): Promise<Seen> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(TOPIC_MS)]);
  const asking = { identity: theConsole, nowMs: Date.now(), signal };
  const { model, version } = incident;
  const plan = topicPlan(topic, { model, version, startMs: Number(row.startMs), endMs: Number(row.endMs) });
  if (plan.pinned === null) return { state: 'unknown', sentence: plan.refused ?? '', evidenceId: null };
  const { sentence, beside = [], ...asked } = plan.pinned;
  const id = evidenceIdOf(row.incidentId, topic);
  // A process that died after pinning left the pin: what is told is what that one shows, not what is seen by now.
  const isPinned = (await context.database.read((client) => client.evidence.count({ where: { id } }))) > 0;
  const document = isPinned
    ? await soundDocument(id, context.database)
    : await freeze({ ...asked, beside: [...beside], id }, asking);
  const told = sentence(document.parts[0]?.answer);
  if (told === null)
    return { state: 'unknown', sentence: 'The sources had nothing to say about it.', evidenceId: null };
  if (!isPinned) await storeEvidence({ id, document, by: theConsole }, context.database);
  return { state: 'captured', sentence: told, evidenceId: id };
}

/** What cannot be mended by asking again: nothing is configured, or nothing is there. */
const isFinal = (error: unknown): boolean =>
  error instanceof AppError && ['not_configured', 'not_found', 'bad_request', 'forbidden'].includes(error.code);

/** Looks at one topic and stores what was seen, why it cannot be known, or when to try again. */
async function capture(row: ContextRow, context: LoopContext): Promise<void> {
  const { database } = context;
  const incident = await database.read((client) => client.incident.findUnique({ where: { id: row.incidentId } }));
  if (incident === null || !isTopic(row.topic)) return;
  let seen: Seen | null = null;
  try {
    seen = await look(row, row.topic, incident, context);
  } catch (error) {
    if (context.signal.aborted) throw error;
    const sentence =
      error instanceof AppError ? error.message : 'It could not be asked in time, or the console failed on it.';
    if (!(error instanceof AppError)) log.warn({ err: error, topic: row.topic }, 'A topic of a context pack failed.');
    if (isFinal(error) || row.attempts + 1 >= MAX_ATTEMPTS) seen = { state: 'unknown', sentence, evidenceId: null };
  }
  await database.write(async (transaction) => {
    await context.guard(transaction);
    const nowMs = Date.now();
    const where = { incidentId: row.incidentId, topic: row.topic, state: 'waiting' };
    if (seen === null) {
      const nextAtMs = BigInt(nowMs + FIRST_PAUSE_MS * 2 ** row.attempts);
      await transaction.incidentContext.updateMany({ where, data: { attempts: row.attempts + 1, nextAtMs } });
      return;
    }
    // Whoever else looked at it meanwhile has said so already.
    const { count } = await transaction.incidentContext.updateMany({
      where,
      data: { ...seen, attempts: row.attempts + 1, capturedAtMs: BigInt(nowMs) },
    });
    if (count === 0) return;
    const touched = await touchIncident(transaction, row.incidentId);
    // Counted under the incident's lock, so that exactly one topic is the last.
    const waiting = await transaction.incidentContext.count({
      where: { incidentId: row.incidentId, state: 'waiting' },
    });
    await recordAudit(transaction, {
      actor: theConsole,
      action: 'incident.context',
      subject: `incident:${row.incidentId}`,
      before: null,
      after: { topic: row.topic, ...seen },
      atMs: nowMs,
    });
    if (waiting > 0) return;
    // The number taken by touching is that of the entry.
    const known = await transaction.incidentContext.count({
      where: { incidentId: row.incidentId, state: 'captured' },
    });
    const text = `Context captured: ${known} of ${CONTEXT_TOPICS.length} topics are known.`;
    const entry = { id: randomUUID(), kind: 'status' as const, text, occurredAtMs: nowMs };
    await appendEntries(transaction, touched, [entry], { identity: theConsole, nowMs });
  });
}

/** Looks at every topic that waits, oldest first; how many. */
export async function captureWaiting(context: LoopContext): Promise<number> {
  const rows = await context.database.read((client) =>
    client.incidentContext.findMany({
      where: { state: 'waiting', nextAtMs: { lte: BigInt(Date.now()) } },
      orderBy: [{ nextAtMs: 'asc' }, { incidentId: 'asc' }],
      take: AT_ONCE,
    }),
  );
  for (const row of rows) {
    if (context.signal.aborted) break;
    await capture(row, context);
  }
  return rows.length;
}

/** Captures context packs, in one of all processes; what one leaves when it dies, another goes on with. */
export const contextLoop = (): BackgroundLoop => ({
  name: CONTEXT_LOOP,
  intervalMs: 5_000,
  runs: 'one',
  run: async (context) => ((await captureWaiting(context)) > 0 ? 0 : null),
});

/** The context pack of an incident, in the order in which it is read. */
export async function readContext(key: string, database: Database = db()): Promise<ContextPack> {
  return database.read(async (client) => {
    const incident = await findIncident(client, key);
    const rows = await client.incidentContext.findMany({ where: { incidentId: incident.id } });
    const items = CONTEXT_TOPICS.flatMap((topic): ContextItem[] => {
      const row = rows.find((candidate) => candidate.topic === topic);
      if (row === undefined) return [];
      const scope = { model: incident.model, version: incident.version, startMs: 0, endMs: 0 };
      return [
        {
          topic,
          title: topicPlan(topic, scope).title,
          state: row.state === 'captured' || row.state === 'unknown' ? row.state : 'waiting',
          sentence: row.sentence,
          evidenceId: row.evidenceId,
          capturedAtMs: toMs(row.capturedAtMs),
        },
      ];
    });
    const waiting = items.filter(({ state }) => state === 'waiting').length;
    const state = waiting === 0 ? 'done' : waiting === items.length ? 'waiting' : 'capturing';
    const [first] = rows;
    return {
      state: items.length === 0 ? 'none' : state,
      startMs: first === undefined ? null : Number(first.startMs),
      endMs: first === undefined ? null : Number(first.endMs),
      items,
    };
  });
}

/** Looks once more at what could not be known. What was captured stays as it was then. */
export async function recapture(
  key: string,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<ContextPack> {
  await database.write(async (transaction) => {
    const incident = await findIncident(transaction, key);
    const { count } = await transaction.incidentContext.updateMany({
      where: { incidentId: incident.id, state: 'unknown' },
      data: { state: 'waiting', attempts: 0, nextAtMs: BigInt(nowMs), sentence: 'Looked at once more.' },
    });
    if (count === 0) return;
    await touchIncident(transaction, incident.id);
    await recordAudit(transaction, {
      actor: identity,
      action: 'incident.context',
      subject: `incident:${incident.id}`,
      before: null,
      after: { topicsAgain: count },
      atMs: nowMs,
    });
  });
  wakeLoop(CONTEXT_LOOP);
  return readContext(key, database);
}
