import { describe, expect, it } from 'vitest';
import { SeriesSet } from '@/lib/contracts/series';
import { alertmanagerClient } from '@/lib/server/alertmanager/client';
import { QueryCache } from '@/lib/server/cache';
import { AppError } from '@/lib/server/errors';
import { lokiClient } from '@/lib/server/loki/client';
import { prometheusClient } from '@/lib/server/prometheus/client';
import { tempoClient } from '@/lib/server/tempo/client';
import {
  FakeUpstream,
  fakeSource,
  never,
  type Recording,
  recording,
  recordingFolders,
  recordingNames,
  replay,
} from '../fake-upstream';

/**
 * Every recorded answer of a real server is read by the client's method for it, or is named here with the reason why
 * not. `reads` says what must come out.
 */
const NOT_READ: Readonly<Record<string, string>> = {
  'prometheus/not-found': 'read by "an address that is no API" below, which asks for a path of the client\'s own',
  'prometheus-2.42/not-found': 'read by "an address that is no API" below, which asks for a path of the client\'s own',
};

const fake = FakeUpstream.forTests();

const failing = (promise: Promise<unknown>, code: string, text: RegExp) =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error) => {
      expect(error).toBeInstanceOf(AppError);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(text);
      return error as AppError;
    },
  );

type Read = (clients: ReturnType<typeof clientsFor>, recorded: Recording) => Promise<unknown>;

function clientsFor(nowMs: number) {
  const options = () => ({ cache: new QueryCache(), nowMs: () => nowMs });
  return {
    prometheus: prometheusClient(fakeSource('prometheus', fake.url), options()),
    loki: lokiClient(fakeSource('loki', fake.url), options()),
    tempo: tempoClient(fakeSource('tempo', fake.url), options()),
    alertmanager: alertmanagerClient(fakeSource('alertmanager', fake.url), options()),
  };
}

const q = (recorded: Recording) => String(recorded.request.query.query ?? recorded.request.query.q ?? '');
const promRange = ({ request }: Recording) => ({
  startMs: Number(request.query.start) * 1000,
  endMs: Number(request.query.end) * 1000,
  ...(request.query.step === undefined ? {} : { stepMs: Number(String(request.query.step).replace(/s$/, '')) * 1000 }),
});
const nsRange = ({ request }: Recording) => ({
  startMs: Number(BigInt(String(request.query.start)) / 1_000_000n),
  endMs: Number(BigInt(String(request.query.end)) / 1_000_000n),
});
const anyTime = { startMs: 1_795_227_628_000, endMs: 1_795_231_228_000 };

/** The result of a recorded matrix or vector, as sent. */
interface RawResult {
  metric: Record<string, string>;
  values?: [number, string][];
  value?: [number, string];
}
const rawResult = (recorded: Recording) => (recorded.response.body as { data: { result: RawResult[] } }).data.result;

const promMatrix: Read = async ({ prometheus }, recorded) => {
  const asked = promRange(recorded);
  const { value } = await prometheus.range(q(recorded), asked, never());
  expect(SeriesSet.parse(value)).toEqual(value);
  const raw = rawResult(recorded);
  expect(value.series).toHaveLength(raw.length);
  // Every recorded number that belongs to a grid point is there: the recorder itself did not align.
  const { startMs } = value;
  const stepMs = value.stepMs;
  for (const { metric, values = [] } of raw) {
    const read = value.series.find(({ labels }) => JSON.stringify(labels) === JSON.stringify(metric))?.values ?? [];
    const expected: (number | null)[] = new Array(read.length).fill(null);
    for (const [seconds, text] of values) {
      const index = Math.round((seconds * 1000 - startMs) / stepMs);
      if (index < expected.length) expected[index] = Number.isFinite(Number(text)) ? Number(text) : null;
    }
    expect(read).toEqual(expected);
    expect(read.filter((one) => one !== null).length).toBeGreaterThan(0);
  }
  return value;
};
const promVector: Read = async ({ prometheus }, recorded) => {
  const answer = await prometheus.instant(q(recorded), Number(recorded.request.query.time) * 1000, never());
  const raw = rawResult(recorded);
  expect(answer.value).toHaveLength(raw.length);
  for (const [index, { metric, value }] of raw.entries()) {
    const number = Number(value?.[1]);
    expect(answer.value[index]).toEqual({ labels: metric, value: Number.isFinite(number) ? number : null });
  }
  return answer;
};
const promNames =
  (label: string | null): Read =>
  async ({ prometheus }, recorded) => {
    const limit = Number(recorded.request.query.limit ?? 100);
    const answer =
      label === null
        ? await prometheus.labels({ ...anyTime, limit }, never())
        : await prometheus.labelValues(label, { ...anyTime, limit }, never());
    expect(answer.value).toEqual((recorded.response.body as { data: string[] }).data.slice(0, limit));
    return answer;
  };

