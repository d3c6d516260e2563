import { describe, expect, it } from 'vitest';
import type { ApiParams } from '@/lib/queries/api';
import { FrozenQueryClient } from '@/lib/queries/frozen';

const FROZEN_AT_MS = 1_795_255_682_764;
const params = { startMs: 1_795_069_920_123, endMs: 1_795_071_480_456 };

const cacheOf = (...parts: readonly { path: string; params: Record<string, string | number>; answer: unknown }[]) => {
  const client = new FrozenQueryClient(parts, FROZEN_AT_MS);
  return (path: string, asked: ApiParams): Promise<unknown> =>
    client.fetchQuery({ queryKey: [path, asked], queryFn: () => 'asked the console' });
};

describe('what a pin answers', () => {
  it('is the question as it was kept, and nothing else', async () => {
    const ask = cacheOf({ path: 'fleet', params, answer: 'kept' });
    expect(await ask('fleet', params)).toBe('kept');
    await expect(ask('jobs', params)).rejects.toThrow('does not hold that');
  });

  it('is the same question with snapped ends and a choice that was not written down', async () => {
    const ask = cacheOf({ path: 'fleet', params, answer: 'kept' });
    const snapped = { startMs: 1_795_069_920_000, endMs: 1_795_071_480_000 };
    expect(await ask('fleet', { ...snapped, against: 'day' })).toBe('kept');
    // The reader chose: that was not kept, and must not be shown as if.
    await expect(ask('fleet', { ...snapped, against: 'week' })).rejects.toThrow('does not hold that');
    expect(await ask('fleet', { ...snapped, against: 'day' })).toBe('kept');
  });

  it.each([
    ['of another model', { ...params, model: 'reco' }],
    ['of no model', params],
    ['of another range', { model: 'fraud', startMs: params.startMs - 3_600_000, endMs: params.endMs }],
    ['with another choice', { ...params, model: 'fraud', quantile: '0.99' }],
  ])('is not a question %s', async (_, asked) => {
    const ask = cacheOf({ path: 'events', params: { ...params, model: 'fraud', quantile: '0.95' }, answer: 'kept' });
    await expect(ask('events', asked)).rejects.toThrow('does not hold that');
  });

  it('keeps parts of one path apart', async () => {
    const ask = cacheOf(
      { path: 'latency', params: { ...params, quantile: '0.95' }, answer: 'P95' },
      { path: 'latency', params: { ...params, quantile: '0.99' }, answer: 'P99' },
    );
    expect(await ask('latency', { ...params, quantile: '0.99', by: 'version' })).toBe('P99');
    expect(await ask('latency', { ...params, quantile: '0.95', by: 'version' })).toBe('P95');
  });
});
