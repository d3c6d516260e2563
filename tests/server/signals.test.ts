import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import type { SignalsConfig } from '@/lib/server/config';
import {
  alertsQuery,
  bucketsQuery,
  errorsQuery,
  gaugeQuery,
  increaseQuery,
  meanLatencyQuery,
  presenceQuery,
  quantilesQuery,
  rateOfSum,
  requestsQuery,
  withinBoundQuery,
} from '@/lib/server/prometheus/signal-queries';
import { PRESETS, type Preset } from '@/lib/server/signals/preset';
import { namesToAsk, signalMapOf } from '@/lib/server/signals/resolve-map';
import type { SignalMap } from '@/lib/server/signals/signal-map';

const AUTO: SignalsConfig = {
  preset: 'auto',
  overrides: {},
  modelLabel: null,
  versionLabels: [],
  logFields: {},
  spanAttributes: {},
};

const reference: {
  presets: { id: string; detect: string[]; model_label: string | null; version_label: string | null }[];
} = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/reference/presets.json'), 'utf8'));

/** What a Prometheus would hold that scrapes this stack. */
function metricsOf(preset: Preset): string[] {
  const { errors, latency } = preset;
  return [
    ...preset.detect,
    ...(preset.requests === null ? [] : [preset.requests.metric]),
    ...(errors.kind === 'metric' ? [errors.metric] : []),
    ...(latency.kind === 'histogram' ? [`${latency.metric}_bucket`, `${latency.metric}_count`] : []),
    ...(latency.kind === 'mean' ? [latency.sum, latency.count] : []),
    ...(preset.inFlight === null ? [] : [preset.inFlight]),
  ];
}

const labelsOf = (preset: Preset): string[] => [
  preset.modelLabel ?? 'job',
  ...(preset.versionLabel === null ? [] : [preset.versionLabel]),
  ...(preset.detectLabel === null ? [] : [preset.detectLabel]),
];

const mapOf = (metrics: readonly string[], labels: readonly string[], config = AUTO, targetInfo: string[] = []) =>
  signalMapOf(
    {
      series: new Map(metrics.map((metric) => [metric, 1])),
      labelsOf: (metric) => (metric === 'target_info' ? targetInfo : labels),
    },
    config,
  );

const byId = (id: string): Preset => {
  const preset = PRESETS.find((one) => one.id === id);
  if (preset === undefined) throw new Error(`no preset ${id}`);
  return preset;
};
const mapOfPreset = (id: string): SignalMap => mapOf(metricsOf(byId(id)), labelsOf(byId(id)));

const ASKED = { fn: 'increase', windowMs: 3_600_000, model: 'a"b\\c', byVersion: true } as const;

/** Throws where the official grammar finds a fault. */
function expectPromql(query: string): void {
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.type.isError) throw new Error(`not PromQL at ${node.from}: ${query}`);
    },
  });
}