const prometheus: Record<string, Read> = {
  alertmanagers: async (clients) =>
    expect(await clients.prometheus.alertmanagers(never())).toEqual(['http://127.0.0.1:19093/api/v2/alerts']),
  alerts: async (clients) => {
    const { value } = await clients.prometheus.alerts(never());
    expect(value[0]?.labels.alertname).toBe('HighErrorRateFastBurn');
    expect(value[0]?.value).toBeGreaterThan(0.05);
    expect(value[0]?.activeAtMs).toBeGreaterThan(1_795_000_000_000);
  },
  buildinfo: async (clients, recorded) => {
    const flavour = await clients.prometheus.flavour(never());
    expect(flavour).toMatchObject({ name: 'prometheus', version: recorded.version });
    expect(flavour.features.utf8Names).toBe(recorded.version.startsWith('3.'));
  },
  exemplars: async (clients, recorded) => {
    const { value } = await clients.prometheus.exemplars(q(recorded), anyTime, never());
    expect(value.length).toBeGreaterThan(0);
    expect(value.every(({ traceId }) => /^[0-9a-f]{32}$/.test(traceId ?? ''))).toBe(true);
  },
  'format-query': async (clients, recorded) =>
    expect(await clients.prometheus.formatQuery(q(recorded), never())).toBe('sum by (a) (rate(x[5m]))'),
  'label-values-limit-warning': async (clients, recorded) => {
    // One fewer than the recorded answer holds: 2.42 knows no limit and sends all, later ones say that they cut.
    const limit = Number(recorded.request.query.limit) - 1;
    const answer = await clients.prometheus.labelValues('__name__', { ...anyTime, limit }, never());
    expect(answer.value).toHaveLength(limit);
    expect(answer.why.truncated).toContain('there are more');
    expect(answer.why.warnings).toEqual([]);
  },
  'label-values-model-version': promNames('model_version'),
  labels: promNames(null),
  metadata: async (clients) => {
    const { value } = await clients.prometheus.metadata({ metric: 'inference_latency_seconds' }, never());
    expect(value.inference_latency_seconds?.[0]?.type).toBe('histogram');
  },
  'query-bad-time': async (clients) => {
    await failing(clients.prometheus.instant('up', 0, never()), 'upstream_rejected', /cannot parse "yesterday"/);
  },
  'query-empty': promVector,
  'query-execution-error': async (clients, recorded) => {
    await failing(
      clients.prometheus.instant(q(recorded), 0, never()),
      'upstream_rejected',
      /duplicate series|many-to-many/,
    );
  },
  'query-inf': promVector,
  'query-info-rate-of-gauge': async (clients, recorded) => {
    const { why } = (await promVector(clients, recorded)) as { why: { warnings: string[] } };
    expect(why.warnings).toEqual(
      recorded.version.startsWith('3.') ? [expect.stringMatching(/^PromQL info: metric might not be a counter/)] : [],
    );
  },
  'query-nan': promVector,
  'query-parse-error': async (clients, recorded) => {
    const error = await failing(
      clients.prometheus.instant(q(recorded), 0, never()),
      'upstream_rejected',
      /parse error/,
    );
    expect(error?.details.position).toEqual({ line: 1, column: 9 });
  },
  'query-range-error-ratio': promMatrix,
  'query-range-feature-buckets': promMatrix,
  'query-range-latency-buckets': promMatrix,
  'query-range-matrix-selector': async (clients, recorded) => {
    await failing(clients.prometheus.instant(q(recorded), 0, never()), 'upstream_rejected', /values over a range/);
  },
  'query-range-p95': promMatrix,
  'query-range-rps': promMatrix,
  'query-range-too-many-points': async (clients, recorded) => {
    await failing(
      clients.prometheus.range(q(recorded), promRange(recorded), never()),
      'upstream_rejected',
      /11,000 points/,
    );
  },
  'query-scalar': async (clients, recorded) => {
    expect((await clients.prometheus.instant(q(recorded), 0, never())).value).toEqual([{ labels: {}, value: 2 }]);
  },
  'query-stats': promVector,
  'query-string': async (clients, recorded) => {
    await failing(clients.prometheus.instant(q(recorded), 0, never()), 'upstream_rejected', /gives a text/);
  },
  'query-timeout': async (clients, recorded) => {
    if (recorded.response.status === 200) await promVector(clients, recorded);
    else await failing(clients.prometheus.instant(q(recorded), 0, never()), 'upstream_timeout', /shorter range/);
  },
  'query-vector-rps': promVector,
  'query-warning-histogram': async (clients, recorded) => {
    const { why } = (await promVector(clients, recorded)) as { why: { warnings: string[]; truncated: string | null } };
    expect(why.warnings).toHaveLength(recorded.version.startsWith('3.') ? 1 : 0);
    expect(why.truncated).toBeNull();
  },
  rules: async (clients) => {
    const { value } = await clients.prometheus.rules({}, never());
    expect(value[0]?.rules.map(({ type }) => type)).toContain('recording');
    expect(value[0]?.rules.every(({ health }) => health === 'ok')).toBe(true);
  },
  'rules-alert-only': async (clients) => {
    const { value } = await clients.prometheus.rules({ type: 'alert' }, never());
    expect(value[0]?.rules[0]).toMatchObject({
      type: 'alerting',
      forMs: 30_000,
      annotations: { runbook_url: expect.any(String) },
    });
  },
  series: async (clients) => {
    const { value } = await clients.prometheus.series({ ...anyTime, match: ['x'] }, never());
    expect(value[0]?.model_name).toBe('churn_scorer');
  },
  targets: async (clients) => {
    const { value } = await clients.prometheus.targets(never());
    expect(value.active[0]).toMatchObject({
      scrapeIntervalMs: 5_000,
      lastScrapeMs: expect.any(Number),
      lastScrapeDurationMs: expect.any(Number),
    });
  },
  'tsdb-status': async (clients) => {
    const answer = await clients.prometheus.tsdbStatus(5, never());
    expect(answer?.value.headStats?.series).toBeGreaterThan(1_000);
    expect(answer?.value.seriesCountByMetricName[0]?.name).toBe('feature_value_bucket');
  },
};

