import { type TraceSearch, TraceSearchParams } from '@/lib/contracts/traces';
import { formatCount } from '@/lib/domain/format';
import { route } from '@/lib/server/route';
import { diagnoseEmptiness } from '@/lib/server/trace-search/emptiness';
import { queryOf } from '@/lib/server/trace-search/filter';
import { spanNames } from '@/lib/server/trace-search/names';
import { openTempo } from '@/lib/server/trace-search/open';
import { searchTraces } from '@/lib/server/trace-search/search';

/** Traces that match, the newest or the slowest of them. */
export const GET = route(
  'telemetry:read',
  TraceSearchParams,
  async ({ startMs, endMs, order, limit, spans, ...filter }, { signal, nowMs }): Promise<TraceSearch> => {
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
  },
);
