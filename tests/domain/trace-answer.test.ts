import { describe, expect, it } from 'vitest';
import { type TraceFacts, traceAnswer } from '@/lib/domain/trace-answer';
import { type TraceDiffNode, type TraceProfile, traceDiff } from '@/lib/domain/trace-diff';
import { boundedDiff, diffAnswer } from '@/lib/domain/trace-diff-answer';
import { stageOfName, stagesOfTree } from '@/lib/domain/trace-stages';
import { stageTimesNs } from '@/lib/domain/trace-time';
import { buildTree } from '@/lib/domain/trace-tree';

const FACTS: TraceFacts = {
  rootName: 'POST /predict',
  rootService: 'gateway',
  isTrueRoot: true,
  rootDurationMs: 412,
  durationMs: 412,
  spanCount: 5,
  errorCount: 0,
  rootFailed: false,
  firstError: null,
  firstErrorText: null,
  critical: { service: 'fraud', name: 'feature_store.get_features', ms: 310, count: 1 },
  incomplete: [],
};
const say = (facts: Partial<TraceFacts>) => {
  const answer = traceAnswer({ ...FACTS, ...facts });
  return {
    status: answer.map(({ status }) => status),
    text: answer.map(({ parts }) => parts.map(({ text }) => text).join('')),
  };
};
const plain = (text: string | undefined) => text?.replaceAll('\u202f', ' ');

describe('the answer of a trace', () => {
  it('says how long it took and who held its critical path', () => {
    const { text, status } = say({});
    expect(plain(text[0])).toBe(
      'POST /predict took 412 ms in gateway; feature_store.get_features holds 310 ms of its critical path (75 %).',
    );
    expect(status).toEqual(['ok']);
  });

  it('says that it failed, and where the failure began', () => {
    const { text, status } = say({ rootFailed: true, errorCount: 3, firstError: 'model.infer' });
    expect(plain(text[0])).toMatch(/^POST \/predict failed after 412 ms/);
    expect(text[1]).toBe('3 of 5 spans failed; it began with model.infer.');
    expect(status).toEqual(['bad', 'bad']);
  });

  it('says why, in the words of the span the failure began with', () => {
    const failed = { rootFailed: true, errorCount: 3, firstErrorText: 'redis GET timed out' };
    expect(say({ ...failed, firstError: 'model.infer' }).text[1]).toBe(
      '3 of 5 spans failed; it began with model.infer: redis GET timed out.',
    );
    expect(say(failed).text[1]).toBe('No span below the root failed: redis GET timed out.');
    expect(say({ ...failed, spanCount: 1, errorCount: 1 }).text[1]).toBe('It says: redis GET timed out.');
    expect(say({}).text).toHaveLength(1);
  });

  it('needs a look, and is not called failed, when only spans below the root failed', () => {
    expect(say({ errorCount: 1, firstError: 'redis GET' }).status).toEqual(['watch', 'watch']);
  });

  it('claims no root where none is', () => {
    const { text, status } = say({ isTrueRoot: false });
    expect(text[0]).toContain('The root span is not here');
    expect(status[0]).toBe('unknown');
  });

  it('names both durations where work goes on behind the root, and what is missing', () => {
    const { text } = say({ durationMs: 900, incomplete: ['Tempo left spans out.'] });
    expect(plain(text[1])).toContain('The whole trace lasts 900 ms');
    expect(text[2]).toBe('Not the whole trace: Tempo left spans out.');
  });

  it('speaks of own work when the root itself holds the path, and of nothing without a duration', () => {
    const own = say({ critical: { service: 'gateway', name: 'POST /predict', ms: 400, count: 1 } });
    expect(plain(own.text[0])).toContain('its own work holds 400 ms');
    expect(plain(say({ rootDurationMs: 0, durationMs: 0, critical: null }).text[0])).toBe(
      'POST /predict took 0 ms in gateway.',
    );
  });

  it('cuts a name that is a page long', () => {
    expect(say({ rootName: 'x'.repeat(10_000) }).text[0]?.length).toBeLessThan(400);
  });
});

