import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LayeredLogStore } from '@/lab/layered-logs';
import { LayeredTraceStore } from '@/lab/layered-traces';
import { MemoryLogStore } from '@/lab/memory-logs';
import { MemoryTraceStore } from '@/lab/memory-traces';
import type { LogEntry, Span } from '@/lab/stores';

const entry = (timeNs: number, line: string): LogEntry => ({ timeNs: BigInt(timeNs), line, structuredMetadata: {} });

const span = (traceNumber: number, startMs: number, spanNumber: number): Span => ({
  traceId: traceNumber.toString(16).padStart(32, '0'),
  spanId: spanNumber.toString(16).padStart(16, '0'),
  parentSpanId: '',
  name: 'span',
  kind: 1,
  startNs: BigInt(startMs) * 1_000_000n,
  endNs: BigInt(startMs + 1) * 1_000_000n,
  attributes: [],
  events: [],
  links: [],
  statusCode: 0,
  statusMessage: '',
  resource: [],
  scope: { name: '', version: '' },
});

describe('a layered log store', () => {
  it('hands over every entry of both layers once, in order of time', () => {
    const times = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }));
    fc.assert(
      fc.property(times, times, (below, above) => {
        const labels = { service_name: 'gateway' };
        const lower = new MemoryLogStore();
        const upper = new MemoryLogStore();
        for (const time of below) lower.push([{ labels, entries: [entry(time, `below ${time}`)] }]);
        const layered = new LayeredLogStore(lower, upper);
        for (const time of above) layered.push([{ labels, entries: [entry(time, `above ${time}`)] }]);
        const streams = layered.select([{ name: 'service_name', op: '=', value: 'gateway' }], 0n, 2000n);
        const entries = streams.flatMap((stream) => stream.entries);
        expect(streams.length).toBeLessThanOrEqual(1);
        expect(entries.map(({ line }) => line).sort()).toEqual(
          [...below.map((time) => `below ${time}`), ...above.map((time) => `above ${time}`)].sort(),
        );
        const found = entries.map(({ timeNs }) => Number(timeNs));
        expect(found).toEqual(found.toSorted((a, b) => a - b));
        expect(layered.series([], 0n, 2000n)).toHaveLength(entries.length > 0 ? 1 : 0);
      }),
    );
  });

  it('pushes to the upper layer only', () => {
    const lower = new MemoryLogStore();
    new LayeredLogStore(lower, new MemoryLogStore()).push([{ labels: { a: 'b' }, entries: [entry(1, 'x')] }]);
    expect(lower.select([], 0n, 10n)).toEqual([]);
  });
});

describe('a layered trace store', () => {
  it('hands over every trace once and whole, newest first', () => {
    const starts = fc.uniqueArray(fc.integer({ min: 1, max: 200 }));
    fc.assert(
      fc.property(starts, starts, (below, above) => {
        const lower = new MemoryTraceStore();
        lower.push(below.map((start) => span(start, start, 1)));
        const layered = new LayeredTraceStore(lower, new MemoryTraceStore());
        layered.push(above.map((start) => span(start, start, 2)));
        const traces = [...layered.scan(0, 1000)];
        const found = traces.map(({ traceId }) => Number.parseInt(traceId, 16));
        expect(found).toEqual([...new Set([...below, ...above])].sort((a, b) => b - a));
        for (const [i, start] of found.entries()) {
          expect(traces[i]?.spans).toHaveLength(Number(below.includes(start)) + Number(above.includes(start)));
        }
      }),
    );
  });
});
