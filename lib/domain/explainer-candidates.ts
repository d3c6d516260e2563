import { OUTSIDE, type TraceFacts } from './explainer-facts';

export type CandidateKind = 'attribute' | 'stage' | 'presence' | 'repeats';

export interface CandidateSide {
  /** Traces that have it. */
  hits: number;
  /** Traces counted. */
  total: number;
  /** At most three trace ids that have it. */
  examples: readonly string[];
}

/** Something that may set the selected traces apart, with how often either side has it. */
export interface Candidate {
  kind: CandidateKind;
  name: string;
  /** The attribute's value; empty for the other kinds. */
  value: string;
  /** Milliseconds for a stage, spans for repeats: the P90 of the rest, which is exceeded. Null for the other kinds. */
  bound: number | null;
  /** Other names of the very same traces. */
  alsoAs: readonly string[];
  selected: CandidateSide;
  rest: CandidateSide;
  /** From all traces, or from those read. */
  basis: 'all' | 'sample';
}

export interface HiddenName {
  name: string;
  reason: string;
}

/** Under this many traces with it, a value says nothing; which ones are left out does not depend on the selection. */
export const MIN_HITS = 5;
/** Traces of the rest that a P90 needs. */
const MIN_FOR_P90 = 10;
/** Above this share of values of its own a name is an identifier, whatever it is called. */
const MAX_UNIQUE_SHARE = 0.9;
const MAX_EXAMPLES = 3;

const ID_NAME = /(?:^|[._\-/])(?:id|ids|uuid|guid|traceid|spanid|traceparent|request_?id|session|nonce|hash)$/i;
const OUTCOME_NAME = /(?:^|[._])(?:status(?:_?code)?|error|error[._]type|exception[._].*|status[._]message)$/i;

export const ID_REASON = 'an identifier by its name: no two traces share it';
export const UNIQUE_REASON = 'over 90 % of the traces have a value of their own';
const OUTCOME_REASON = 'says itself that a request failed';

/** Whether an attribute speaks of how a request ended rather than of what it was. */
export const isOutcome = (name: string): boolean => OUTCOME_NAME.test(name);

/** Why an attribute is not ranked whatever its values are, or null. */
export function hiddenByName(name: string, isAboutFailure: boolean): string | null {
  if (ID_NAME.test(name)) return ID_REASON;
  return isAboutFailure && isOutcome(name) ? OUTCOME_REASON : null;
}

/**
 * Everything that can be compared of the traces read: attribute values, spans that are there, stages over the rest's P90,
 * spans that repeat over the rest's P90. Candidates of the very same traces are one, under several names.
 */
export function candidatesOf(
  facts: readonly TraceFacts[],
  isAboutFailure: boolean,
): { candidates: Candidate[]; hidden: HiddenName[] } {
  const hidden: HiddenName[] = [];
  const found = [
    ...attributeHits(facts, isAboutFailure, hidden),
    ...presenceHits(facts),
    ...exceeding(facts, 'stage', (fact, name) => fact.stages.get(name)?.tookMs ?? null),
    ...exceeding(facts, 'repeats', (fact, name) => (name === OUTSIDE ? null : (fact.stages.get(name)?.count ?? null))),
  ];
  hidden.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { candidates: merged(facts, found), hidden };
}

interface Hits {
  kind: CandidateKind;
  name: string;
  value: string;
  bound: number | null;
  /** Indexes of the traces that have it, ascending. */
  at: readonly number[];
  /** An attribute that has this value wherever it is: it says that its span is there, and no more. */
  isOnlyValue?: boolean;
}

function attributeHits(facts: readonly TraceFacts[], isAboutFailure: boolean, hidden: HiddenName[]): Hits[] {
  const names = new Map<string, Map<string, number[]>>();
  for (const [index, fact] of facts.entries()) {
    for (const [name, values] of fact.attributes) {
      let byValue = names.get(name);
      if (byValue === undefined) {
        byValue = new Map();
        names.set(name, byValue);
      }
      for (const value of values) {
        const at = byValue.get(value);
        if (at) at.push(index);
        else byValue.set(value, [index]);
      }
    }
  }
  const hits: Hits[] = [];
  for (const [name, byValue] of names) {
    const having = new Set([...byValue.values()].flat()).size;
    const isUnique = having >= MIN_FOR_P90 && byValue.size > MAX_UNIQUE_SHARE * having;
    const reason = hiddenByName(name, isAboutFailure) ?? (isUnique ? UNIQUE_REASON : null);
    if (reason !== null) {
      hidden.push({ name, reason });
      continue;
    }
    for (const [value, at] of byValue) {
      hits.push({ kind: 'attribute', name, value, bound: null, at, isOnlyValue: byValue.size === 1 });
    }
  }
  return hits;
}

