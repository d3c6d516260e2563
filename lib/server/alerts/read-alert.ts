import 'server-only';
import type { AlertReport } from '@/lib/contracts/alert';
import { AppError } from '../errors';
import { Gather } from '../gather';
import { listSilences } from './list-silences';
import { readAlerts } from './read-alerts';

/**
 * One alert as it is now, with the words of the silences that hold it. Throws `not_found` when every source answers and
 * none tells of it, and `upstream_unreachable` when a silent one may: an alert that cannot be seen has not ended.
 */
export async function readAlert(
  { alertId }: { alertId: string },
  { nowMs, signal }: { nowMs: number; signal: AbortSignal },
): Promise<AlertReport> {
  const { groups, missing, why } = await readAlerts({ model: null, nowMs, signal });
  const gaps = missing.map(({ reason }) => reason);
  const alert = groups.flatMap(({ alerts }) => alerts).find(({ id }) => id === alertId);
  if (alert === undefined) {
    if (gaps.length === 0) {
      throw new AppError('not_found', 'No source tells of this alert now: it has ended, or its labels have changed.');
    }
    throw new AppError('upstream_unreachable', `Whether this alert still fires is not known. ${gaps.join(' ')}`);
  }
  const gather = new Gather(signal);
  const held = new Set(alert.silencedBy.map(({ id }) => id));
  const told =
    held.size === 0
      ? null
      : await gather.part('the words of its silences', () => listSilences({ expired: false }, { nowMs, signal }));
  const silences = (told?.silences ?? [])
    .filter(({ id }) => held.has(id))
    .map(({ id, sources, createdBy, comment, endsAtMs }) => ({ id, sources, createdBy, comment, endsAtMs }));
  return { alert, silences, gaps: [...gaps, ...gather.gaps], why: [...why, ...(told?.why ?? [])] };
}
