import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logStoreFromPushBody, MemoryLogStore } from '@/lab/memory-logs';
import type { LogEntry } from '@/lab/stores';

const entry = (timeNs: bigint, line: string): LogEntry => ({ timeNs, line, structuredMetadata: {} });
const ALL = [{ name: 'app', op: '=~' as const, value: '.+' }];

describe('a log store in memory', () => {
  it('returns exactly the entries of the range, in the order of time, however they came', () => {
    const times = fc.array(fc.bigInt({ min: 0n, max: 50n }), { maxLength: 40 });
    const bound = fc.bigInt({ min: 0n, max: 50n });
    fc.assert(
      fc.property(fc.array(times, { maxLength: 5 }), bound, bound, (batches, start, end) => {
        const store = new MemoryLogStore();
        let serial = 0;
        const pushed = batches.map((batch) => batch.map((time) => entry(time, `${serial++}`)));
        for (const entries of pushed) store.push([{ labels: { app: 'a' }, entries }]);
        const wanted = pushed
          .flat()
          .filter(({ timeNs }) => timeNs >= start && timeNs < end)
          .sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
        const found = store.select(ALL, start, end).flatMap(({ entries }) => entries);
        expect(found).toEqual(wanted);
        expect(store.series(ALL, start, end)).toHaveLength(wanted.length > 0 ? 1 : 0);
      }),
    );
  });

  it('matches labels anchored at both ends, a missing label being empty', () => {
    const store = new MemoryLogStore();
    for (const app of ['api', 'api-2', 'web']) store.push([{ labels: { app }, entries: [entry(1n, 'x')] }]);
    const apps = (op: '=' | '!=' | '=~' | '!~', value: string, name = 'app') =>
      store.series([{ name, op, value }], 0n, 2n).map((labels) => labels.app);
    expect(apps('=~', 'api')).toEqual(['api']);
    expect(apps('=~', 'api.*')).toEqual(['api', 'api-2']);
    expect(apps('!~', 'api.*')).toEqual(['web']);
    expect(apps('=', '', 'pod')).toEqual(['api', 'api-2', 'web']);
    expect(apps('!=', '', 'constructor')).toEqual([]);
  });

  it('keeps a line that is pushed twice once, and the order of arrival at one time', () => {
    const store = new MemoryLogStore();
    const stream = { labels: { app: 'a' }, entries: [entry(5n, 'first'), entry(5n, 'second')] };
    store.push([stream]);
    store.push([stream]);
    store.push([{ labels: { app: 'a' }, entries: [entry(3n, 'earlier'), entry(5n, 'third')] }]);
    const lines = store.select(ALL, 0n, 9n).flatMap(({ entries }) => entries.map(({ line }) => line));
    expect(lines).toEqual(['earlier', 'first', 'second', 'third']);
  });

  it('tells listeners what arrives until they stop', () => {
    const store = new MemoryLogStore();
    const heard: string[] = [];
    const stop = store.tail(ALL, (_labels, { line }) => heard.push(line));
    store.push([{ labels: { app: 'a' }, entries: [entry(1n, 'x')] }]);
    store.push([{ labels: { other: 'a' }, entries: [entry(1n, 'not mine')] }]);
    stop();
    store.push([{ labels: { app: 'a' }, entries: [entry(2n, 'y')] }]);
    expect(heard).toEqual(['x']);
  });

  it('refuses a body that is none of the push API', () => {
    for (const body of [
      null,
      [],
      {},
      { streams: [{}] },
      { streams: [{ stream: { a: 'b' }, values: [['now', 'x']] }] },
    ]) {
      expect(() => logStoreFromPushBody(body)).toThrow('loghttp.PushRequest');
    }
  });
});
