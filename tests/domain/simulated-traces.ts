import { OUTSIDE, type TraceFacts } from '@/lib/domain/explainer-facts';

/** mulberry32: the same world for the same seed. */
export function randomOf(seed: number): () => number {
  let state = (seed * 0x9e3779b1) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const STAGE_NAMES = ['feature_fetch', 'preprocess', 'infer', 'postprocess'] as const;
const STAGE_MEDIAN_MS = [40, 4, 60, 3] as const;

/** What is wrong in a simulated fleet. */
export interface Fault {
  /** The attribute value whose requests are hit; null: any request, with the fault's own chance. */
  cause: { name: string; value: string } | null;
  /** Share of the requests that meet the cause and are hit. */
  chance: number;
  /** The stage that takes longer, or null: time outside any stage. */
  stage: (typeof STAGE_NAMES)[number] | null;
  /** The stage's time is multiplied by this; without a stage the request takes so much longer in all. */
  factor: number;
}

export interface SimulatedTrace {
  traceId: string;
  durationMs: number;
  /** Drawn apart from everything measured. */
  coin: number;
  attributes: Record<string, string>;
  stages: Record<string, number>;
}

const pick = <T>(random: () => number, weighted: readonly (readonly [T, number])[]): T => {
  let left = random();
  for (const [value, weight] of weighted) {
    left -= weight;
    if (left < 0) return value;
  }
  return (weighted.at(-1) ?? weighted[0] ?? [undefined as never])[0];
};

/** Standard normal (Box–Muller). */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A fleet's requests: attributes independent of each other, stages log-normal, and perhaps a fault. */
export function simulate(seed: number, count: number, fault: Fault | null): SimulatedTrace[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, (_, index) => {
    const attributes: Record<string, string> = {
      'span.model_name': 'fraud_detector',
      'span.model_version': pick(random, [
        ['2.3.0', 0.8],
        ['2.4.0', 0.2],
      ]),
      'span.user_segment': pick(random, [
        ['retail', 0.6],
        ['business', 0.3],
        ['vip', 0.1],
      ]),
      'resource.k8s.pod.name': `fraud-api-${pick(
        random,
        Array.from({ length: 8 }, (_unused, pod) => [pod, 1 / 8] as const),
      )}`,
      'span.region': pick(random, [
        ['eu', 0.5],
        ['us', 0.5],
      ]),
      'span.batch_size': String(1 + Math.floor(random() * 6)),
      'span.request_id': `req-${seed}-${index}`,
      'span.payload': `${random()}`,
    };
    const stages: Record<string, number> = {};
    for (const [at, name] of STAGE_NAMES.entries()) {
      stages[name] = (STAGE_MEDIAN_MS[at] ?? 1) * Math.exp(0.15 * normal(random));
    }
    let outside = 20 * Math.exp(0.6 * normal(random));
    const meets = fault !== null && (fault.cause === null || attributes[fault.cause.name] === fault.cause.value);
    if (fault !== null && meets && random() < fault.chance) {
      if (fault.stage === null) outside += 110 * (fault.factor - 1);
      else stages[fault.stage] = (stages[fault.stage] ?? 0) * fault.factor;
    }
    stages[OUTSIDE] = outside;
    return {
      traceId: (seed * 10_000 + index + 1).toString(16).padStart(32, '0'),
      durationMs: Object.values(stages).reduce((sum, ms) => sum + ms, 0),
      coin: random(),
      attributes,
      stages,
    };
  });
}

export const toFacts = (
  traces: readonly SimulatedTrace[],
  isSelected: (trace: SimulatedTrace) => boolean,
): TraceFacts[] =>
  traces.map((trace) => ({
    traceId: trace.traceId,
    selected: isSelected(trace),
    attributes: new Map(Object.entries(trace.attributes).map(([name, value]) => [name, new Set([value])])),
    stages: new Map(Object.entries(trace.stages).map(([name, tookMs]) => [name, { tookMs, count: 1 }])),
    spanNames: new Set(STAGE_NAMES),
  }));
