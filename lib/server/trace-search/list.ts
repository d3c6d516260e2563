import 'server-only';
import type { TraceSearch, TraceSearchParams } from '@/lib/contracts/traces';
import { formatCount } from '@/lib/domain/format';
import type { Reading } from '../reading';
import { diagnoseEmptiness } from './emptiness';
import { queryOf } from './filter';
import { spanNames } from './names';
import { openTempo } from './open';
import { searchTraces } from './search';

/** Traces that match, the newest or the slowest of them; and where none does, why. */
export async function listTraces(
  { startMs, endMs, order, limit, spans, ...filter }: TraceSearchParams,
  { signal, nowMs }: Reading,
): Promise<TraceSearch> {
  const tempo = openTempo();
  const names = spanNames();
  const query = queryOf(filter);
  const range = { startMs, endMs };
  const flavour = await tempo.flavour(signal);
  const found = await searchTraces(tempo, flavour, { query, names, range, limit, spans, order }, signal);
  const diagnosis =
    found.rows.length > 0
      ? null
      : await diagnoseEmptiness(tempo, flavour, { filter, query, names, range, nowMs }, signal);
  const count = formatCount(found.rows.length);
  return {
    query,
    rows: found.rows,
    order,
    isOrderCertain: found.isOrderCertain,
    more: found.more,
    chosen: found.more
      ? `${count} traces, the ${found.how}; more match`
      : `${count} ${found.rows.length === 1 ? 'trace' : 'traces'}, all that match${order === 'slowest' ? ', slowest first' : ''}`,
    empty: diagnosis?.empty ?? null,
    cutoffMs: flavour.cutoffMs,
    why: [...found.why, ...(diagnosis?.why ?? [])],
  };
}
