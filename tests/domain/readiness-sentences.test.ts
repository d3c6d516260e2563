import { describe, expect, it } from 'vitest';
import type { ReadinessResult } from '@/lib/contracts/readiness';
import { scoreOf, toCheck } from '@/lib/domain/readiness';
import { judgeFreshness, judgeNoise, judgeRetention, judgeRunbooks } from '@/lib/domain/readiness-alerts';
import { readinessAnswer } from '@/lib/domain/readiness-answer';
import { judgeIds, judgeJson, type ServiceLines, unloggedModels } from '@/lib/domain/readiness-logs';
import {
  judgeBounds,
  judgeCardinality,
  judgeExemplars,
  judgeHistograms,
  judgeTargets,
} from '@/lib/domain/readiness-metrics';
import { judgeCoverage, judgePropagation } from '@/lib/domain/readiness-traces';

/** What a person reads of each check where its source says nothing, too little, or that something is wrong. */

const HOUR_MS = 3_600_000;
const lines = (patch: Partial<ServiceLines>): ServiceLines => ({
  service: 'api',
  model: 'm',
  lines: 500,
  json: 500,
  requests: 100,
  withModel: 100,
  withVersion: 100,
  withRequestId: 100,
  withTraceId: 100,
  ...patch,
});
const timed = { withBuckets: [], averagesOnly: [], summaries: [] };
const cardinality = { series: 10, labels: [], metrics: [], carrier: null };
const propagation = { service: 's', asRoot: 0, asChild: 0, asked: 0, elsewhere: 0, caller: null, model: null };
const bounds = { model: 'm', metric: 'x_bucket', thresholdsMs: [500], boundsMs: [500], unitMs: 1000, isNative: false };
const freshness = { ageMs: null, boundMs: 24 * HOUR_MS, metric: 'label_seconds', isMeasured: true };
const retention = { source: 'Loki', kind: 'loki', asked: '/config', neededMs: 168 * HOUR_MS } as const;

const SAID: readonly (readonly [string, ReadinessResult | null | undefined])[] = [
  ['unknown: Prometheus does not say what it scrapes.', judgeTargets('Prometheus', null)],
  ['unknown: Prometheus scrapes nothing: its metrics are pushed, or it is empty.', judgeTargets('Prometheus', [])],
  ['unknown: No metric of time names a model.', judgeHistograms(timed)],
  [
    'watch: b is a summary: quantiles of one instance each, which cannot be added up.',
    judgeHistograms({ ...timed, summaries: ['b'] }),
  ],
  ['pass: All 1 metrics of time that name a model have buckets.', judgeHistograms({ ...timed, withBuckets: ['a'] })],
  [
    'pass: x_bucket is a native histogram, which tells any threshold closely.',
    judgeBounds({ ...bounds, isNative: true }),
  ],
  ['unknown: No latency buckets of m are in this Prometheus now.', judgeBounds({ ...bounds, boundsMs: null })],
  [
    'watch: m has no latency objective, so nothing says which bound its buckets must have.',
    judgeBounds({ ...bounds, thresholdsMs: [] }),
  ],
  ['unknown: Exemplars of x could not be asked.', judgeExemplars('m', { count: null, metric: 'x', isOff: false })],
  [
    'fail: x of m has no exemplar: the server keeps none (its flag exemplar-storage is off).',
    judgeExemplars('m', { count: 0, metric: 'x', isOff: true }),
  ],
  [
    'fail: x of m has no exemplar: the service sends none, or they were evicted.',
    judgeExemplars('m', { count: 0, metric: 'x', isOff: false }),
  ],
  ['unknown: Mimir does not tell its cardinality.', judgeCardinality('Mimir', null)],
  [
    'unknown: Thanos counts its series in another form, which this console does not read.',
    judgeCardinality('Thanos', cardinality),
  ],
  [
    'pass: The label with most values is le (40), the metric with most series none (0).',
    judgeCardinality('Prometheus', { ...cardinality, labels: [{ name: 'le', value: 40 }] }),
  ],
  ['watch: No alerting rule is loaded: nobody is called when something breaks.', judgeRunbooks([])],
  ['unknown: How often alerts fired could not be asked.', judgeNoise(null)],
  ['pass: No alert fired in the last 7 d.', judgeNoise([])],
  ['watch: A began to fire 8 times in 7 d.', judgeNoise([{ name: 'A', fired: 8 }])],
  [
    'unknown: When labels of m arrived is not measured: label_seconds has no value for m.',
    judgeFreshness('m', freshness),
  ],
  [
    'unknown: When labels of m arrived is not measured: there is no label_seconds in this Prometheus.',
    judgeFreshness('m', { ...freshness, isMeasured: false }),
  ],
  [
    'unknown: Loki does not answer /config: how long it keeps its data is not known.',
    judgeRetention({ ...retention, keptMs: null, written: null }),
  ],
  [
    'unknown: Loki says "soon", which names no time: how long it keeps its data is not known.',
    judgeRetention({ ...retention, keptMs: null, written: 'soon' }),
  ],
  [
    'pass: Loki keeps its data for good.',
    judgeRetention({ ...retention, keptMs: Number.POSITIVE_INFINITY, written: '0s' }),
  ],
  [
    'fail: Loki keeps its data 24 h, where 7 d are needed.',
    judgeRetention({ ...retention, keptMs: 24 * HOUR_MS, written: '24h' }),
  ],
  ['unknown: api wrote no line in the range.', judgeJson(lines({ lines: 0, json: 0 }))],
  [
    'unknown: 100 % of 7 sampled lines of api are JSON objects; fewer than 20 lines say nothing for certain.',
    judgeJson(lines({ lines: 7, json: 7 })),
  ],
  [
    'fail: Of 100 sampled request lines of api, 100 % carry a request id, 50 % carry a trace id.',
    judgeIds(lines({ withTraceId: 50 })),
  ],
  ['unknown: No request line of n is among 500 sampled lines of 1 service.', unloggedModels(['n'], [lines({})])[0]],
  [
    'unknown: No failed or slow request of m is in the logs of the range, so nothing tells whether it would have a trace.',
    judgeCoverage({ model: 'm', failed: null, slow: null, slowMs: 500 }),
  ],
  [
    'unknown: Of m, none of 25 sampled failed requests carries a trace id.',
    judgeCoverage({ model: 'm', failed: { sampled: 25, withoutId: 25, traced: 0 }, slow: null, slowMs: null }),
  ],
  [
    'fail: s logs requests, but no trace of the range has a span of it that takes one.',
    judgePropagation({ ...propagation, logsRequests: true }),
  ],
  ['unknown: No span of s that takes a request was found.', judgePropagation({ ...propagation, logsRequests: false })],
  [
    'unknown: s begins 9 of 9 sampled traces, and their spans carry no request id: whether it is called by another service cannot be told.',
    judgePropagation({ ...propagation, asRoot: 9, logsRequests: true }),
  ],
  [
    'pass: s goes on with the trace of its caller in all of 9 sampled traces.',
    judgePropagation({ ...propagation, asChild: 9, logsRequests: true }),
  ],
];

