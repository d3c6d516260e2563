import type { LiveQuestion } from '@/components/evidence/LivePanels';
import { resolveRange } from '@/components/shell/use-view';
import type { CellContent, CellRange } from '@/lib/contracts/investigation';
import { HOUR_MS, MINUTE_MS } from '@/lib/domain/time';

/** What a drift cell without a range looks at, as the Drift page does. */
const DRIFT_RANGE: CellRange = { lastMs: HOUR_MS };
const LOG_LINES = 500;
const TRACES = 200;
/** A range settles within two rounds; the bound is against one that never would. */
const MAX_ROUNDS = 5;

/**
 * A range at an instant, snapped so that a page with this range in its address asks for exactly this range: the cell and
 * the panels within it, and a frozen copy of them, then have one question. `snapMs`: a coarser end, of the drift page.
 */
export function settledRange(range: CellRange, nowMs: number, snapMs = 1): { startMs: number; endMs: number } {
  let settled = 'lastMs' in range ? { startMs: nowMs - range.lastMs, endMs: nowMs } : range;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const page = resolveRange({ from: String(settled.startMs), to: String(settled.endMs) }, nowMs);
    const endMs = Math.floor(page.endMs / snapMs) * snapMs;
    const next = { startMs: Math.min(page.startMs, endMs - snapMs), endMs };
    if (next.startMs === settled.startMs && next.endMs === settled.endMs) break;
    settled = next;
  }
  return settled;
}

const search = (params: Readonly<Record<string, string | number | undefined>>): string =>
  new URLSearchParams(
    Object.entries(params).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  ).toString();

/** The parameters that are there, without empty ones. */
const given = (params: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );

function comparison(params: Readonly<Record<string, string>>, range: CellRange | null, nowMs: number): LiveQuestion {
  const { model = '', champion, challenger } = params;
  const at = /^\d{1,16}$/.test(params.at ?? '') ? params.at : undefined;
  const told = given({ model, champion, challenger });
  const split: LiveQuestion['params'] = at === undefined ? {} : { splitMs: Number(at) };
  if (range === null) {
    const endMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    return {
      kind: 'comparison',
      path: 'compare',
      params: { ...told, endMs, ...split },
      look: { pathname: '/compare', search: search({ ...told, at }) },
    };
  }
  const settled = settledRange(range, nowMs);
  return {
    kind: 'comparison',
    path: 'compare',
    params: { ...told, ...settled, ...split },
    look: {
      pathname: '/compare',
      search: search({ ...told, at, window: 'range', from: settled.startMs, to: settled.endMs }),
    },
  };
}

function drift(params: Readonly<Record<string, string>>, range: CellRange | null, nowMs: number): LiveQuestion {
  const { model = '', version, against, againstVersion, source } = params;
  const settled = settledRange(range ?? DRIFT_RANGE, nowMs, MINUTE_MS);
  return {
    kind: 'drift',
    path: 'drift',
    params: { ...given({ model, version, against, againstVersion, source }), ...settled },
    look: {
      pathname: '/drift',
      search: search({
        model,
        version,
        with: against,
        withVersion: againstVersion,
        source,
        from: settled.startMs,
        to: settled.endMs,
      }),
    },
  };
}

/**
 * What a live cell asks at an instant, as a pin keeps it: one mechanism draws it, and freezes it. Null where there is
 * nothing to ask: a note, evidence, a query or a model that is not written yet.
 */
export function cellQuestion(content: CellContent, nowMs: number): LiveQuestion | null {
  switch (content.kind) {
    case 'note':
    case 'evidence':
      return null;
    case 'comparison':
      return content.params.model ? comparison(content.params, content.range, nowMs) : null;
    case 'drift':
      return content.params.model ? drift(content.params, content.range, nowMs) : null;
    default:
      break;
  }
  const query = content.query.trim();
  if (query === '') return null;
  const range = settledRange(content.range, nowMs);
  const ends = { from: range.startMs, to: range.endMs };
  if (content.kind === 'metric') {
    const source = content.source ?? '';
    return {
      kind: 'metric',
      path: 'metrics',
      params: { query, ...given({ source }), ...range },
      look: { pathname: '/', search: search(ends) },
    };
  }
  if (content.kind === 'logs') {
    return {
      kind: 'log-lines',
      path: 'logs',
      params: { query, direction: 'backward', limit: LOG_LINES, ...range },
      look: { pathname: '/logs', search: search({ q: query, ...ends }) },
    };
  }
  return {
    kind: 'traces',
    path: 'traces',
    params: { q: query, order: 'newest', limit: TRACES, ...range },
    look: { pathname: '/traces', search: search({ q: query, ...ends }) },
  };
}
