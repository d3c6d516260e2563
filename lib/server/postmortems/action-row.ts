import 'server-only';
import type { z } from 'zod';
import type { PostmortemAction as ActionRow } from '@/generated/sqlite/client';
import { Probe } from '@/lib/contracts/checklist';
import { PostmortemAction, ProbeAnswer } from '@/lib/contracts/postmortem';
import { passWords } from '@/lib/domain/pass-condition';
import { toMs } from '../incidents/row';

/** A column's JSON as what it was written from; null: nothing, or a form this console does not know. */
function readJson<T>(schema: z.ZodType<T>, text: string | null): T | null {
  if (text === null) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The query that would verify an action; null: none is named. */
export const probeOf = ({ probe }: Pick<ActionRow, 'probe'>): Probe | null => readJson(Probe, probe);

/**
 * An action with times in unix milliseconds. Null: `probe` names no query, `checked` was never asked, `verified` not
 * passed yet.
 */
export function toAction(row: ActionRow): PostmortemAction {
  const probe = probeOf(row);
  const { verifiedAtMs, evidenceId } = row;
  return {
    id: row.id,
    text: row.text,
    kind: PostmortemAction.shape.kind.parse(row.kind),
    owner: row.owner,
    dueAtMs: toMs(row.dueAtMs),
    state: PostmortemAction.shape.state.parse(row.state),
    link: row.link,
    createdAtMs: Number(row.createdAtMs),
    closedAtMs: toMs(row.closedAtMs),
    revision: row.revision,
    probe: probe === null ? null : { ...probe, passes: passWords(probe.pass, probe.unit) },
    checked: readJson(ProbeAnswer, row.checked),
    verified: verifiedAtMs === null ? null : { atMs: Number(verifiedAtMs), evidenceId },
  };
}
