import 'server-only';
import type { AlertReport } from '@/lib/contracts/alert';
import type { Compare } from '@/lib/contracts/compare';
import type { EvidenceKind, EvidenceParams } from '@/lib/contracts/evidence-kinds';
import type { LogPage } from '@/lib/contracts/logs';
import type { StoryEvent } from '@/lib/contracts/request-story';
import type { Slos } from '@/lib/contracts/slo';
import type { Trace, TraceRows } from '@/lib/contracts/trace';
import { TRACE_CLOCKS, TRACE_GROUPINGS, TRACE_ONLY } from '@/lib/contracts/trace-choices';
import { modelOfAddress } from '@/lib/contracts/view';
import { exampleTraces } from '@/lib/domain/compare-examples';
import { HOUR_MS, parseInstant } from '@/lib/domain/time';
import { getConfig } from '../config';
import type { Question } from './questions';

/** A panel as it was looked at: its question, its answer once that is here, and the page's address. */
export interface Seen {
  question: Question;
  answer: unknown;
  pathname: string;
  search: URLSearchParams;
}

/** What stood beside the panel's own question, asked in the same breath. `endpoint` as ANSWERABLE names it. */
export interface Companion extends Question {
  endpoint: string;
  /** Keeps of its answer what is kept; the answer itself where it is kept whole. */
  keep?: (answer: unknown) => unknown;
}

/** One kind of panel that can be kept. */
export interface Pinnable {
  /** The endpoint its own question goes to. */
  endpoint: string;
  /** Parameters that bound what is kept, put over those that came. */
  bound?: EvidenceParams;
  keep?: (answer: unknown) => unknown;
  companions?: (seen: Seen) => Companion[];
  /** The range it shows, milliseconds; null where its question names none and its answer tells none. */
  range?: (seen: Seen) => { startMs: number; endMs: number } | null;
}

const MAX_LINES = 1_000;
/** Characters of log lines that are kept of one answer. */
const MAX_LINES_CHARS = 1_500_000;
/** Rows of a trace in windows as its page asks for them. */
const TRACE_WINDOW = 200;
const TRACE_WINDOWS = 5;
/** Spans of a trace whose details are kept. */
const MAX_SPANS = 40;

/** The changes that stand beneath every chart of a page. */
const changes = ({ question: { params }, pathname, search }: Seen): Companion[] => {
  const { startMs, endMs } = params;
  const model = modelOfAddress(pathname, search);
  if (startMs === undefined || endMs === undefined) return [];
  return [
    { endpoint: 'events', path: 'events', params: { startMs, endMs, ...(model === undefined ? {} : { model }) } },
  ];
};

const chart = (endpoint: string): Pinnable => ({ endpoint, companions: changes });

/** The first lines of a page, as many as fit; what was left out is said where the page says what it lacks. */
function keepLines(answer: unknown): LogPage {
  const page = answer as LogPage;
  let chars = 0;
  const fitting = page.rows.findIndex((row) => {
    chars += JSON.stringify(row).length;
    return chars > MAX_LINES_CHARS;
  });
  const rows = fitting === -1 ? page.rows : page.rows.slice(0, Math.max(1, fitting));
  const isCut = page.next !== null || rows.length < page.rows.length;
  const cut = `Only these ${rows.length} lines were kept; more matched.`;
  const lost = isCut ? [page.lost, cut].filter((text) => text !== null).join(' ') : page.lost;
  return { ...page, rows, next: null, lost };
}

/** A window of rows, with as many rows in all as windows are kept. */
function keepRows(answer: unknown): TraceRows {
  const window = answer as TraceRows;
  const most = TRACE_WINDOW * TRACE_WINDOWS;
  if (window.total <= most) return window;
  return {
    ...window,
    total: most,
    hiddenWhy: [...window.hiddenWhy, `Only the first ${most} of ${window.total} rows were kept.`],
  };
}

const oneOf = <T extends string>(choices: readonly T[], text: string | null, otherwise: T): T =>
  choices.find((choice) => choice === text) ?? otherwise;

/** The rows as the waterfall opens them, the trace's log lines, its flame graph, and the span that was open. */
function partsOfTrace({ question, answer, search }: Seen): Companion[] {
  const trace = answer as Trace;
  const { path } = question;
  const clock = oneOf(TRACE_CLOCKS, search.get('clock'), 'raw');
  const group = oneOf(TRACE_GROUPINGS, search.get('group'), trace.defaultGroup);
  const only = oneOf(TRACE_ONLY, search.get('only'), 'all');
  const find = (search.get('find') ?? '').slice(0, 200);
  const windows = Math.min(TRACE_WINDOWS, Math.max(1, Math.ceil(trace.spanCount / TRACE_WINDOW)));
  const rows = Array.from(
    { length: windows },
    (_, i): Companion => ({
      endpoint: 'traces/{traceId}/rows',
      path: `${path}/rows`,
      params: { clock, group, only, find, toggled: '', offset: i * TRACE_WINDOW, limit: TRACE_WINDOW },
      keep: keepRows,
    }),
  );
  // The span that was open, those of the critical path, those that failed, and the longest of each name.
  const spans = [
    search.get('span') ?? '',
    trace.root.span,
    ...trace.critical.map(({ span }) => span),
    ...trace.errorSpans,
    ...trace.statistics.map(({ span }) => span),
  ];
  const details = [...new Set(spans)]
    .filter((span) => span !== '')
    .slice(0, MAX_SPANS)
    .map(
      (span): Companion => ({
        endpoint: 'traces/{traceId}/spans/{span}',
        path: `${path}/spans/${encodeURIComponent(span)}`,
        params: { clock, whole: '0' },
      }),
    );
  const lines: Companion[] =
    getConfig().sources.loki.length === 0
      ? []
      : [{ endpoint: 'traces/{traceId}/logs', path: `${path}/logs`, params: {} }];
  const flame: Companion = { endpoint: 'traces/{traceId}/flame', path: `${path}/flame`, params: { clock } };
  return [...rows, ...lines, ...details, flame];
}

