import 'server-only';
import type { z } from 'zod';
import type { TraceRows, TraceRowsParams } from '@/lib/contracts/trace';
import { ROW_FLAG } from '@/lib/contracts/trace-choices';
import { formatCount } from '@/lib/domain/format';
import type { TraceAnalysis } from '@/lib/domain/trace-analysis';
import { canOpen, isOpen, type RowList, traceRows } from '@/lib/domain/trace-rows';
import { criticalStretches, selfStretches } from '@/lib/domain/trace-stretches';
import { findSpans } from './find';
import type { LoadedTrace } from './load';
import { eventTimesNs } from './span-json';

const NS_PER_MS = 1e6;
const MAX_FOUND = 1_000;
/** Settings whose rows are remembered for one trace: a reader scrolls through the same ones. */
const REMEMBERED = 8;

type Asked = z.output<typeof TraceRowsParams>;
const lists = new WeakMap<LoadedTrace, Map<string, RowList>>();
const flagSets = new WeakMap<TraceAnalysis, { orphans: Set<number>; cycles: Set<number>; duplicates: Set<number> }>();

function rowsOf(trace: LoadedTrace, analysis: TraceAnalysis, asked: Asked, focus: number): RowList {
  const key = JSON.stringify([asked.clock, asked.group, asked.only, asked.toggled, asked.level ?? null, focus]);
  const held = lists.get(trace) ?? new Map<string, RowList>();
  lists.set(trace, held);
  let rows = held.get(key);
  if (rows === undefined) {
    rows = traceRows(trace.parsed, analysis, {
      group: asked.group,
      only: asked.only,
      toggled: new Set(asked.toggled),
      level: asked.level ?? Number.POSITIVE_INFINITY,
      focus,
    });
    held.set(key, rows);
    const [oldest] = held.keys();
    if (held.size > REMEMBERED && oldest !== undefined) held.delete(oldest);
  }
  return rows;
}

function faultsOf(analysis: TraceAnalysis) {
  let sets = flagSets.get(analysis);
  if (sets === undefined) {
    const { orphans, cycles, duplicates } = analysis.tree.faults;
    sets = { orphans: new Set(orphans), cycles: new Set(cycles), duplicates: new Set(duplicates) };
    flagSets.set(analysis, sets);
  }
  return sets;
}

/** A window of the trace's rows under the reader's settings. */
export function traceRowsWindow(trace: LoadedTrace, asked: Asked): TraceRows {
  const { parsed } = trace;
  const analysis = trace.analysis(asked.clock);
  const focus = asked.focus === undefined ? -1 : trace.find(asked.focus);
  const rows = rowsOf(trace, analysis, asked, focus);
  const found = asked.find === '' ? null : findSpans(trace, analysis, asked.find);
  const end = Math.min(rows.total, asked.offset + asked.limit);
  const columns = emptyColumns();
  const names = new Numbered(parsed.names);
  const services = new Numbered(parsed.services);
  const faults = faultsOf(analysis);
  const ms = (ns: number) => ns / NS_PER_MS;
  for (let at = asked.offset; at < end; at += 1) {
    const index = rows.span[at] ?? 0;
    const members = rows.members.get(at);
    const spans = members ?? [index];
    const group = summarise(trace, analysis, spans);
    columns.key.push(members === undefined ? String(index) : `g${index}`);
    columns.span.push(trace.keyOf(index));
    columns.count.push(rows.count[at] ?? 1);
    columns.depth.push(rows.depth[at] ?? 0);
    columns.name.push(names.of(parsed.name[index] ?? 0));
    columns.service.push(services.of(parsed.service[index] ?? 0));
    columns.startMs.push(ms(group.fromNs));
    columns.lengthMs.push(ms(group.toNs - group.fromNs));
    columns.durationMs.push(ms(group.longestNs));
    columns.shortestMs.push(ms(group.shortestNs));
    columns.selfMs.push(ms(group.selfNs));
    columns.criticalMs.push(ms(group.criticalNs));
    columns.hidden.push(rows.hidden[at] ?? 0);
    const state = rows.state[at] ?? 0;
    let flags = 0;
    if (group.failed) flags |= ROW_FLAG.error;
    if (canOpen(state)) flags |= ROW_FLAG.hasRows;
    if (isOpen(state)) flags |= ROW_FLAG.open;
    if (found !== null && spans.some((span) => found.has(span))) flags |= ROW_FLAG.match;
    if (faults.orphans.has(index)) flags |= ROW_FLAG.orphan;
    if (faults.duplicates.has(index)) flags |= ROW_FLAG.duplicate;
    if (faults.cycles.has(index)) flags |= ROW_FLAG.cycle;
    if ((parsed.durationNs[index] ?? 0) < 0) flags |= ROW_FLAG.negative;
    if (parsed.untimed[index] === 1) flags |= ROW_FLAG.untimed;
    columns.flags.push(flags);
    const one = members === undefined;
    columns.self.push(one ? selfStretches(analysis, parsed.durationNs, index).map(ms) : []);
    columns.critical.push(criticalStretches(analysis, spans).map(ms));
    columns.events.push(one && (parsed.events[index] ?? 0) > 0 ? eventTimesNs(trace, index).map(ms) : []);
  }
  return {
    total: rows.total,
    offset: asked.offset,
    spansShown: rows.spansShown,
    spanCount: parsed.count,
    hiddenWhy: hiddenWhy(trace, rows, asked),
    names: names.list,
    services: services.list,
    rows: columns,
    find:
      found === null
        ? null
        : { total: found.size, spans: [...found].slice(0, MAX_FOUND).map((index) => trace.keyOf(index)) },
    focusRow: rows.focusRow < 0 ? null : rows.focusRow,
    why: [trace.why('rows of the waterfall')],
  };
}

