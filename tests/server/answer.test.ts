import { describe, expect, it } from 'vitest';
import { Why } from '@/lib/contracts/why';
import { exploreUrl, toAnswer, whyOf } from '@/lib/server/answer';
import { fakeSource } from '../fake-upstream';

const asked = { language: 'promql', query: 'up{a="&#"}', startMs: 1_000, endMs: 2_000, stepMs: null } as const;
const explore = { grafanaUrl: 'https://g.example/', datasourceUid: 'abc' };
const source = fakeSource('prometheus', 'http://p', { explore });

describe('an answer', () => {
  const answer = toAnswer(source, asked, [1, 2], {
    elapsedMs: 3,
    requestUrl: 'http://p/api/v1/query',
    cached: false,
    truncated: null,
    warnings: ['w'],
  });
  it('tells how it came to be, in the form of the contract', () => {
    expect(Why.parse(whyOf(answer, 'requests'))).toEqual(whyOf(answer, 'requests'));
  });
});

describe('open in Grafana', () => {
  it('carries query, range and data source, escaped', () => {
    const url = new URL(exploreUrl(source, asked) ?? '');
    expect(url.origin + url.pathname).toBe('https://g.example/explore');
    const panes = JSON.parse(url.searchParams.get('panes') ?? '');
    expect(panes.w.queries[0]).toMatchObject({ expr: 'up{a="&#"}', datasource: { type: 'prometheus', uid: 'abc' } });
    expect(panes.w.range).toEqual({ from: '1000', to: '2000' });
  });
  it('names the query as each data source does', () => {
    const tempo = exploreUrl(fakeSource('tempo', 'http://t', { explore }), {
      ...asked,
      language: 'traceql',
      query: '{}',
    });
    const panes = JSON.parse(new URL(tempo ?? '').searchParams.get('panes') ?? '');
    expect(panes.w.queries[0]).toMatchObject({ query: '{}', queryType: 'traceql' });
  });
  it('is absent without a Grafana, and without a query language', () => {
    expect(exploreUrl(fakeSource('prometheus', 'http://p'), asked)).toBeNull();
    expect(exploreUrl(source, { ...asked, language: 'none' })).toBeNull();
  });
});