const lokiLogs: Read = async ({ loki }, recorded) => {
  const direction = recorded.request.query.direction === 'forward' ? 'forward' : 'backward';
  const { value, why } = await loki.logs(q(recorded), { ...nsRange(recorded), direction, limit: 5_000 }, never());
  const { data } = recorded.response.body as {
    data: { encodingFlags?: string[]; result: { values: [string, string][] }[] };
  };
  const sent = data.result.flatMap(({ values }) => values.map(([ns]) => ns));
  expect(value.entries.map(({ ns }) => ns).sort()).toEqual([...sent].sort());
  const times = value.entries.map(({ ns }) => BigInt(ns));
  expect(
    times.every(
      (time, index) =>
        index === 0 || (direction === 'forward' ? time >= (times[index - 1] ?? 0n) : time <= (times[index - 1] ?? 0n)),
    ),
  ).toBe(true);
  expect(value.categorized).toBe(data.encodingFlags !== undefined);
  expect(why.truncated).toBeNull();
  return value;
};
const lokiMatrix: Read = async ({ loki }, recorded) => {
  const stepMs = Number(recorded.request.query.step) * 1000;
  const { value } = await loki.range(q(recorded), { ...nsRange(recorded), stepMs }, never());
  expect(SeriesSet.parse(value)).toEqual(value);
  expect(value.series).toHaveLength(rawResult(recorded).length);
  const measured = value.series.flatMap(({ values }) => values).filter((one) => one !== null);
  expect(measured.length).toBeGreaterThan(3);
};
const lokiRefused =
  (text: RegExp): Read =>
  async ({ loki }, recorded) => {
    await failing(loki.logs(q(recorded), nsRange(recorded), never()), 'upstream_rejected', text);
  };