const emptyColumns = (): TraceRows['rows'] => ({
  key: [],
  span: [],
  count: [],
  depth: [],
  name: [],
  service: [],
  startMs: [],
  lengthMs: [],
  durationMs: [],
  shortestMs: [],
  selfMs: [],
  criticalMs: [],
  flags: [],
  hidden: [],
  self: [],
  critical: [],
  events: [],
});

/** The texts that a window uses, numbered anew: a window never carries the names of a whole trace. */
class Numbered {
  readonly list: string[] = [];
  readonly #places = new Map<number, number>();

  constructor(private readonly all: readonly string[]) {}

  of(index: number): number {
    let place = this.#places.get(index);
    if (place === undefined) {
      place = this.list.length;
      this.list.push((this.all[index] ?? '').slice(0, 2_000));
      this.#places.set(index, place);
    }
    return place;
  }
}

function summarise({ parsed }: LoadedTrace, analysis: TraceAnalysis, spans: readonly number[]) {
  const sum = {
    fromNs: Number.POSITIVE_INFINITY,
    toNs: Number.NEGATIVE_INFINITY,
    longestNs: Number.NEGATIVE_INFINITY,
    shortestNs: Number.POSITIVE_INFINITY,
    selfNs: 0,
    criticalNs: 0,
    failed: false,
  };
  for (const span of spans) {
    const start = analysis.startNs[span] ?? 0;
    const duration = parsed.durationNs[span] ?? 0;
    sum.fromNs = Math.min(sum.fromNs, start);
    sum.toNs = Math.max(sum.toNs, start + Math.max(0, duration));
    sum.longestNs = Math.max(sum.longestNs, duration);
    sum.shortestNs = Math.min(sum.shortestNs, duration);
    sum.selfNs += analysis.selfNs[span] ?? 0;
    sum.criticalNs += analysis.criticalNs[span] ?? 0;
    sum.failed ||= parsed.error[span] === 1;
  }
  return sum;
}

function hiddenWhy({ parsed }: LoadedTrace, rows: RowList, asked: Asked): string[] {
  const left = parsed.count - rows.spansShown;
  if (left === 0) return [];
  let folded = 0;
  for (const hidden of rows.hidden) folded += hidden;
  const why: string[] = [];
  if (folded > 0) {
    const how =
      asked.group === 'siblings'
        ? 'equal siblings and closed rows'
        : asked.group === 'service'
          ? 'what a service does within itself'
          : 'closed rows';
    why.push(`${formatCount(folded)} are folded (${how}).`);
  }
  const filtered = left - folded;
  if (filtered > 0 && asked.only !== 'all') {
    const what = asked.only === 'errors' ? 'neither failed nor lead to a failed span' : 'are not on the critical path';
    why.push(`${formatCount(filtered)} ${what}.`);
  }
  return why;
}