/** The thin space between a figure and its unit, as an ordinary one. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('what a check says', () => {
  it.each(SAID)('%s', (said, result) => {
    expect(plain(`${result?.state}: ${result?.cause}`)).toBe(said);
    // Whatever is not well names what to do, unless the source itself has to answer first.
    if (result?.state === 'fail' || result?.state === 'watch') expect(result.remedy?.text.length).toBeGreaterThan(20);
  });
});

describe('what the page opens with', () => {
  const result = (state: ReadinessResult['state'], cause = ''): ReadinessResult => ({
    model: null,
    subject: null,
    state,
    cause,
    evidence: [],
    remedy: null,
  });
  const text = (results: readonly (readonly ReadinessResult[])[]) => {
    const ids = ['log-json', 'log-ids', 'targets-up', 'histograms', 'runbooks', 'exemplars'] as const;
    const checks = ids.flatMap((id, at) => (results[at] === undefined ? [] : [toCheck(id, results[at])]));
    return readinessAnswer(checks, [scoreOf('m', checks)]).map(
      ({ status, parts }) => `${status}: ${plain(parts.map((part) => part.text).join(''))}`,
    );
  };

  it('trusts what passes', () => {
    expect(text([[result('pass')]])).toEqual([
      'ok: The telemetry deserves trust: 1 of 1 check passes. Score: m 100 %.',
    ]);
  });

  it('does not count as passed what nobody could tell', () => {
    expect(text([[result('pass')], [result('unknown')]])).toEqual([
      'unknown: Nothing fails in the telemetry: 1 of 2 checks passes. Score: m 40 %.',
      'unknown: 1 could not be answered, which does not count as passed.',
    ]);
  });

  it('says what fails and why, three of them, and how many more', () => {
    const failing = [[result('fail', 'Why.'), result('fail')], ...[1, 2, 3].map(() => [result('fail', 'Why.')])];
    expect(text([...failing, [result('watch')]])).toEqual([
      'bad: The telemetry does not deserve full trust: 0 of 5 checks pass. Score: m 0 %.',
      'bad: Log lines are structured: no. Why. And 1 more result.',
      'bad: Request logs carry request and trace id: no. Why.',
      'bad: Every target is scraped: no. Why.',
      'watch: 1 more fails, 1 needs a look.',
    ]);
  });
});