const loki: Record<string, Read> = {
  'bad-step': async (clients, recorded) => {
    await failing(
      clients.loki.range(q(recorded), nsRange(recorded), never()),
      'upstream_rejected',
      /11,000 points.*longer step/,
    );
  },
  buildinfo: async (clients) => {
    // The distribution's build says nothing: the endpoints decide, and the fake has none of them.
    const flavour = await clients.loki.flavour(never());
    expect(flavour).toMatchObject({ version: null, features: { categorizedLabels: false } });
  },
  'detected-field-values': async (clients, recorded) => {
    const answer = await clients.loki.detectedFieldValues('user_segment', q(recorded), nsRange(recorded), never());
    if (recorded.response.status === 404) expect(answer).toBeNull();
    else expect(answer?.value).toEqual(['business', 'free', 'premium']);
  },
  'detected-fields': async (clients, recorded) => {
    const answer = await clients.loki.detectedFields(q(recorded), nsRange(recorded), never());
    if (recorded.response.status === 404) expect(answer).toBeNull();
    else {
      expect(answer?.value.find(({ label }) => label === 'trace_id')).toMatchObject({
        type: 'string',
        parsers: ['json'],
      });
      expect(answer?.value.find(({ label }) => label === 'detected_level')?.parsers).toBeNull();
    }
  },
  'detected-labels': async (clients, recorded) => {
    const answer = await clients.loki.detectedLabels(q(recorded), nsRange(recorded), never());
    if (recorded.response.status === 404) expect(answer).toBeNull();
    else expect(answer?.value.map(({ label }) => label)).toEqual(['level', 'model_name', 'service_name']);
  },
  'empty-matcher-error': lokiRefused(/at least one regexp or equality matcher.*Name at least one label value/),
  'format-query': async (clients, recorded) =>
    expect(await clients.loki.formatQuery(q(recorded), never())).toBe('{a="b"} | json | x>1'),
  'index-stats': async (clients, recorded) => {
    expect((await clients.loki.stats(q(recorded), nsRange(recorded), never())).value).toEqual(recorded.response.body);
  },
  'label-values': async (clients, recorded) => {
    const { value } = await clients.loki.labelValues('service_name', nsRange(recorded), never());
    expect(value).toEqual(['churn-batch', 'fraud-api', 'recommender']);
  },
  labels: async (clients, recorded) => {
    expect((await clients.loki.labels(nsRange(recorded), never())).value).toEqual([
      'level',
      'model_name',
      'service_name',
    ]);
  },
  'limit-too-large': lokiRefused(/max entries limit.*fewer lines/),
  'parse-error': async (clients, recorded) => {
    const error = await failing(
      clients.loki.logs(q(recorded), nsRange(recorded), never()),
      'upstream_rejected',
      /unexpected \$end/,
    );
    expect(error?.details.position).toEqual({ line: 1, column: 18 });
  },
  patterns: async (clients, recorded) => {
    const answer = await clients.loki.patterns(q(recorded), nsRange(recorded), never());
    expect(answer?.value ?? null).toEqual(recorded.response.status === 404 ? null : []);
  },
  'query-empty': lokiLogs,
  'query-instant-log-error': async (clients, recorded) => {
    await failing(
      clients.loki.instant(q(recorded), anyTime.endMs, never()),
      'upstream_rejected',
      recorded.response.status === 200 ? /gives log lines/ : /not supported as an instant query/,
    );
  },
  'query-instant-vector': async (clients, recorded) => {
    const { value } = await clients.loki.instant(q(recorded), anyTime.endMs, never());
    expect(value).toEqual([{ labels: {}, value: Number(rawResult(recorded)[0]?.value?.[1]) }]);
  },
  'query-range-forward': lokiLogs,
  'query-range-json': lokiLogs,
  'query-range-json-categorized': async (clients, recorded) => {
    const { entries, categorized } = (await lokiLogs(clients, recorded)) as Awaited<
      ReturnType<typeof clients.loki.logs>
    >['value'];
    const first = entries[0];
    if (categorized) {
      expect(Object.keys(first?.labels ?? {}).sort()).toEqual(['level', 'model_name', 'service_name']);
      expect(first?.metadata.trace_id).toMatch(/^[0-9a-f]{32}$/);
      expect(first?.parsed.prediction_label).toBeDefined();
    } else expect(first?.labels.trace_id).toMatch(/^[0-9a-f]{32}$/);
  },
  'query-range-json-error-label': lokiLogs,
  'query-range-line-filter': lokiLogs,
  'query-range-metric-rate': lokiMatrix,
  'query-range-raw': lokiLogs,
  'query-range-raw-categorized': lokiLogs,
  'query-range-unwrap-quantile': lokiMatrix,
  'query-structured-metadata': lokiLogs,
  'range-too-long': lokiRefused(/time range exceeds the limit.*shorter range/),
  ready: async (clients) => expect((await clients.loki.ready(never())).elapsedMs).toBeGreaterThanOrEqual(0),
  rules: async (clients) => expect(await clients.loki.rules(never())).toEqual([]),
  series: async (clients) => {
    const { value } = await clients.loki.series({ ...anyTime, match: ['{service_name=~".+"}'] }, never());
    expect(value.map(({ service_name }) => service_name)).toContain('fraud-api');
  },
  volume: async (clients, recorded) => {
    const answer = await clients.loki.volume(q(recorded), nsRange(recorded), never());
    expect(answer?.value.map(({ value }) => value)).toEqual(rawResult(recorded).map(({ value }) => Number(value?.[1])));
  },
  'volume-range': async (clients, recorded) => {
    const answer = await clients.loki.volumeRange(q(recorded), { ...nsRange(recorded), stepMs: 600_000 }, never());
    const sums = answer?.value.series.map(({ values }) => values.reduce<number>((sum, one) => sum + (one ?? 0), 0));
    expect(sums).toEqual(
      rawResult(recorded).map(({ values = [] }) => values.reduce((sum, [, text]) => sum + Number(text), 0)),
    );
    expect(answer?.value.series[0]?.values).toHaveLength(6);
  },
};

