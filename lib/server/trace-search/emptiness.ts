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

interface Case extends EmptySearch {
  tempo: TempoClient;
  flavour: TempoFlavour;
  restrictions: readonly Restriction[];
  signal: AbortSignal;
  /** Notes a question and gives its answer. */
  keep: <T>(answer: Answer<T>, purpose: string) => T;
}

/** Why a search found nothing, with the questions that prove it. Called only where it found nothing. */
export async function diagnoseEmptiness(
  tempo: TempoClient,
  flavour: TempoFlavour,
  search: EmptySearch,
  signal: AbortSignal,
): Promise<{ empty: TraceEmptiness; why: Why[] }> {
  const why: Why[] = [];
  const { filter, query, names } = search;
  const found: Case = {
    ...search,
    tempo,
    flavour,
    signal,
    restrictions: filter.q === undefined ? restrictionsOf(filter, names) : equalitiesIn(query),
    keep: (answer, purpose) => {
      why.push(whyOf(answer, purpose));
      return answer.value;
    },
  };
  const empty =
    notSearchedYet(found) ??
    (await noTraceAtAll(found)) ??
    (await noSuchValue(found)) ??
    (await requestElsewhere(found)) ??
    noneMatches(found);
  return { empty, why };
}

function notSearchedYet({ tempo, flavour: { cutoffMs }, range, nowMs }: Case): TraceEmptiness | null {
  if (cutoffMs <= 0 || range.startMs <= nowMs - cutoffMs - 1_000) return null;
  return {
    what: 'Nothing of this range can be searched yet.',
    why: `${tempo.source.name} does not search the newest ${formatDuration(cutoffMs)}; a trace by its id is found at once.`,
    action: 'Take a longer range, or wait half a minute.',
  };
}

async function noTraceAtAll({ tempo, flavour, range, nowMs, signal, keep }: Case): Promise<TraceEmptiness | null> {
  const { name } = tempo.source;
  const anyTrace = async (asked: { startMs: number; endMs: number }, purpose: string): Promise<TraceHit | undefined> =>
    keep(await tempo.search('{}', { ...asked, limit: 1, mostRecent: flavour.features.mostRecent }, signal), purpose)[0];
  if ((await anyTrace(range, 'whether there is any trace in the range')) !== undefined) return null;
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

/** A condition that no span of the range can meet, whatever the others say. */
async function noSuchValue(found: Case): Promise<TraceEmptiness | null> {
  const { tempo, restrictions, names, range, signal, keep } = found;
  const asked = restrictions.filter(({ values, field }) => values !== null && field !== names.requestId);
  for (const { field, values } of asked.slice(0, MAX_QUESTIONS)) {
    const held = keep(await tempo.tagValues(field, range, signal), `values of ${field}`);
    if (held.length === 0) {
      return {
        what: `No span has ${field}.`,
        why: `${tempo.source.name} knows no value of it in this range: the services do not send it, or it has another name or scope.`,
        action:
          'Completion in the builder lists the names there are; signals.spanAttributes in windsock.yaml renames the contract’s.',
      };
    }
    const known = new Set(held.map(({ value }) => value));
    if (values?.some((value) => known.has(value)) ?? true) continue;
    const some = held.slice(0, MAX_NAMED).map(({ value }) => value.slice(0, 60));
    return {
      what: `No span has ${field} = ${(values ?? []).join(' or ').slice(0, 120)}.`,
      why: `In this range its values are ${some.join(', ')}${held.length > some.length ? ` and ${held.length - some.length} more` : ''}.`,
      action: null,
    };
  }
  return null;
}

async function requestElsewhere(found: Case): Promise<TraceEmptiness | null> {
  const { tempo, restrictions, names, nowMs, signal, keep } = found;
  const ofRequest = restrictions.filter(({ field }) => field === names.requestId);
  const requestId = ofRequest[0]?.values?.[0];
  if (requestId === undefined) return null;
  const wider = await tempo.search(
    spanset(ofRequest.map(({ text }) => text)),
    { startMs: nowMs - MAX_SEARCH_MS, endMs: nowMs, limit: 1 },
    signal,
  );
  const elsewhere = keep(wider, 'the same request id in the last seven days')[0];
  const shown = requestId.slice(0, 120);
  if (elsewhere === undefined) {
    return {
      what: `No trace of request ${shown}.`,
      why: `${tempo.source.name} has traces of this range, and none of the last seven days carries this id: it was sampled away, is older, or never was.`,
      action: 'Its log lines may still be there: sampling does not touch logs.',
    };
  }
  return {
    what: `Request ${shown} is not in this range.`,
    why: `It began ${formatAge(elsewhere.startMs, nowMs)}, or the other conditions do not fit it.`,
    action: 'A longer range finds it.',
  };
}

function noneMatches({ tempo, flavour: { cutoffMs }, restrictions, range, nowMs }: Case): TraceEmptiness {
  const together =
    restrictions.length > 1
      ? 'and each value asked for exists; no span has them together'
      : 'and none fulfils the conditions; samplers may have kept none that does';
  const isNear = cutoffMs > 0 && range.endMs > nowMs - cutoffMs;
  const newest = isNear ? ` The newest ${formatDuration(cutoffMs)} are not searched.` : '';
  return {
    what: 'No trace matches.',
    why: `${tempo.source.name} has traces of this range, ${together}.${newest}`,
    action: 'Leave out a condition, or take a longer range.',
  };
}