function examplesOf({ answer }: Seen): Companion[] {
  const { inputs, result } = answer as Compare;
  const asked = getConfig().sources.tempo.length === 0 ? null : exampleTraces(inputs, result);
  if (asked === null) return [];
  const params = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return [{ endpoint: 'compare/traces', path: 'compare/traces', params }];
}

/** The graph of the alert's expression, and what is left of the budget that it watches. */
function partsOfAlert(seen: Seen): Companion[] {
  const { alert } = seen.answer as AlertReport;
  const { startMs, endMs } = seen.question.params;
  const [source] = alert.sources;
  const at = alert.slo?.indexOf('/') ?? -1;
  const budget = alert.slo === null || at <= 0 ? [] : [{ model: alert.slo.slice(0, at), slo: alert.slo.slice(at + 1) }];
  if (startMs === undefined || endMs === undefined || alert.query === null || source === undefined) return [];
  return [
    { endpoint: 'metrics', path: 'metrics', params: { query: alert.query, source, startMs, endMs } },
    ...budget.map((params): Companion => ({ endpoint: 'slos/objective', path: 'slos/objective', params })),
    ...changes(seen),
  ];
}

const rangeOfTrace = ({ answer }: Seen) => {
  const { startMs, durationMs } = answer as Trace;
  return { startMs: Math.floor(startMs), endMs: Math.ceil(startMs + durationMs) };
};

const rangeOfComparison = ({ answer }: Seen) => {
  const { startMs, endMs } = (answer as Compare).inputs;
  return { startMs, endMs };
};

function rangeOfStory({ answer }: Seen): { startMs: number; endMs: number } | null {
  const told = (answer as StoryEvent[]).find((event) => event.type === 'story');
  return told?.type === 'story' ? { startMs: told.story.atMs, endMs: told.story.atMs } : null;
}

/** Objectives are judged at an instant; the page around keeps the length of its range. */
function rangeOfObjectives({ answer, search }: Seen): { startMs: number; endMs: number } {
  const { evaluatedAtMs: endMs } = answer as Slos;
  const startMs = parseInstant(search.get('from') ?? 'now-1h', endMs);
  return { startMs: startMs === null || startMs >= endMs ? endMs - HOUR_MS : startMs, endMs };
}

/** Which panels can be kept, and what is kept of each. A new kind needs its name in the contract and a line here. */
export const PINNABLE: Readonly<Record<EvidenceKind, Pinnable>> = {
  fleet: { endpoint: 'fleet' },
  jobs: { endpoint: 'jobs' },
  changes: { endpoint: 'events' },
  model: { endpoint: 'models/{model}/summary' },
  requests: chart('models/{model}/traffic'),
  errors: chart('models/{model}/traffic'),
  latency: chart('models/{model}/latency'),
  heatmap: chart('models/{model}/heatmap'),
  stages: chart('models/{model}/stages'),
  'stage-split': { endpoint: 'models/{model}/stages' },
  'in-flight': chart('models/{model}/in-flight'),
  metric: chart('metrics'),
  'error-reasons': { endpoint: 'models/{model}/errors' },
  comparison: { endpoint: 'compare', companions: examplesOf, range: rangeOfComparison },
  'log-lines': { endpoint: 'logs', bound: { limit: MAX_LINES }, keep: keepLines },
  'log-volume': chart('logs/summary'),
  traces: {
    endpoint: 'traces',
    companions: ({ question: { params } }) => {
      const { startMs, endMs } = params;
      if (startMs === undefined || endMs === undefined) return [];
      return [{ endpoint: 'fleet/choices', path: 'fleet/choices', params: { startMs, endMs } }];
    },
  },
  trace: { endpoint: 'traces/{traceId}', companions: partsOfTrace, range: rangeOfTrace },
  request: { endpoint: 'requests/{requestId}/story', range: rangeOfStory },
  drift: { endpoint: 'drift' },
  slos: { endpoint: 'slos', range: rangeOfObjectives },
  impact: { endpoint: 'impact' },
  alert: { endpoint: 'alerts/{alertId}', companions: partsOfAlert },
  alerts: { endpoint: 'alerts' },
  readiness: { endpoint: 'readiness' },
};
