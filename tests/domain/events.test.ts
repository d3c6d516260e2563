import { describe, expect, it } from 'vitest';
import { alertEvents, inTime, noteEvent, roleEvents, versionEvents, webHref } from '@/lib/domain/events';
import { halvesOf, perRequest, splitOf } from '@/lib/domain/stages';

type Values = (number | null)[];
const set = (series: [Record<string, string>, Values][]) => ({
  startMs: 1_000,
  stepMs: 10,
  series: series.map(([labels, values]) => ({ labels, values })),
});
const read = {
  modelOf: (labels: Readonly<Record<string, string>>) => labels.m ?? '',
  versionOf: (labels: Readonly<Record<string, string>>) => labels.v ?? '',
  labelsOf: (labels: Readonly<Record<string, string>>) => ({
    model: 'a',
    version: labels.v ?? '',
    role: labels.r ?? '',
  }),
  fromMs: 0,
};

describe('first traffic of a version', () => {
  it('is where its requests begin while the model had some already, with its share', () => {
    const events = versionEvents(
      set([
        [{ m: 'a', v: '1' }, [8, 8, 8, 8]],
        [{ m: 'a', v: '2' }, [null, null, 2, 2]],
      ]),
      read,
    );
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ atMs: 1_020, version: '2', kind: 'version' });
    expect(events[0]?.text.replace(/\u202f/g, ' ')).toBe('a 2 first traffic, 20 %');
  });

  it('is not where the telemetry itself begins, nor before the range, nor where a version paused', () => {
    const begins = set([
      [{ m: 'a', v: '1' }, [null, 8, 8]],
      [{ m: 'a', v: '2' }, [null, 2, 2]],
    ]);
    expect(versionEvents(begins, read)).toEqual([]);
    const early = set([
      [{ m: 'a', v: '1' }, [8, 8, 8]],
      [{ m: 'a', v: '2' }, [null, 2, 2]],
    ]);
    expect(versionEvents(early, { ...read, fromMs: 1_011 })).toEqual([]);
    const paused = set([
      [{ m: 'a', v: '1' }, [8, 8, 8]],
      [{ m: 'a', v: '2' }, [2, 0, 2]],
    ]);
    expect(versionEvents(paused, read)).toEqual([]);
  });

  it('of zeros is none: a deployed version without requests has had no traffic', () => {
    const zeros = set([
      [{ m: 'a', v: '1' }, [8, 8]],
      [{ m: 'a', v: '2' }, [null, 0]],
    ]);
    expect(versionEvents(zeros, read)).toEqual([]);
  });
});

describe('role changes', () => {
  it('is where a role begins that others held before, and not across a lost scrape', () => {
    const events = roleEvents(
      set([
        [{ v: '1', r: 'champion' }, [1, 1, null, null]],
        [{ v: '2', r: 'champion' }, [null, null, 1, 1]],
        [{ v: '3', r: 'challenger' }, [1, null, 1, 1]],
      ]),
      read,
    );
    expect(events.map(({ text, atMs }) => [text, atMs])).toEqual([['a 2 becomes champion', 1_020]]);
  });
});

describe('alerts', () => {
  it('are episodes; one that fires at the end has no end; lost points are bridged', () => {
    const events = alertEvents(set([[{ alertname: 'Slow' }, [1, 1, null, 1, null, null, null, null, 1]]]), {
      modelOf: () => null,
      runbooks: new Map([['Slow', 'https://runbooks.example.com/slow']]),
    });
    expect(events.map(({ atMs, endMs }) => [atMs, endMs])).toEqual([
      [1_000, 1_030],
      [1_080, null],
    ]);
    expect(events[0]?.href).toBe('https://runbooks.example.com/slow');
  });

  it('link to web addresses only', () => {
    expect(webHref('javascript:alert(1)')).toBeNull();
    expect(webHref('data:text/html,x')).toBeNull();
    expect(webHref('not an address')).toBeNull();
    expect(webHref(undefined)).toBeNull();
    expect(webHref('https://example.com/a')).toBe('https://example.com/a');
  });
});

describe('all events together', () => {
  const note = noteEvent({ id: '1', atMs: 5, text: 'retrained', model: null, version: null, author: { name: 'ana' } });

  it('are in time, whatever they are', () => {
    const alert = { ...note, kind: 'alert' as const, id: 'x' };
    const later = { ...note, id: 'y', atMs: 6 };
    expect(inTime([later, note, alert]).map(({ id }) => id)).toEqual(['x', 'note 1', 'y']);
  });

  it('split a range at the newest change that leaves enough on both sides, never at a note', () => {
    const range = { startMs: 0, endMs: 100 };
    const change = (atMs: number) => ({ ...note, kind: 'version' as const, atMs, text: `at ${atMs}` });
    const even = set([[{ stage: 'infer' }, [5, 6, 5, 6, 5, 6]]]);
    expect(splitOf(range, [change(30), change(60), change(95), { ...note, atMs: 70 }], even)).toEqual({
      splitMs: 60,
      splitReason: 'at 60',
    });
    expect(splitOf(range, [], even)).toEqual({ splitMs: 50, splitReason: 'middle of the range' });
  });

  it('split a range where requests began to take longer, not where an alert told of it', () => {
    const range = { startMs: 1_000, endMs: 1_070 };
    const rose = set([
      [{ stage: 'infer' }, [70, 71, 70, 72, 71, 70, 71, 70]],
      [{ stage: 'feature_fetch' }, [30, 29, 30, 98, 99, 98, 97, 98]],
    ]);
    const alert = { ...note, kind: 'alert' as const, atMs: 1_050, text: 'an alert fires' };
    expect(splitOf(range, [alert], rose)).toEqual({
      splitMs: 1_020,
      splitReason: 'the rise from 100\u202fms to 168\u202fms',
    });
  });
});

describe('where a request’s time goes', () => {
  const stages = set([
    [{ stage: 'infer' }, [500, 1_000, null]],
    [{ stage: 'feature_fetch' }, [100, 200, 5]],
  ]);

  it('is the time of a stage over the requests, and what no stage measures is "other"', () => {
    const mean = perRequest(stages, [10, 10, 0], [700, 1_300, 9]);
    expect(mean.series.map(({ labels, values }) => [labels.stage, values])).toEqual([
      ['infer', [50, 100, null]],
      ['feature_fetch', [10, 20, null]],
      ['other', [10, 10, null]],
    ]);
  });

  it('before and after the split is weighted by requests; nothing measured is null', () => {
    const mean = perRequest(stages, [10, 30, null], null);
    const halves = halvesOf(mean, [10, 30, null], 1_010);
    expect(halves.before.infer).toBe(50);
    expect(halves.after.infer).toBeCloseTo(1_000 / 30, 9);
    expect(halvesOf(mean, [10, 30, null], 1_020).after.infer).toBeNull();
  });
});