describe('presets', () => {
  it('has every preset of the reference, with its labels and what it is detected by', () => {
    for (const { id, detect, model_label, version_label } of reference.presets) {
      expect(byId(id)).toMatchObject({ detect, modelLabel: model_label, versionLabel: version_label });
    }
    expect(PRESETS.length).toBe(reference.presets.length + 1);
  });

  it.each(PRESETS.map((preset) => [preset.id, preset] as const))('%s is found by its own metrics', (id, preset) => {
    const map = mapOf(metricsOf(preset), labelsOf(preset));
    expect(map.preset.id).toBe(id);
    expect(map.foundBy).toContain('found by');
  });

  it.each(PRESETS.map((preset) => [preset.id, preset] as const))('%s: every query is PromQL', (id, preset) => {
    const map = mapOfPreset(id);
    const queries = [
      requestsQuery(map, ASKED),
      errorsQuery(map, ASKED),
      bucketsQuery(map, ASKED),
      withinBoundQuery(map, 0.25, ASKED),
      withinBoundQuery(map, Number.POSITIVE_INFINITY, ASKED),
      meanLatencyQuery(map, ASKED),
      quantilesQuery(map, [0.5, 0.95, 0.99], ASKED),
      quantilesQuery({ ...map, latency: { kind: 'native', metric: 'x', unit: 'seconds' } }, [0.95], ASKED),
    ].filter((query) => query !== null);
    for (const query of queries) expectPromql(query);
    // A query holds the hostile model name only as a quoted literal.
    for (const query of queries) expect(query).toContain('"a\\"b\\\\c"');
    expect(preset.requests === null).toBe(requestsQuery(map, ASKED) === null);
  });

  it('every other query is PromQL too', () => {
    for (const query of [
      alertsQuery(),
      presenceQuery(namesToAsk(AUTO)),
      gaugeQuery('model_info', ['model_name', 'role'], [{ label: 'model_name', op: '=', value: '"} or vector(1) #' }]),
      rateOfSum('model_stage_seconds', ['stage'], { windowMs: 60_000, matchers: [] }),
      increaseQuery('batch_rows_total', ['job_name'], 60_000),
    ]) {
      expectPromql(query);
    }
  });

  it('a stack that cannot give a signal says so with the setting that would, and asks no query for it', () => {
    const torchserve = mapOfPreset('torchserve');
    expect(errorsQuery(torchserve, ASKED)).toBeNull();
    expect(bucketsQuery(torchserve, ASKED)).toBeNull();
    expect(torchserve.missing.map(({ signal }) => signal)).toEqual(['errors', 'latency quantiles']);
    for (const { remedy } of torchserve.missing) expect(remedy).toContain('signals.');
    expect(mapOfPreset('kserve-python').missing.map(({ signal }) => signal)).toContain('errors');
    expect(mapOfPreset('triton').missing.find(({ signal }) => signal === 'latency quantiles')?.reason).toContain(
      'mean',
    );
  });
});

describe('detection', () => {
  it('the contract wins over a stack, a stack over a proxy, a proxy over generic HTTP metrics', () => {
    const metrics = ['istio', 'bentoml', 'fastapi-instrumentator'].flatMap((id) => metricsOf(byId(id)));
    const map = mapOf(metrics, ['service_name', 'service_version']);
    expect(map.preset.id).toBe('bentoml');
    expect(map.alsoFound.map(({ id }) => id)).toEqual(['istio', 'fastapi-instrumentator']);
    expect(mapOf([...metrics, 'inference_requests_total'], ['model_name']).preset.id).toBe('windsock');
  });

  it('vLLM behind a gateway is told from vLLM by its label', () => {
    const metrics = metricsOf(byId('vllm'));
    expect(mapOf(metrics, ['model_name']).preset.id).toBe('vllm');
    expect(mapOf(metrics, ['model_name', 'llm_isvc_name']).preset.id).toBe('kserve-llmisvc');
  });

  it('finds a counter with and without the _total of the Python client', () => {
    const ray = mapOf(['ray_serve_deployment_request_counter'], ['deployment', 'application']);
    expect(ray.requests?.metric).toBe('ray_serve_deployment_request_counter');
    const tgi = mapOf(['tgi_request_count_total'], ['job']);
    expect(tgi.requests?.metric).toBe('tgi_request_count_total');
  });

  it('with nothing there assumes the contract and says what is missing', () => {
    const map = mapOf([], []);
    expect(map.preset.id).toBe('windsock');
    expect(map.foundBy).toContain('assumed');
    expect(map.missing.map(({ signal }) => signal)).toEqual(['requests', 'latency quantiles']);
  });

  it('takes a native histogram where only that is there', () => {
    const map = mapOf(
      ['inference_requests_total', 'inference_latency_seconds'],
      ['model_name', 'model_version', 'status'],
    );
    expect(map.latency.kind).toBe('native');
    expect(map.missing).toEqual([]);
  });

  it('the configuration wins: preset, metric, unit, labels and what counts as an error', () => {
    const map = mapOf(['my_requests_total', 'my_ms_bucket'], ['m', 'v'], {
      ...AUTO,
      preset: 'triton',
      modelLabel: 'm',
      versionLabels: ['missing', 'v'],
      overrides: {
        requests: { metric: 'my_requests_total' },
        errors: { labels: { status: 'code' }, errorValues: ['5xx', 'a.b'] },
        latency: { metric: 'my_ms', unit: 'milliseconds' },
      },
    });
    expect(map).toMatchObject({
      foundBy: 'set in the configuration',
      modelLabel: 'm',
      version: { kind: 'label', label: 'v' },
      latency: { kind: 'histogram', metric: 'my_ms', unit: 'milliseconds' },
      errors: { kind: 'label', label: 'code', op: '=~', value: '5xx|a\\.b' },
    });
  });
});

