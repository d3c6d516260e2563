import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { KEPT_MS, keepMsOf, NEVER_KEPT_MS, QueryCache, SHARED_MS } from '@/lib/server/cache';
import { fetchCached } from '@/lib/server/upstream/cached';
import { FakeUpstream, fakeSource, halfOpen, json, never, slow } from '../fake-upstream';

const fake = FakeUpstream.forTests();

const NOW = 1_800_000_000_000;
const Ok = z.object({ n: z.number() });
const asking = (cache: QueryCache, signal: AbortSignal, endMs = NOW, nowMs = NOW) =>
  fetchCached(
    { source: fakeSource('prometheus', fake.url), path: '/x', schema: Ok, signal },
    { endMs, stepMs: null },
    { cache, nowMs: () => nowMs },
  );
const until = async (condition: () => boolean) => {
  for (let tries = 0; tries < 200 && !condition(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
};

describe('keepMsOf', () => {
  it('keeps settled time, and shares what is fresher than five minutes for ten seconds or a step at most', () => {
    expect(keepMsOf({ endMs: NOW - NEVER_KEPT_MS, stepMs: 60_000 }, NOW)).toBe(KEPT_MS);
    expect(keepMsOf({ endMs: NOW - NEVER_KEPT_MS + 1, stepMs: 60_000 }, NOW)).toBe(SHARED_MS);
    expect(keepMsOf({ endMs: NOW, stepMs: 2_000 }, NOW)).toBe(2_000);
    expect(keepMsOf({ endMs: NOW, stepMs: null }, NOW)).toBe(SHARED_MS);
  });
});

describe('an answer of many queries', () => {
  it('is no leak of listeners to Node, which would warn on the terminal', async () => {
    fake.on('/x', json({ n: 1 }));
    const warnings: Error[] = [];
    const heard = (warning: Error) => warnings.push(warning);
    process.on('warning', heard);
    const [cache, signal] = [new QueryCache(), new AbortController().signal];
    await Promise.all(Array.from({ length: 20 }, (_, at) => asking(cache, signal, NOW - at)));
    process.off('warning', heard);
    expect(warnings).toEqual([]);
  });
});

describe('identical queries', () => {
  it('in flight are one upstream request, and those who joined are told so', async () => {
    fake.on('/x', slow(50, json({ n: 1 })));
    const cache = new QueryCache();
    const answers = await Promise.all(Array.from({ length: 100 }, () => asking(cache, never())));
    expect(fake.seen).toHaveLength(1);
    expect(answers.map(({ value }) => value.n)).toEqual(new Array(100).fill(1));
    expect(answers.filter(({ cached }) => !cached)).toHaveLength(1);
    expect(cache.inFlight).toBe(0);
  });

  it('abort the upstream only when the last reader has left', async () => {
    fake.on('/x', halfOpen());
    const cache = new QueryCache();
    const [one, two] = [new AbortController(), new AbortController()];
    const names = [one, two].map(({ signal }) => asking(cache, signal).catch((reason: Error) => reason.name));
    await until(() => fake.seen.length === 1);
    one.abort();
    expect(await names[0]).toBe('AbortError');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fake.aborted).toBe(0);
    two.abort();
    expect(await names[1]).toBe('AbortError');
    await until(() => fake.aborted === 1);
  });

  it('start anew for a reader who comes after the last one left', async () => {
    fake.on('/x', halfOpen());
    const cache = new QueryCache();
    const leaver = new AbortController();
    const left = asking(cache, leaver.signal).catch((reason: Error) => reason.name);
    await until(() => fake.seen.length === 1);
    leaver.abort();
    fake.on('/x', json({ n: 2 }));
    expect((await asking(cache, never())).value.n).toBe(2);
    expect(await left).toBe('AbortError');
  });

  it('share a failure in flight, and ask again after it', async () => {
    fake.on('/x', slow(30, json({}, 500)));
    const cache = new QueryCache();
    const failures = await Promise.allSettled([asking(cache, never()), asking(cache, never())]);
    expect(failures.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(fake.seen).toHaveLength(1);
    fake.on('/x', json({ n: 3 }));
    expect(await asking(cache, never())).toMatchObject({ value: { n: 3 }, cached: false });
  });

  it('are answered from memory when their time has settled', async () => {
    fake.on('/x', json({ n: 4 }));
    const cache = new QueryCache();
    await asking(cache, never(), NOW - NEVER_KEPT_MS);
    expect((await asking(cache, never(), NOW - NEVER_KEPT_MS)).cached).toBe(true);
    expect(fake.seen).toHaveLength(1);
  });
});

describe('the bound in bytes', () => {
  it('drops the oldest answers, and never keeps one that would fill a quarter', async () => {
    const cache = new QueryCache(1_000);
    for (let index = 0; index < 50; index += 1) cache.keep(`k${index}`, index, 100, 60_000);
    expect(cache.bytes).toBeLessThanOrEqual(1_000);
    expect(cache.peek('k49')).toBe(49);
    expect(cache.peek('k0')).toBeNull();
    cache.keep('huge', 1, 251, 60_000);
    expect(cache.peek('huge')).toBeNull();
  });

  it('keeps nothing for no time', () => {
    const cache = new QueryCache();
    cache.keep('k', 1, 1, 0);
    expect(cache.peek('k')).toBeNull();
  });
});