interface RawTempo {
  series: { samples?: unknown[] }[];
  traces: { traceID: string }[];
}
const tempoSearch: Read = async ({ tempo }, recorded) => {
  const { value } = await tempo.search(q(recorded), { ...promRange(recorded), limit: 20 }, never());
  const ids = (recorded.response.body as RawTempo).traces.map(({ traceID }) => traceID.padStart(32, '0'));
  expect(value.map(({ traceId }) => traceId).sort()).toEqual(ids.sort());
  expect(value.every(({ startMs, durationMs }) => startMs > 1_795_000_000_000 && durationMs >= 0)).toBe(true);
  return value;
};
const tempoRange: Read = async ({ tempo }, recorded) => {
  const { value } = await tempo.metricsRange(q(recorded), { ...promRange(recorded), exemplars: 100 }, never());
  expect(SeriesSet.parse(value.set)).toEqual(value.set);
  expect(value.set.series).toHaveLength((recorded.response.body as RawTempo).series.length);
  expect(value.set.series.every(({ values }) => values.some((one) => one !== null))).toBe(true);
  return value;
};
const tempoInstant: Read = async ({ tempo }, recorded) => {
  const { value } = await tempo.metricsInstant(q(recorded), anyTime, never());
  expect(value).toHaveLength((recorded.response.body as RawTempo).series.length);
  expect(value.every((sample) => typeof sample.value === 'number')).toBe(true);
  return value;
};
const tempoTrace: Read = async ({ tempo }, recorded) => {
  const traceId = recorded.request.path.split('/').at(-1) ?? '';
  const around = recorded.request.query.start === undefined ? {} : { around: promRange(recorded) };
  const { value } = await tempo.trace(traceId, around, never());
  expect(value.traceId).toBe(traceId.padStart(32, '0'));
  expect(value.partial).toBe(false);
  expect(value.spans.filter(({ parentSpanId }) => parentSpanId === null)).toHaveLength(1);
  const ids = new Set(value.spans.map(({ spanId }) => spanId));
  expect(
    value.spans.every(
      ({ spanId, parentSpanId }) => /^[0-9a-f]{16}$/.test(spanId) && (parentSpanId === null || ids.has(parentSpanId)),
    ),
  ).toBe(true);
  expect(value.spans[0]).toMatchObject({ serviceName: 'gateway', name: 'POST /predict', kind: 'server' });
  return value;
};
const tempoRefused =
  (text: RegExp): Read =>
  async ({ tempo }, recorded) => {
    await failing(tempo.search(q(recorded), anyTime, never()), 'upstream_rejected', text);
  };
