import 'server-only';
import type { ExplainParams } from '@/lib/contracts/traces';
import type { Why } from '@/lib/contracts/why';
import {
  byPreference,
  type Candidate,
  type HiddenName,
  hiddenByName,
  MIN_HITS,
  UNIQUE_REASON,
} from '@/lib/domain/explainer-candidates';
import { whyOf } from '../answer';
import { AppError } from '../errors';
import type { TempoFlavour } from '../tempo/catalog';
import type { TempoClient } from '../tempo/client';
import type { ComparedAttribute } from '../tempo/metrics';
import { compareWith, duration, insideOf, onRoot, pipeline, statusIs } from '../tempo/traceql';

/** After this long the traces read have to do. */
const COMPARE_DEADLINE_MS = 8_000;
/** Values of one attribute that are counted; with more it is no attribute to tell traces apart by. */
const TOP_N = 100;
const MAX_UNIQUE_SHARE = 0.9;

export interface ComparedCounts {
  candidates: Candidate[];
  hidden: HiddenName[];
  selectedTotal: number;
  restTotal: number;
  why: Why[];
}

/** Whole milliseconds as Tempo rounds them down: a trace "over 300 ms" takes 301 or more. */
function selectionOf({ selection, thresholdMs, box }: ExplainParams): string[] {
  if (selection === 'failed') return [statusIs('error')];
  if (selection === 'slow') return [`traceDuration >= ${duration(Math.floor(thresholdMs ?? 0) + 1)}`];
  if (box === null) throw new AppError('bad_request', 'box: needed for this selection.');
  return [
    `traceDuration >= ${duration(Math.floor(box.minMs))}`,
    `traceDuration < ${duration(Math.floor(box.maxMs) + 1)}`,
  ];
}

/**
 * How often each attribute value of root spans is on either side, over every trace that matches, by Tempo's compare().
 * A sentence instead where it does not answer in time, does not know the query, or does not speak of these traces.
 */
export async function compareCounts(
  tempo: TempoClient,
  flavour: TempoFlavour,
  query: string,
  params: ExplainParams,
  signal: AbortSignal,
  deadlineMs = COMPARE_DEADLINE_MS,
): Promise<ComparedCounts | string> {
  const { name } = tempo.source;
  const inside = insideOf(query);
  if (!flavour.features.instantMetrics) return `${name} has no compare() (2.6 and later do)`;
  if (inside === null) return 'compare() takes one plain spanset, and this query is more than that';
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    const { startMs, endMs, box } = params;
    const window = params.selection === 'box' ? box : null;
    const text = pipeline(onRoot(inside), [compareWith(selectionOf(params), TOP_N, window)]);
    const answer = await tempo.compare(text, { startMs, endMs }, AbortSignal.any([signal, deadline]));
    const counts = countsOf(answer.value, params.selection === 'failed');
    if (counts === null || counts.selectedTotal + counts.restTotal < params.traces.length / 2) {
      return `compare() of ${name} sees root spans only, and theirs do not carry what was searched for`;
    }
    return { ...counts, why: [whyOf(answer, 'attributes of the root spans, selected against the rest')] };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (deadline.aborted) return `compare() of ${name} did not answer within ${deadlineMs / 1000} s`;
    return `compare() of ${name} failed: ${error instanceof AppError ? error.message : 'its answer could not be read'}`;
  }
}

const toName = ({ name }: ComparedAttribute) => ({ kind: 'attribute' as const, name, value: '' });

/** Attributes every root span has exactly once: their totals are the numbers of traces. */
const ON_EVERY_TRACE = ['rootName', 'rootServiceName'];

function countsOf(compared: readonly ComparedAttribute[], isAboutFailure: boolean): Omit<ComparedCounts, 'why'> | null {
  const every = compared.find(({ name }) => ON_EVERY_TRACE.includes(name));
  if (every === undefined) return null;
  const { selectionTotal: selectedTotal, baselineTotal: restTotal } = every;
  const hidden: HiddenName[] = [];
  const groups = new Map<string, Candidate & { alsoAs: string[] }>();
  // What leads a group of names is what somebody can act on first.
  const preferred = compared.toSorted((a, b) => byPreference(toName(a), toName(b)));
  for (const { name, values, cut, selectionTotal, baselineTotal } of preferred) {
    if (!/^(?:span|resource)\./.test(name)) continue;
    const having = values.filter(({ value }) => value !== 'nil');
    if (having.length === 0) continue;
    const sideCounts = [values.filter(({ selection }) => selection > 0), values.filter(({ baseline }) => baseline > 0)];
    const isCut = cut || sideCounts.some((side) => side.length >= TOP_N);
    const isUnique = having.length > MAX_UNIQUE_SHARE * (selectionTotal + baselineTotal);
    const reason =
      hiddenByName(name, isAboutFailure) ??
      (isUnique ? UNIQUE_REASON : isCut ? `over ${TOP_N} different values` : null);
    if (reason !== null) {
      hidden.push({ name, reason });
      continue;
    }
    for (const { value, selection, baseline } of having) {
      const hits = selection + baseline;
      if (hits < MIN_HITS || hits >= selectedTotal + restTotal) continue;
      // Counted alike on both sides, and by the same word: one thing under two names.
      const key = `${value}\u0000${selection}\u0000${baseline}`;
      const known = groups.get(key);
      if (known) {
        known.alsoAs.push(`${name} = ${value}`);
        continue;
      }
      groups.set(key, {
        kind: 'attribute',
        name,
        value,
        bound: null,
        alsoAs: [],
        selected: { hits: selection, total: selectedTotal, examples: [] },
        rest: { hits: baseline, total: restTotal, examples: [] },
        basis: 'all',
      });
    }
  }
  return { candidates: [...groups.values()], hidden, selectedTotal, restTotal };
}
