import 'server-only';
import type { TraceEmptiness, TraceFilter } from '@/lib/contracts/traces';
import type { Why } from '@/lib/contracts/why';
import { formatAge, formatDuration } from '@/lib/domain/format';
import { type Answer, whyOf } from '../answer';
import type { TempoFlavour } from '../tempo/catalog';
import { MAX_SEARCH_MS, type TempoClient } from '../tempo/client';
import type { TraceHit } from '../tempo/search';
import { spanset } from '../tempo/traceql';
import { equalitiesIn, type Restriction, restrictionsOf } from './filter';
import type { SpanNames } from './names';

const MAX_NAMED = 5;
const MAX_QUESTIONS = 6;

export interface EmptySearch {
  filter: TraceFilter;
  query: string;
  names: SpanNames;
  range: { startMs: number; endMs: number };
  nowMs: number;
}

/** Why a search found nothing, with the questions that prove it. Called only where it found nothing. */
export async function diagnoseEmptiness(
  tempo: TempoClient,
  flavour: TempoFlavour,
  { filter, query, names, range, nowMs }: EmptySearch,
  signal: AbortSignal,
): Promise<{ empty: TraceEmptiness; why: Why[] }> {
  const why: Why[] = [];
  const { name } = tempo.source;
  const keep = <T>(answer: Answer<T>, purpose: string): T => {
    why.push(whyOf(answer, purpose));
    return answer.value;
  };
  const anyTrace = async (asked: { startMs: number; endMs: number }, purpose: string): Promise<TraceHit | undefined> =>
    keep(await tempo.search('{}', { ...asked, limit: 1, mostRecent: flavour.features.mostRecent }, signal), purpose)[0];

  const cutoff = flavour.cutoffMs > 0 && range.startMs > nowMs - flavour.cutoffMs - 1_000;
  if (cutoff) {
    return {
      empty: {
        what: 'Nothing of this range can be searched yet.',
        why: `${name} does not search the newest ${formatDuration(flavour.cutoffMs)}; a trace by its id is found at once.`,
        action: 'Take a longer range, or wait half a minute.',
      },
      why,
    };
  }

  if ((await anyTrace(range, 'whether there is any trace in the range')) === undefined) {
    return { empty: await withoutAny(), why };
  }

  async function withoutAny(): Promise<TraceEmptiness> {
    const newest = await anyTrace({ startMs: nowMs - MAX_SEARCH_MS, endMs: nowMs }, 'the newest trace of seven days');
    if (newest === undefined) {
      return {
        what: `${name} holds no trace of the last seven days.`,
        why: 'No service sends traces to it, a sampler keeps none, or this is another tenant than theirs.',
        action: 'Settings → Sources shows its address and tenant.',
      };
    }
    if (newest.startMs < range.startMs) {
      return {
        what: 'No trace began in this range.',
        why: `The newest trace of ${name} began ${formatAge(newest.startMs, nowMs)}: whatever sends traces has stopped, or is late.`,
        action: 'A longer range shows it.',
      };
    }
    return {
      what: 'No trace of this range is held.',
      why: `${name} holds newer ones; these are past its retention, or nothing was sent then.`,
      action: 'A later range shows what is held.',
    };
  }

  const restrictions = filter.q === undefined ? restrictionsOf(filter, names) : equalitiesIn(query);
  let asked = 0;
  for (const restriction of restrictions) {
    if (restriction.values === null || asked >= MAX_QUESTIONS) continue;
    asked += 1;
    const missing = await missingValue(restriction);
    if (missing !== null) return { empty: missing, why };
  }

  async function missingValue({ field, values }: Restriction): Promise<TraceEmptiness | null> {
    if (field === names.requestId) return null;
    const held = keep(await tempo.tagValues(field, range, signal), `values of ${field}`);
    if (held.length === 0) {
      return {
        what: `No span has ${field}.`,
        why: `${name} knows no value of it in this range: the services do not send it, or it has another name or scope.`,
        action:
          'Completion in the builder lists the names there are; signals.spanAttributes in windsock.yaml renames the contract’s.',
      };
    }
    const known = new Set(held.map(({ value }) => value));
    if (values?.some((value) => known.has(value)) ?? true) return null;
    const some = held.slice(0, MAX_NAMED).map(({ value }) => value.slice(0, 60));
    return {
      what: `No span has ${field} = ${(values ?? []).join(' or ').slice(0, 120)}.`,
      why: `In this range its values are ${some.join(', ')}${held.length > some.length ? ` and ${held.length - some.length} more` : ''}.`,
      action: null,
    };
  }

  const requestId = restrictions.find(({ field }) => field === names.requestId)?.values?.[0];
  if (requestId !== undefined) {
    const wider = await tempo.search(
      spanset(restrictions.filter(({ field }) => field === names.requestId).map(({ text }) => text)),
      { startMs: nowMs - MAX_SEARCH_MS, endMs: nowMs, limit: 1 },
      signal,
    );
    const elsewhere = keep(wider, 'the same request id in the last seven days')[0];
    return {
      empty:
        elsewhere === undefined
          ? {
              what: `No trace of request ${requestId.slice(0, 120)}.`,
              why: `${name} has traces of this range, and none of the last seven days carries this id: it was sampled away, is older, or never was.`,
              action: 'Its log lines may still be there: sampling does not touch logs.',
            }
          : {
              what: `Request ${requestId.slice(0, 120)} is not in this range.`,
              why: `It began ${formatAge(elsewhere.startMs, nowMs)}, or the other conditions do not fit it.`,
              action: 'A longer range finds it.',
            },
      why,
    };
  }
  const near = range.endMs > nowMs - flavour.cutoffMs && flavour.cutoffMs > 0;
  return {
    empty: {
      what: 'No trace matches.',
      why: `${name} has traces of this range${
        restrictions.length > 1
          ? ', and each value asked for exists; no span has them together'
          : ', and none fulfils the conditions; samplers may have kept none that does'
      }.${near ? ` The newest ${formatDuration(flavour.cutoffMs)} are not searched.` : ''}`,
      action: 'Leave out a condition, or take a longer range.',
    },
    why,
  };
}
