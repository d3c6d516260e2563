import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { traceScatterOption } from '@/lib/charts/trace-scatter';
import { formatConditions, parseConditions } from '@/lib/contracts/trace-conditions';
import type { TraceRow } from '@/lib/contracts/traces';
import { traceSearchAnswer } from '@/lib/domain/trace-search-answer';
import { formatBox, parseBox, selectTraces } from '@/lib/domain/trace-selection';

const row = (patch: Partial<TraceRow> = {}): TraceRow => ({
  traceId: 'a'.repeat(32),
  rootService: 'gateway',
  rootName: 'POST /predict',
  startMs: 1_000,
  traceDurationMs: 100,
  rootDurationMs: 99.5,
  model: 'fraud_detector',
  version: '2.4.0',
  failed: false,
  errorSpans: 0,
  spanCount: 6,
  matched: 6,
  spans: [],
  ...patch,
});

const rows = Array.from({ length: 100 }, (_, index) =>
  row({
    traceId: index.toString(16).padStart(32, '0'),
    startMs: 1_000 + index,
    traceDurationMs: index + 1,
    failed: index % 10 === 0,
  }),
);

describe('the selection', () => {
  it('takes as slow what lies over the P90 of all shown', () => {
    const { selected, thresholdMs } = selectTraces(rows, 'slow', null);
    expect(thresholdMs).toBe(90);
    expect(selected.size).toBe(10);
  });

  it('has no slow ones among a few', () => {
    expect(selectTraces(rows.slice(0, 9), 'slow', null)).toMatchObject({ thresholdMs: null, selected: new Set() });
  });

  it('takes the failed, and counts those of which it is not known', () => {
    const { selected, unknown } = selectTraces([...rows, row({ failed: null })], 'failed', null);
    expect([selected.size, unknown]).toEqual([10, 1]);
  });

  it('takes what lies in the box, ends included', () => {
    const box = { startMs: 1_010, endMs: 1_020, minMs: 15, maxMs: 18 };
    expect(selectTraces(rows, 'box', box).selected.size).toBe(4);
    expect(selectTraces(rows, 'box', null).selected.size).toBe(0);
  });

  it('writes a box that can be read again, and reads no other text', () => {
    const number = fc.integer({ min: 0, max: 2_000_000_000_000 }).map((value) => value / 10);
    fc.assert(
      fc.property(fc.tuple(number, number, number, number), ([a, b, c, d]) => {
        const box = { startMs: Math.min(a, b), endMs: Math.max(a, b), minMs: Math.min(c, d), maxMs: Math.max(c, d) };
        expect(parseBox(formatBox(box))).toEqual(box);
      }),
    );
    for (const text of [null, '', '1~2~3', '1~2~3~x', '2~1~3~4', '1~2~~4', '1~2~3~4~5', 'NaN~1~1~1']) {
      expect(parseBox(text)).toBeNull();
    }
  });
});

describe('conditions in the address', () => {
  it('come back as they were, whatever their text', () => {
    const condition = fc.record({
      field: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
      op: fc.constantFrom('=' as const, '!=' as const, '>=' as const, '=~' as const),
      type: fc.constantFrom('string' as const, 'int' as const, 'duration' as const),
      value: fc.string({ maxLength: 30, unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(fc.array(condition, { maxLength: 5 }), (conditions) => {
        expect(parseConditions(formatConditions(conditions))).toEqual(conditions);
      }),
    );
  });

  it('are refused when they are not written so', () => {
    for (const text of [
      'x',
      'a~=~string',
      'a~=~string~b~c',
      'a~?~string~b',
      'a~=~text~b',
      '%E0%A4%A~=~string~b',
      ',',
    ]) {
      expect(parseConditions(text)).toBeNull();
    }
  });
});

describe('the sentence on top', () => {
  const search = {
    query: '{}',
    rows,
    order: 'newest' as const,
    isOrderCertain: true,
    more: true,
    chosen: '100 traces, the newest; more match',
    empty: null,
    cutoffMs: 30_000,
    why: [],
  };
  const text = (answer: ReturnType<typeof traceSearchAnswer>) =>
    answer.map(({ parts }) => parts.map((part) => part.text).join('')).join('\n');

  it('says how many, how chosen, how long, how many failed, and of what this is the figure', () => {
    expect(text(traceSearchAnswer(search)).replaceAll('\u202f', ' ')).toBe(
      '100 traces, the newest; more match. Half took under 50 ms, a tenth over 90 ms; 10 failed (10 %). ' +
        'Figures of the traces here, not of all that match: samplers keep failed and slow ones more often.',
    );
  });

  it('does not claim what is not known', () => {
    const unknown = rows.map((one) => ({ ...one, failed: null }));
    expect(text(traceSearchAnswer({ ...search, rows: unknown }))).toContain('whether they failed is not known');
    expect(traceSearchAnswer({ ...search, isOrderCertain: false })[0]?.status).toBe('unknown');
    expect(traceSearchAnswer({ ...search, rows: [] })).toEqual([]);
  });
});

describe('the scatter', () => {
  const input = {
    groupOf: () => '2.4.0',
    groups: [{ name: '2.4.0', role: 'challenger' as const }],
    scale: 'log' as const,
    selected: null,
    thresholdMs: null,
    box: null,
    hrefOf: (id: string) => `/traces/${id}`,
  };
  const frame = { theme: 'dark' as const, zone: 'UTC', range: { startMs: 0, endMs: 2_000 } };

  it('draws every trace once, failed ones with a mark of their own', () => {
    const { series } = traceScatterOption({ ...input, rows }, frame);
    const drawn = (Array.isArray(series) ? series : []).map((one) =>
      'data' in one && Array.isArray(one.data) ? one.data.length : 0,
    );
    expect(drawn).toEqual([90, 10]);
  });

  it('shows hostile names as text', () => {
    const evil = row({ rootName: '<img src=x onerror=alert(1)>', version: '"><script>' });
    const { tooltip } = traceScatterOption({ ...input, rows: [evil] }, frame);
    const one = Array.isArray(tooltip) ? tooltip[0] : tooltip;
    const formatter = one?.formatter;
    if (typeof formatter !== 'function') throw new Error('no formatter');
    const html = String(Reflect.apply(formatter, null, [{ name: evil.traceId }]));
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).not.toMatch(/<img|<script/);
  });

  it('has a place on a logarithmic axis for what took no measurable time', () => {
    const { yAxis } = traceScatterOption(
      { ...input, rows: [row({ traceDurationMs: 0 }), row({ traceDurationMs: 60_000 })] },
      frame,
    );
    expect(yAxis).toMatchObject({ type: 'log', min: 0.5, max: 100_000 });
  });
});
