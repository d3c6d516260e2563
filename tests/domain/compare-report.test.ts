import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Compare, CompareTraces } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import { judge } from '@/lib/domain/compare';
import { compareReport } from '@/lib/domain/compare-report';
import { escapeMarkdown } from '@/lib/domain/markdown';
import { compareInputs, evenHistogram, POLICY, START_MS } from './compare-inputs';

const GOLDEN = join(import.meta.dirname, '../fixtures/compare/report.md');

const why = (purpose: string, query: string): Compare['why'][number] => ({
  purpose,
  source: 'Prometheus',
  kind: 'prometheus',
  language: 'promql',
  query,
  startMs: START_MS,
  endMs: START_MS,
  stepMs: null,
  elapsedMs: Math.PI,
  cached: false,
  truncated: null,
  warnings: [],
  exploreUrl: null,
  requestUrl: 'http://127.0.0.1/',
});

const compareOf = (inputs: CompareInputs, queries: Compare['why']): Compare => ({
  inputs,
  result: judge(inputs, POLICY),
  versions: [],
  window: 'since the first traffic of 2.4.0',
  sharedStartMs: null,
  overTime: { startMs: inputs.startMs, stepMs: 60_000, series: [] },
  p95Difference: { startMs: inputs.startMs, stepMs: 60_000, series: [] },
  why: queries,
});

const inputs = compareInputs(
  360,
  { requestsPerMinute: 400, errorRatio: 0.006, maxMs: 245 },
  { requestsPerMinute: 100, errorRatio: 0.019, maxMs: 180 },
  {
    segments: [
      { segment: 'free', champion: { successes: 500, total: 90_000 }, challenger: { successes: 400, total: 22_000 } },
      {
        segment: 'premium',
        champion: { successes: 364, total: 54_000 },
        challenger: { successes: 284, total: 14_000 },
      },
    ],
    stages: [
      {
        stage: 'infer',
        champion: evenHistogram(144_000, 140),
        challenger: evenHistogram(36_000, 148),
        championSumMs: 10_080_000,
        challengerSumMs: 2_664_000,
      },
    ],
    outcomes: {
      champion: { tp: 9_000, fp: 800, tn: 90_000, fn: 1_000 },
      challenger: { tp: 2_250, fp: 210, tn: 22_400, fn: 260 },
    },
  },
);

const queries = [
  why('requests by version', 'sum by (model_name, model_version) (increase(inference_requests_total[6h]))'),
  why(
    'latency buckets by version',
    'sum by (model_name, model_version, le) (increase(inference_latency_seconds_bucket[6h]))',
  ),
  why('failed requests by version', 'sum(increase(inference_requests_total{status="error"}[6h]))'),
];

const traces: CompareTraces = {
  champion: [
    {
      traceId: 'a'.repeat(32),
      startMs: START_MS,
      durationMs: 231,
      inferMs: 66.4,
      inferSpanId: 'c'.repeat(16),
      failed: false,
    },
  ],
  challenger: [
    { traceId: 'b'.repeat(32), startMs: START_MS, durationMs: 172, inferMs: null, inferSpanId: null, failed: false },
  ],
  gaps: [],
  why: [],
};

describe('the report', () => {
  it('equals the golden file', () => {
    const compare = compareOf(inputs, queries);
    expect(compareReport(compare, compare.result, traces)).toBe(readFileSync(GOLDEN, 'utf8'));
  });

  it('is the same whatever order and time the queries took', () => {
    const compare = compareOf(inputs, queries);
    const other = compareOf(
      inputs,
      [...queries].reverse().map((one) => ({ ...one, elapsedMs: 1, cached: true })),
    );
    expect(compareReport(other, other.result, traces)).toBe(compareReport(compare, compare.result, traces));
  });

  it('lets no text of telemetry become markup', () => {
    const hostile = '](javascript:alert(1)) <img src=x> | **bold** `code`\n# title';
    const base = inputs.challenger;
    const evil = compareOf(
      { ...inputs, model: hostile, challenger: base === null ? null : { ...base, version: hostile } },
      [why(hostile, 'up{a="``"}')],
    );
    const text = compareReport(evil, evil.result, null);
    expect(text).not.toMatch(/(?<!\\)<img/);
    expect(text).not.toMatch(/(?<!\\)\]\(javascript/);
    expect(text.split('\n').filter((line) => line.startsWith('# '))).toHaveLength(1);
    expect(text).toContain('``` up{a="``"} ```');
    // Every row of the table has its eight cells.
    const cells = text.split('\n').filter((line) => line.startsWith('| Errors |'));
    expect(cells[0]?.split(/(?<!\\)\|/)).toHaveLength(10);
  });

  it('escapes what Markdown reads', () => {
    expect(escapeMarkdown('a_b*c|d<e>')).toBe('a\\_b\\*c\\|d\\<e\\>');
  });
});
