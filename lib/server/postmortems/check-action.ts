import 'server-only';
import type { ActionCheck, Postmortem, ProbeAnswer } from '@/lib/contracts/postmortem';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { answerProbe, fillQuery } from '../checklists/evaluate';
import { pinProbe } from '../checklists/pin';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { findIncident, type Reader } from '../incidents/find';
import { probeOf, toAction } from './action-row';
import { toPostmortem } from './read';
import { beginChange } from './store';

/** What `{{range}}` stands for: an action is verified by how things are now, not by the whole time since. */
const RANGE_MS = 3_600_000;

async function actionOf(reader: Reader, { incidentId, actionId }: ActionCheck) {
  const incident = await findIncident(reader, incidentId);
  const action = await reader.postmortemAction.findUnique({ where: { id: actionId } });
  if (action === null || action.incidentId !== incident.id) throw new AppError('not_found', 'There is no such action.');
  return { incident, action };
}

/**
 * Asks the query that would show that an action worked, and keeps what it said; when it passes, as a pin as well. The
 * words of the postmortem stay as they are, and so does an approval of them. The id of an answer that passed asks nothing again.
 */
export async function checkAction(
  check: ActionCheck,
  by: { identity: Identity; nowMs: number; signal: AbortSignal },
  database: Database = db(),
): Promise<Postmortem> {
  const { identity, nowMs, signal } = by;
  const { incident, action } = await database.read((client) => actionOf(client, check));
  if (action.evidenceId === check.id) return database.read((client) => toPostmortem(client, incident));
  const probe = probeOf(action);
  if (probe === null) throw new AppError('bad_request', 'This action names no query that could verify it.');
  const { model, version } = incident;
  const filled = fillQuery(probe.query, probe.language, { model, version, rangeMs: RANGE_MS });
  const asked = { language: probe.language, query: 'query' in filled ? filled.query : probe.query };
  const { state, sentence } = await answerProbe(asked, probe, { atMs: nowMs, signal });
  const place = { id: check.id, title: `Verifies: ${action.text}`, sinceMs: nowMs - RANGE_MS, by };
  const evidenceId = state === 'pass' ? await pinProbe(asked, place, database) : null;
  return database.write(async (transaction) => {
    const { incident: touched } = await beginChange(transaction, check.incidentId, nowMs);
    const { action: before } = await actionOf(transaction, check);
    if (before.probe !== action.probe) {
      throw new AppError('conflict', 'The query of this action was changed while it was asked. Ask it once more.');
    }
    const checked: ProbeAnswer = { state, sentence, by: identity.name, atMs: nowMs };
    const after = await transaction.postmortemAction.update({
      where: { id: before.id },
      data: {
        checked: JSON.stringify(checked),
        ...(state === 'pass' ? { verifiedAtMs: BigInt(nowMs), evidenceId } : {}),
      },
    });
    await recordAudit(transaction, {
      actor: identity,
      action: 'postmortem.action',
      subject: `incident:${touched.id}`,
      before: toAction(before),
      after: toAction(after),
      atMs: nowMs,
    });
    return toPostmortem(transaction, touched);
  });
}
