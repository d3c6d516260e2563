import { describe, expect, it } from 'vitest';
import { type Difference, rankDifferences } from '@/lib/domain/explainer';
import { explainerAnswer } from '@/lib/domain/explainer-answer';
import type { Candidate } from '@/lib/domain/explainer-candidates';
import { type FactSpan, OUTSIDE, traceFacts } from '@/lib/domain/explainer-facts';

const candidate = (patch: Partial<Candidate>, selected: number, rest: number): Candidate => ({
  kind: 'attribute',
  name: 'span.model_version',
  value: '2.4.0',
  bound: null,
  alsoAs: [],
  basis: 'sample',
  ...patch,
  selected: { hits: selected, total: 200, examples: [] },
  rest: { hits: rest, total: 900, examples: [] },
});

const sides = { selection: 'slow' as const, selectedCount: 200, restCount: 900, tested: 2 };
const text = (differences: readonly Difference[], own = sides) =>
  explainerAnswer(differences, own)
    .map(({ parts }) => parts.map((part) => part.text).join(''))
    .join('\n')
    .replaceAll('\u202f', ' ');

describe('the sentence of the explainer', () => {
  it('says which requests, how much more often, and how sure', () => {
    const ranked = rankDifferences([candidate({}, 124, 180)]);
    expect(text(ranked)).toMatch(
      /^Slow traces are 3\.1 × as often model_version 2\.4\.0 \(62 % against 20 %, difference \+42 points, 95 % interval \+35 to \+49\)\. 200 slow and 900 other traces\.$/,
    );
  });

  it('says where in them, too', () => {
    const stage = candidate({ kind: 'stage', name: 'model.infer', value: '', bound: 212 }, 170, 90);
    const said = text(rankDifferences([candidate({}, 124, 180), stage]));
    expect(said).toMatch(/^In slow traces model\.infer takes over 212 ms 8\.5 × as often/);
    expect(said).toMatch(/\nThey are 3\.1 × as often model_version 2\.4\.0/);
  });

  it('takes no outcome for a reason', () => {
    const stage = candidate({ kind: 'stage', name: 'model.infer', value: '', bound: 212 }, 170, 90);
    const status = candidate({ name: 'span.http.response.status_code', value: '200' }, 199, 700);
    expect(text(rankDifferences([stage, status]))).not.toContain('status_code');
  });

  it('names nothing where nothing is certain', () => {
    const said = text(rankDifferences([candidate({}, 42, 180)]));
    expect(said).toMatch(
      /^Nothing certain sets them apart: 200 slow and 900 other traces, 2 attributes and spans compared\. Nearest:/,
    );
  });

  it('does not multiply by what the rest never has', () => {
    expect(text(rankDifferences([candidate({}, 60, 0)]))).toMatch(
      /^Slow traces alone are model_version 2\.4\.0 \(30 % against 0 %/,
    );
  });

  it('says when there is too little to compare', () => {
    expect(text([], { ...sides, selectedCount: 3 })).toMatch(/^Not enough data: 3 slow and 900 other traces\./);
  });
});

const span = (
  spanId: string,
  parentSpanId: string,
  name: string,
  startNs: number,
  durationNs: number,
  attributes: Record<string, string> = {},
): FactSpan => ({
  spanId,
  parentSpanId,
  name,
  startNs,
  durationNs,
  attributes: new Map(Object.entries(attributes)),
});

describe('the facts of a trace', () => {
  const rules = {
    isModelSpan: (one: FactSpan) => one.attributes.has('span.model_name'),
    isStage: (name: string) => /^(predict|infer)$/.test(name),
  };
  const spans = [
    span('1', '', 'POST /predict', 0, 100e6, { 'span.http.route': '/predict' }),
    span('2', '1', 'predict', 5e6, 90e6, { 'span.model_name': 'fraud' }),
    span('3', '2', 'infer', 10e6, 60e6, { 'span.model_name': 'fraud', 'span.batch': '4' }),
    span('4', '3', 'redis GET', 10e6, 5e6, { 'span.key': 'x' }),
    span('5', '3', 'redis GET', 20e6, 5e6, { 'span.key': 'y' }),
  ];

  it('are the time of stages and leaves, and what they leave of the root', () => {
    const facts = traceFacts({ traceId: 't', selected: true, spans }, rules);
    expect(Object.fromEntries([...(facts?.stages ?? [])])).toEqual({
      infer: { tookMs: 60, count: 1 },
      'redis GET': { tookMs: 10, count: 2 },
      [OUTSIDE]: { tookMs: 40, count: 1 },
    });
  });

  it('hold the attributes of the root and of model spans, and of no others', () => {
    const facts = traceFacts({ traceId: 't', selected: true, spans }, rules);
    expect([...(facts?.attributes.keys() ?? [])].sort()).toEqual(['span.batch', 'span.http.route', 'span.model_name']);
    expect([...(facts?.spanNames ?? [])].sort()).toEqual(['infer', 'predict', 'redis GET']);
  });

  it('take a wrapper for a stage where nothing beneath it is one', () => {
    const facts = traceFacts({ traceId: 't', selected: true, spans: spans.slice(0, 2) }, rules);
    expect(facts?.stages.get('predict')).toEqual({ tookMs: 90, count: 1 });
  });

  it('are none of no spans', () => {
    expect(traceFacts({ traceId: 't', selected: true, spans: [] }, rules)).toBeNull();
  });
});
