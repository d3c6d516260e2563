import type { TraceAnalysis } from './trace-analysis';
import type { TraceColumns } from './trace-columns';

/** Spans of one service and name. Nanoseconds; `totalNs` counts time twice where they run beside each other. */
export interface SpanStatistic {
  service: number;
  name: number;
  count: number;
  errors: number;
  totalNs: number;
  selfNs: number;
  criticalNs: number;
  minNs: number;
  maxNs: number;
  /** The longest of them. */
  longest: number;
}

/** Statistics per service and name, by what they hold of the critical path, then by self time. */
export function spanStatistics(columns: TraceColumns, analysis: TraceAnalysis): SpanStatistic[] {
  const byKey = new Map<number, SpanStatistic>();
  for (let i = 0; i < columns.count; i += 1) {
    const service = columns.service[i] ?? 0;
    const name = columns.name[i] ?? 0;
    const key = service * columns.names.length + name;
    const ns = Math.max(0, columns.durationNs[i] ?? 0);
    let row = byKey.get(key);
    if (row === undefined) {
      row = {
        service,
        name,
        count: 0,
        errors: 0,
        totalNs: 0,
        selfNs: 0,
        criticalNs: 0,
        minNs: ns,
        maxNs: -1,
        longest: i,
      };
      byKey.set(key, row);
    }
    row.count += 1;
    row.errors += columns.error[i] ?? 0;
    row.totalNs += ns;
    row.selfNs += analysis.selfNs[i] ?? 0;
    row.criticalNs += analysis.criticalNs[i] ?? 0;
    row.minNs = Math.min(row.minNs, ns);
    if (ns > row.maxNs) {
      row.maxNs = ns;
      row.longest = i;
    }
  }
  return [...byKey.values()].sort(
    (a, b) => b.criticalNs - a.criticalNs || b.selfNs - a.selfNs || a.longest - b.longest,
  );
}

/** Spans and failed spans of each service, most spans first. */
export function serviceCounts({ service, services, error, count }: TraceColumns) {
  const rows = services.map((name) => ({ service: name, spans: 0, errors: 0 }));
  for (let i = 0; i < count; i += 1) {
    const row = rows[service[i] ?? 0];
    if (row === undefined) continue;
    row.spans += 1;
    row.errors += error[i] ?? 0;
  }
  return rows.filter(({ spans }) => spans > 0).sort((a, b) => b.spans - a.spans || (a.service < b.service ? -1 : 1));
}