function presenceHits(facts: readonly TraceFacts[]): Hits[] {
  const names = new Map<string, number[]>();
  for (const [index, { spanNames }] of facts.entries()) {
    for (const name of spanNames) {
      const at = names.get(name);
      if (at) at.push(index);
      else names.set(name, [index]);
    }
  }
  return [...names].map(([name, at]) => ({ kind: 'presence', name, value: '', bound: null, at }));
}

/** Traces whose measure of a stage lies over the P90 of the rest. */
function exceeding(
  facts: readonly TraceFacts[],
  kind: 'stage' | 'repeats',
  measure: (fact: TraceFacts, name: string) => number | null,
): Hits[] {
  const names = new Set(facts.flatMap((fact) => [...fact.stages.keys()]));
  return [...names].flatMap((name) => {
    const values = facts.map((fact) => measure(fact, name));
    const ofRest = facts.flatMap((fact, index) => {
      const value = values[index] ?? null;
      return fact.selected || value === null ? [] : [value];
    });
    const bound = p90(ofRest);
    if (bound === null) return [];
    const at = values.flatMap((value, index) => (value !== null && value > bound ? [index] : []));
    return [{ kind, name, value: '', bound, at }];
  });
}

/** The value that nine tenths of the sample do not exceed (nearest rank); null of fewer than ten. */
export function p90(values: readonly number[]): number | null {
  if (values.length < MIN_FOR_P90) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.9 * sorted.length) - 1] ?? null;
}

/** The name that stands for others of the same traces: what somebody can act on first. */
const KIND_RANK: Readonly<Record<CandidateKind, number>> = { attribute: 0, stage: 1, repeats: 2, presence: 3 };
const NAME_RANK: readonly RegExp[] = [/model_version$/, /model_name$/, /^span\./, /service\.version$/];
const nameRank = (name: string): number => {
  const at = NAME_RANK.findIndex((pattern) => pattern.test(name));
  return at < 0 ? NAME_RANK.length : at;
};

/** Order in which candidates of the same traces are preferred. */
export function byPreference(
  a: { kind: CandidateKind; name: string; value: string; isOnlyValue?: boolean },
  b: { kind: CandidateKind; name: string; value: string; isOnlyValue?: boolean },
): number {
  return (
    Number(a.isOnlyValue ?? false) - Number(b.isOnlyValue ?? false) ||
    KIND_RANK[a.kind] - KIND_RANK[b.kind] ||
    nameRank(a.name) - nameRank(b.name) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : a.value < b.value ? -1 : 1)
  );
}

/** "span.model_version = 2.4.0", or the name alone. */
export const candidateName = ({ name, value }: { name: string; value: string }): string =>
  value === '' ? name : `${name} = ${value}`;

function merged(facts: readonly TraceFacts[], found: readonly Hits[]): Candidate[] {
  const groups = new Map<string, Hits[]>();
  for (const hits of found) {
    // What everybody has, or nearly nobody, cannot tell the sides apart.
    if (hits.at.length < MIN_HITS || hits.at.length === facts.length) continue;
    const key = hits.at.join();
    const group = groups.get(key);
    if (group) group.push(hits);
    else groups.set(key, [hits]);
  }
  const selectedTotal = facts.filter(({ selected }) => selected).length;
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group.sort(byPreference);
    if (first === undefined) return [];
    const sideOf = (selected: boolean): CandidateSide => {
      const ids = first.at.flatMap((index) => {
        const fact = facts[index];
        return fact !== undefined && fact.selected === selected ? [fact.traceId] : [];
      });
      const total = selected ? selectedTotal : facts.length - selectedTotal;
      return { hits: ids.length, total, examples: ids.slice(0, MAX_EXAMPLES) };
    };
    const { kind, name, value, bound } = first;
    const alsoAs = others.map(candidateName);
    return [{ kind, name, value, bound, alsoAs, selected: sideOf(true), rest: sideOf(false), basis: 'sample' }];
  });
}
