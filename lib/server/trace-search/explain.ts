import 'server-only';
import type { Difference as DifferenceOnWire, ExplainParams, ExplainTrace, Explanation } from '@/lib/contracts/traces';
import { rankDifferences } from '@/lib/domain/explainer';
import { explainerAnswer } from '@/lib/domain/explainer-answer';
import { type Candidate, candidateName, candidatesOf } from '@/lib/domain/explainer-candidates';
import type { TraceFacts } from '@/lib/domain/explainer-facts';
import { formatCount } from '@/lib/domain/format';
import { redact } from '../redaction/redact';
import type { TempoClient } from '../tempo/client';
import { type ComparedCounts, compareCounts } from './compare';
import { queryOf } from './filter';
import { spanNames } from './names';
import { evenly, MAX_SIDE, readSample, type SampleRead } from './sample';

/** Differences sent at most; the sure ones come first. */
const MAX_DIFFERENCES = 60;
const MAX_EXAMPLES = 3;
const MAX_VALUE = 300;

export interface ExplainProgress {
  read: number;
  of: number;
  /** How compare() stands, as a few words. */
  compare: string;
}

const SELECTED = { slow: 'slow', failed: 'failed', box: 'selected' } as const;

/**
 * What is different in the selected traces: attributes by Tempo's compare() over all that match where it answers in
 * time, everything else from a sample of the traces shown, read now. Tells how far it is.
 */
export async function explainTraces(
  tempo: TempoClient,
  params: ExplainParams,
  onProgress: (progress: ExplainProgress) => void,
  signal: AbortSignal,
): Promise<Explanation> {
  const names = spanNames();
  const query = queryOf(params);
  const sampled = [true, false].flatMap((side) =>
    evenly(
      params.traces.filter(({ selected }) => selected === side),
      MAX_SIDE,
    ),
  );
  const progress: ExplainProgress = { read: 0, of: sampled.length, compare: 'asking Tempo' };
  const tell = (change: Partial<ExplainProgress>) => onProgress(Object.assign(progress, change));
  tell({});
  const flavour = await tempo.flavour(signal);
  // When one fails for good the other is of no use.
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  try {
    const [compared, sample] = await Promise.all([
      compareCounts(tempo, flavour, query, params, either).then((found) => {
        tell({ compare: typeof found === 'string' ? 'not to be had' : 'answered' });
        return found;
      }),
      readSample(tempo, sampled, names, (read) => tell({ read }), either),
    ]);
    return toExplanation(params, sampled, compared, sample);
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

function toExplanation(
  params: ExplainParams,
  sampled: readonly ExplainTrace[],
  compared: ComparedCounts | string,
  sample: SampleRead,
): Explanation {
  const { facts } = sample;
  const fromSample = candidatesOf(facts, params.selection === 'failed');
  const counts = typeof compared === 'string' ? null : compared;
  const candidates = counts === null ? fromSample.candidates : united(counts.candidates, fromSample.candidates, facts);
  const hidden = new Map(
    [...(counts?.hidden ?? []), ...fromSample.hidden].map(({ name, reason }) => [name, { name, reason }]),
  );
  const ranked = rankDifferences(candidates);
  const selectedCount = counts?.selectedTotal ?? facts.filter(({ selected }) => selected).length;
  const restCount = counts?.restTotal ?? facts.filter(({ selected }) => !selected).length;
  const shown = ranked.slice(0, MAX_DIFFERENCES).map(toWire);
  return {
    answer: explainerAnswer(shown, { selection: params.selection, selectedCount, restCount, tested: ranked.length }),
    differences: shown,
    tested: ranked.length,
    hidden: [...hidden.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    basis: basisOf(params, sampled, compared, sample),
    why: [...(counts?.why ?? []), ...sample.why],
  };
}

/** Counts over all traces where there are any, with examples and other names from the traces read; else those read. */
function united(all: readonly Candidate[], sample: readonly Candidate[], facts: readonly TraceFacts[]): Candidate[] {
  const covered = new Set(all.flatMap((one) => [candidateName(one), ...one.alsoAs]));
  const ofSample = new Map(sample.map((one) => [candidateName(one), one]));
  const withExamples = all.map((one): Candidate => {
    const examples = (selected: boolean): string[] =>
      facts
        .filter((fact) => fact.selected === selected && (fact.attributes.get(one.name)?.has(one.value) ?? false))
        .slice(0, MAX_EXAMPLES)
        .map(({ traceId }) => traceId);
    const alsoAs = [...new Set([...one.alsoAs, ...(ofSample.get(candidateName(one))?.alsoAs ?? [])])];
    return {
      ...one,
      alsoAs,
      selected: { ...one.selected, examples: examples(true) },
      rest: { ...one.rest, examples: examples(false) },
    };
  });
  return [...withExamples, ...sample.filter((one) => one.kind !== 'attribute' || !covered.has(candidateName(one)))];
}

const cut = (text: string): string => {
  const redacted = redact(text);
  return redacted.length > MAX_VALUE ? `${redacted.slice(0, MAX_VALUE).toWellFormed()}…` : redacted;
};

const toWire = <T extends Candidate>(found: T) =>
  ({
    ...found,
    name: cut(found.name),
    value: cut(found.value),
    alsoAs: found.alsoAs.map(cut),
    selected: { ...found.selected, examples: [...found.selected.examples] },
    rest: { ...found.rest, examples: [...found.rest.examples] },
  }) satisfies Partial<DifferenceOnWire>;

function basisOf(
  { selection, traces }: ExplainParams,
  sampled: readonly ExplainTrace[],
  compared: ComparedCounts | string,
  { facts, failed, failure }: SampleRead,
): string[] {
  const word = SELECTED[selection];
  const count = (list: readonly { selected: boolean }[], side: boolean): string =>
    formatCount(list.filter(({ selected }) => selected === side).length);
  const read = `${count(facts, true)} of ${count(traces, true)} ${word} and ${count(facts, false)} of ${count(traces, false)} other traces shown`;
  const sentences =
    typeof compared === 'string'
      ? [
          `Everything is from traces read: ${read}.`,
          `${compared[0]?.toUpperCase()}${compared.slice(1).replace(/\.$/, '')}.`,
        ]
      : [
          `Attributes of root spans: every trace that matches, ${formatCount(compared.selectedTotal)} ${word} and ${formatCount(compared.restTotal)} others, counted by compare().`,
          `Stages, spans and their attributes: ${read}, read one by one.`,
        ];
  if (sampled.length < traces.length) sentences.push(`At most ${MAX_SIDE} of either side are read, evenly spread.`);
  if (failed > 0) sentences.push(`${formatCount(failed)} could not be read${failure === null ? '' : `: ${failure}`}`);
  return sentences;
}