describe('the version of a stack without a version label', () => {
  const vllm = metricsOf(byId('vllm'));

  it('comes from service_version on the series, then on target_info, then a pod label, a revision, an image', () => {
    const of = (labels: string[], targetInfo: string[] = []) => mapOf(vllm, labels, AUTO, targetInfo).version;
    const all = ['model_name', 'image', 'revision_name', 'app_kubernetes_io_version', 'service_version'];
    expect(of(all)).toMatchObject({ kind: 'label', label: 'service_version' });
    expect(of(all.slice(0, 4), ['service_version'])).toEqual({ kind: 'target_info', label: 'service_version' });
    expect(of(all.slice(0, 4))).toMatchObject({ kind: 'label', label: 'app_kubernetes_io_version' });
    expect(of(all.slice(0, 3))).toMatchObject({ kind: 'label', label: 'revision_name' });
    expect(of(all.slice(0, 2))).toEqual({ kind: 'image', label: 'image' });
    expect(of(['model_name'])).toEqual({ kind: 'none' });
    expect(mapOf(vllm, ['model_name']).missing.map(({ signal }) => signal)).toContain('version');
  });

  it('joined or cut from an image it still is PromQL', () => {
    for (const [labels, target] of [
      [['model_name'], ['service_version']],
      [['model_name', 'image'], []],
    ] as const) {
      const map = mapOf(vllm, labels, AUTO, [...target]);
      for (const query of [requestsQuery(map, ASKED), bucketsQuery(map, ASKED)]) expectPromql(query ?? '');
    }
  });
});

describe('what Compare splits and prices by', () => {
  it('segments come from a counter of one’s own, with its labels and its words for failure', () => {
    const map = mapOf(['inference_requests_total', 'calls_by_tier_total'], ['model_name', 'model_version'], {
      ...AUTO,
      overrides: {
        segments: { metric: 'calls_by_tier_total', labels: { segment: 'tier', status: 'code' }, errorValues: ['5..'] },
      },
    });
    expect(map.contract.segments).toMatchObject({
      metric: 'calls_by_tier_total',
      present: true,
      labels: { model: 'model_name', version: 'model_version', segment: 'tier', status: 'code' },
    });
    expect(map.contract.segments.errorPattern).not.toBeNull();
  });

  it.each([
    ['vllm', 'vllm:prompt_tokens_total', 'vllm:generation_tokens_total'],
    ['sglang', 'sglang:prompt_tokens_total', 'sglang:generation_tokens_total'],
    ['litellm', 'litellm_input_tokens_metric_total', 'litellm_output_tokens_metric_total'],
  ])('tokens of %s are found where both counters are there, and not where one is', (id, input, output) => {
    const preset = PRESETS.find((one) => one.id === id);
    if (preset === undefined) throw new Error(`no preset ${id}`);
    const held = metricsOf(preset);
    expect(mapOf([...held, input, output], labelsOf(preset)).tokens).toEqual({
      input: { metric: input, only: null },
      output: { metric: output, only: null },
    });
    expect(mapOf([...held, input], labelsOf(preset)).tokens).toBeNull();
  });

  it('tokens of one counter are told apart by its label', () => {
    const preset = PRESETS.find(({ id }) => id === 'otel-genai');
    if (preset === undefined) throw new Error('no preset otel-genai');
    const map = mapOf([...metricsOf(preset), 'gen_ai_client_token_usage_sum'], labelsOf(preset));
    expect(map.tokens?.output).toEqual({
      metric: 'gen_ai_client_token_usage_sum',
      only: { label: 'gen_ai_token_type', value: 'output' },
    });
  });

  it('every name that tokens and segments are known by is asked for', () => {
    const names = namesToAsk({ ...AUTO, overrides: { segments: { metric: 'calls_by_tier_total' } } });
    for (const name of ['calls_by_tier_total', 'vllm:prompt_tokens_total', 'gen_ai_client_token_usage_sum']) {
      expect(names).toContain(name);
    }
  });
});