const tempoTags: Read = async ({ tempo }) => {
  const { value } = await tempo.tags(anyTime, never());
  expect(value.flatMap(({ tags }) => tags)).toContain('model_version');
  return value;
};
const tempoMissing: Read = async ({ tempo }, recorded) => {
  await failing(tempo.trace(recorded.request.path.split('/').at(-1) ?? '', {}, never()), 'not_found', /holds no trace/);
};
const tempoValues =
  (field: string, expected: string[]): Read =>
  async ({ tempo }) => {
    const { value } = await tempo.tagValues(field, anyTime, never());
    expect(value.map((one) => one.value)).toEqual(expected);
    return value;
  };
const versions = ['1.8.2', '2.3.0', '2.3.1', '2.4.0'];

const tempo: Record<string, Read> = {
  buildinfo: async (clients) =>
    expect(await clients.tempo.flavour(never())).toMatchObject({ version: null, features: { instantMetrics: false } }),
  echo: async (clients) => expect((await clients.tempo.ready(never())).elapsedMs).toBeGreaterThanOrEqual(0),
  'metrics-instant-avg': tempoInstant,
  'metrics-instant-compare': async (clients, recorded) => {
    const { value } = await clients.tempo.compare(q(recorded), anyTime, never());
    const service = value.find(({ name }) => name === 'resource.service.name');
    expect(service?.values.find((one) => one.value === 'fraud-api')?.baseline).toBeGreaterThan(0);
  },
  'metrics-instant-histogram': tempoInstant,
  'metrics-instant-quantiles': tempoInstant,
  'metrics-instant-rate': tempoInstant,
  'metrics-range-avg': tempoRange,
  'metrics-range-compare': tempoRange,
  'metrics-range-histogram': tempoRange,
  'metrics-range-parse-error': async (clients, recorded) => {
    const error = await failing(
      clients.tempo.metricsRange(q(recorded), anyTime, never()),
      'upstream_rejected',
      /syntax error/,
    );
    expect(error?.details.position).toEqual({ line: 1, column: 23 });
  },
  'metrics-range-quantiles': tempoRange,
  'metrics-range-rate': async (clients, recorded) => {
    const { exemplars } = (await tempoRange(clients, recorded)) as Awaited<
      ReturnType<typeof clients.tempo.metricsRange>
    >['value'];
    expect(exemplars.length).toBeGreaterThan(0);
    expect(exemplars.every(({ traceId }) => /^[0-9a-f]{32}$/.test(traceId))).toBe(true);
  },
  ready: async (clients) => expect((await clients.tempo.ready(never())).elapsedMs).toBeGreaterThanOrEqual(0),
  'search-aggregate': tempoSearch,
  'search-bad-range': tempoRefused(/start must be before end/),
  'search-empty': tempoSearch,
  'search-legacy-tags': tempoSearch,
  'search-parse-error': tempoRefused(/invalid TraceQL query/),
  'search-select': async (clients, recorded) => {
    const hits = (await tempoSearch(clients, recorded)) as Awaited<ReturnType<typeof clients.tempo.search>>['value'];
    expect(hits[0]?.spans[0]?.attributes).toMatchObject({ status: 'error', request_id: expect.any(String) });
  },
  'search-structural': tempoSearch,
  'search-too-long': tempoRefused(/exceeds 168h0m0s.*shorter range/),
  'search-traceql': tempoSearch,
  'tag-values-v1': async (clients, recorded) => {
    const values = (await tempoValues('span.model_version', versions)(clients, recorded)) as { type: string }[];
    expect(values[0]?.type).toBe('string');
  },
  'tag-values-v2': tempoValues('span.model_version', versions),
  'tag-values-v2-filtered': tempoValues('span.model_version', ['2.3.1', '2.4.0']),
  'tag-values-v2-status': async (clients, recorded) => {
    const values = (await tempoValues('status', ['error', 'ok', 'unset'])(clients, recorded)) as { type: string }[];
    expect(values[0]?.type).toBe('keyword');
  },
  'tags-v1': tempoTags,
  'tags-v2': tempoTags,
  'tags-v2-scope-span': tempoTags,
  'trace-bad-id': async (clients) => {
    fake.on(/^\/api\/v2\/traces\//, replay(recording('tempo', 'trace-bad-id')));
    await failing(clients.tempo.trace('abc', {}, never()), 'upstream_rejected', /only contain hex characters/);
  },
  'trace-not-found-v1': tempoMissing,
  'trace-not-found-v2': tempoMissing,
  'trace-v1': tempoTrace,
  'trace-v2': tempoTrace,
  'trace-v2-error': async (clients, recorded) => {
    const { spans } = (await tempoTrace(clients, recorded)) as Awaited<ReturnType<typeof clients.tempo.trace>>['value'];
    const failed = spans.find(({ events }) => events.length > 0);
    expect(failed).toMatchObject({ statusCode: 'error', attributes: { features_count: 45 } });
    expect(failed?.events[0]?.attributes['exception.type']).toBe('FeatureStoreTimeout');
  },
  'trace-v2-leading-zero-dropped': tempoTrace,
  'trace-v2-with-range': tempoTrace,
};

const alertmanager: Record<string, Read> = {
  'alert-groups': async (clients) => {
    const { value } = await clients.alertmanager.groups({}, never());
    expect(value[0]).toMatchObject({ receiver: 'console' });
    expect(value[0]?.alerts[0]?.mutedBy).toEqual([]);
  },
  alerts: async (clients) => {
    const { value } = await clients.alertmanager.alerts({}, never());
    expect(value[0]).toMatchObject({ fingerprint: '04efe877e6bfa936', state: 'active', receivers: ['console'] });
    expect(value[0]?.generatorUrl).toMatch(/^http:/);
  },
  'alerts-bad-filter': async (clients) => {
    await failing(clients.alertmanager.alerts({}, never()), 'upstream_rejected', /\(400\): bad matcher format: nope\./);
  },
  receivers: async (clients) => expect((await clients.alertmanager.receivers(never())).value).toEqual(['console']),
  silences: async (clients) => expect((await clients.alertmanager.silences({}, never())).value).toEqual([]),
  status: async (clients) => {
    const { value } = await clients.alertmanager.status(never());
    expect(value).toMatchObject({ clusterStatus: 'disabled', peerCount: 0 });
    expect(value.startedAtMs).toBeGreaterThan(1_700_000_000_000);
  },
};

const READERS: Record<string, Record<string, Read>> = { prometheus, loki, tempo, alertmanager };

/** v1 of tags and values is asked for a newer path first, which the fake lacks; the others at their recorded path. */
const pathOf = (recorded: Recording): string | RegExp => {
  if (recorded.name === 'query-bad-time' || recorded.name === 'alerts-bad-filter') return recorded.request.path;
  // Ids are padded before they are asked for.
  if (/traces\/[0-9a-f]+$/.test(recorded.request.path)) {
    return new RegExp(`^${recorded.request.path.replace(/[^/]+$/, '')}[0-9a-f]+$`);
  }
  return recorded.request.path;
};

describe.each(recordingFolders())('every recorded answer of %s', (folder) => {
  it.each(recordingNames(folder))('%s is read, or named with a reason', async (name) => {
    const recorded = recording(folder, name);
    const read = READERS[recorded.system]?.[name];
    if (read === undefined) {
      expect(NOT_READ, `${folder}/${name} is neither read nor named`).toHaveProperty([`${folder}/${name}`]);
      return;
    }
    fake.reset();
    fake.on(pathOf(recorded), replay(recorded));
    // As if it were asked while it was recorded.
    await read(clientsFor(Number(recorded.request.query.end ?? 1_795_231_228) * 1000), recorded);
    expect(fake.seen.length).toBeGreaterThan(0);
  });
});

describe('the list of answers that are not read', () => {
  it('names recordings that exist', () => {
    const all = recordingFolders().flatMap((folder) => recordingNames(folder).map((name) => `${folder}/${name}`));
    expect(all.length).toBeGreaterThan(200);
    for (const key of Object.keys(NOT_READ)) expect(all).toContain(key);
  });
  it.each(['prometheus', 'prometheus-2.42'])(
    'an address that is no API answers as %s does to an unknown path',
    async (folder) => {
      fake.reset();
      fake.on('/api/v1/query', replay(recording(folder, 'not-found')));
      await failing(
        clientsFor(0).prometheus.instant('up', 0, never()),
        'upstream_rejected',
        /answered 404 to \/api\/v1\/query: check its address/,
      );
    },
  );
});