describe('the stage of a span', () => {
  it.each([
    ['feature_store.get_features', 'feature_fetch'],
    ['preprocess', 'preprocess'],
    ['model.infer', 'infer'],
    ['postprocess.serialize', 'postprocess'],
    ['predict', null],
    ['POST /predict', null],
    ['', null],
  ])('%s is %s', (name, stage) => expect(stageOfName(name)).toBe(stage));

  const span = (spanId: string, parentSpanId: string, name: string, startNs: number, durationNs: number) => ({
    spanId,
    parentSpanId,
    name,
    startNs,
    durationNs,
  });
  const request = [
    span('a', '', 'POST /predict', 0, 100),
    span('b', 'a', 'model.predict', 0, 100),
    span('c', 'b', 'pipeline', 0, 90),
    span('d', 'c', 'feature_store.get_features', 5, 40),
    span('e', 'c', 'model.infer', 50, 30),
  ];

  it('is none for the frame of other stages, however deep they lie beneath it', () => {
    const tree = buildTree(request);
    const stages = stagesOfTree(tree, (index) => stageOfName(request[index]?.name ?? ''));
    expect(stages).toEqual([null, null, null, 'feature_fetch', 'infer']);
    const times = stageTimesNs(request, 0, (index) => stages[index] ?? null);
    expect(Object.fromEntries(times.stages)).toEqual({ feature_fetch: 40, infer: 30 });
    expect(times.otherNs).toBe(30);
  });

  it('is its own where nothing beneath it is a stage', () => {
    const alone = [...request.slice(0, 3), span('d', 'c', 'GET redis', 5, 40)];
    const stages = stagesOfTree(buildTree(alone), (index) => stageOfName(alone[index]?.name ?? ''));
    expect(stages).toEqual([null, 'infer', null, null]);
  });
});

const node = (name: string, criticalNs: number): TraceProfile['nodes'][number] => ({
  key: name,
  parentKey: name === 'root' ? null : 'root',
  service: 's',
  name,
  depth: name === 'root' ? 0 : 1,
  count: 1,
  criticalNs,
  firstSpan: 0,
});
const profile = (parts: Record<string, number>): TraceProfile => ({
  nodes: Object.entries(parts).map(([name, ms]) => node(name, ms * 1e6)),
  totalNs: Object.values(parts).reduce((sum, ms) => sum + ms * 1e6, 0),
});

describe('the answer of a comparison', () => {
  const compare = (before: Record<string, number>, after: Record<string, number>) => {
    const sides = { before: profile(before), after: profile(after) };
    return diffAnswer(traceDiff(sides.before, sides.after), sides, 'typical of 2.3.0')[0];
  };
  const text = (line: ReturnType<typeof compare>) => plain(line?.parts.map((part) => part.text).join(''));

  it('says how much slower, and where', () => {
    const line = compare({ root: 10, fetch: 100 }, { root: 10, fetch: 150, retry: 10 });
    expect(text(line)).toBe(
      '60 ms slower than typical of 2.3.0 (170 ms against 110 ms). Most of it: fetch +50 ms (83 %). 1 place is new.',
    );
    expect(line?.status).toBe('watch');
  });

  it('does not call a hundredth a difference', () => {
    expect(text(compare({ root: 1_000 }, { root: 1_001 }))).toMatch(/^As long as typical of 2.3.0/);
  });

  it('keeps the sum when places are left out', () => {
    const before = profile(Object.fromEntries([['root', 5], ...Array.from({ length: 50 }, (_, i) => [`p${i}`, i])]));
    const after = profile({ root: 9 });
    const diff = traceDiff(before, after);
    const { nodes, rest } = boundedDiff(diff, 10);
    const kept = nodes.reduce((sum: number, { deltaNs }: TraceDiffNode) => sum + deltaNs, 0);
    expect(nodes).toHaveLength(10);
    expect(rest.places).toBe(41);
    expect(kept + rest.deltaNs).toBe(diff.deltaNs);
  });
});
