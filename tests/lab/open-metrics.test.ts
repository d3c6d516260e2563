import { describe, expect, it } from 'vitest';
import { BadExposition, metricStoreFromOpenMetrics } from '@/lab/open-metrics';
import { prometheusEngine } from '@/lab/prometheus/engine';
import { ask, resultOf } from './prometheus-answers';

describe('an OpenMetrics text', () => {
  it('becomes series, exemplars and metadata', async () => {
    const store = metricStoreFromOpenMetrics(
      '# TYPE lat histogram\n# HELP lat How \\"long\\".\nlat_bucket{le="1",a="x\\"y, z"} 2 10.5 # {trace_id="t"} 0.5 10.25\nlat_bucket{le="1",a="x\\"y, z"} 1 3\nup +Inf 4\n# EOF\n',
    );
    const everything = store.select([{ name: '__name__', op: '=~', value: '.+' }], 0, 20_000);
    expect(everything.map(({ labels, timesMs, values }) => [labels, [...timesMs], [...values]])).toEqual([
      [{ __name__: 'lat_bucket', le: '1', a: 'x"y, z' }, [3000, 10_500], [1, 2]],
      [{ __name__: 'up' }, [4000], [Infinity]],
    ]);
    expect(store.exemplars([{ name: 'le', op: '=', value: '1' }], 0, 20_000)).toMatchObject([
      { labels: { trace_id: 't' }, value: 0.5, timestampMs: 10_250 },
    ]);
    expect(store.metadata().get('lat')).toEqual({ type: 'histogram', help: 'How "long".', unit: '' });
    expect(store.series([{ name: '__name__', op: '=', value: 'up' }], 5000, 20_000)).toEqual([]);
    expect(
      resultOf((await ask(prometheusEngine(store), '/api/v1/query', { query: 'up', time: 4 })).body).result,
    ).toHaveLength(1);
  });

  it('is refused without its end, without times, and with text behind the end', () => {
    for (const text of ['up 1 2\n', 'up 1\n# EOF\n', '# EOF\nup 1 2\n', 'up{a="b} 1 2\n# EOF\n', 'up x 2\n# EOF\n']) {
      expect(() => metricStoreFromOpenMetrics(text), text).toThrow(BadExposition);
    }
  });
});
