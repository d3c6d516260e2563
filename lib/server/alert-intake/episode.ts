import 'server-only';
import type { AlertEpisode as EpisodeRow } from '@/generated/sqlite/client';
import { FIRST_TRUE_MS } from '@/lib/domain/alert-rules';

/** Who acts when alerts arrive. */
export const intakeIdentity = (source: string): { id: string; name: string } => ({
  id: `webhook:${source}`,
  name: source === 'grafana' ? 'Grafana' : 'Alertmanager',
});

/** An alert as it is to be stored, and what it was before. */
export interface Changed {
  row: EpisodeRow;
  before: EpisodeRow | null;
}

/** When an alert's change occurred as far as its source can be believed, else when it arrived. */
export function occurredAtMs(row: EpisodeRow): number {
  const receivedAtMs = Number(row.lastSeenAtMs);
  if (row.skew !== null) return receivedAtMs;
  const atMs = Number(row.status === 'resolved' ? (row.endsAtMs ?? row.lastSeenAtMs) : row.startsAtMs);
  return atMs >= FIRST_TRUE_MS ? Math.min(atMs, receivedAtMs) : receivedAtMs;
}
