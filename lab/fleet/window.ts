import { conditionsOf } from './conditions';
import type { Cell, ErrorShares } from './models';
import { COUNTRIES, ERROR_REASONS, FEATURES, SEGMENTS, STAGE_SHAPES } from './models';
import { keyOf, Random } from './random';
import type { Scenario } from './scenario';
import { WINDOW_MS } from './scenario';

/** What the gateway and the service add around the four stages: half before and half after, microseconds. */
export const OVERHEAD_US = 2000;
const WINDOW_US = WINDOW_MS * 1000;
const REDIS_TIMEOUT_US = 200_000;
/** Share of ordinary requests whose trace is kept; failed and slow ones are kept always. */
const SAMPLED_SHARE = 0.1;

// The start draws four million requests: what they read of the vocabulary is laid out flat for them, once.
const SEGMENT_SHARES = Float64Array.from(SEGMENTS, ({ share }) => share);
const SEGMENT_SLOWNESS = Float64Array.from(SEGMENTS, ({ slowness }) => slowness);
const COUNTRY_SHARES = Float64Array.from(COUNTRIES, ({ share }) => share);
const FEATURE_SCALES = Float64Array.from(FEATURES, ({ scale }) => scale);
const MISSING_SHARES = Float64Array.from(FEATURES, ({ missingShare }) => missingShare);
const FEATURE_SHAPES = FEATURES.map(({ shape }) => shape);
const SHAPES = [...STAGE_SHAPES];
/** How many stages a request enters, by its failure: a failed one ends in the stage that failed it. */
const STAGES_ENTERED = Uint8Array.from([4, ...ERROR_REASONS.map(({ ran }) => ran + 1)]);

/**
 * The requests of one cell in one window, in order of completion, one array per property. Metrics count these rows, log
 * lines print them and traces draw them, which is why the three agree to the last request.
 */
export class RequestWindow {
  count = 0;
  /** Completion after the window's begin, microseconds. */
  offsetUs = new Uint32Array(0);
  /** Whole request, microseconds. */
  latencyUs = new Uint32Array(0);
  /** Four stages a request, microseconds; a stage that was not reached is 0. */
  stageUs = new Uint32Array(0);
  /** 0: it went well; else 1 + the position in ERROR_REASONS. */
  failure = new Uint8Array(0);
  segment = new Uint8Array(0);
  country = new Uint8Array(0);
  /** Four features a request; NaN is missing. */
  features = new Float64Array(0);
  score = new Float64Array(0);
  /** 1 where the trace is kept. */
  sampled = new Uint8Array(0);

  constructor(
    public cell: Cell,
    public window: number,
  ) {}

  /** Begin of the window, milliseconds since the epoch. */
  get startMs(): number {
    return this.window * WINDOW_MS;
  }

  /** Memory of the arrays. */
  get sizeBytes(): number {
    return this.offsetUs.length * (4 + 4 + 16 + 3 + 32 + 8 + 1) + 400;
  }

  /** How many of the four stages a request entered. */
  stagesEntered(index: number): number {
    return STAGES_ENTERED[this.failure[index] ?? 0] ?? 4;
  }

  reserve(count: number): void {
    this.count = count;
    if (this.offsetUs.length >= count) return;
    this.offsetUs = new Uint32Array(count);
    this.latencyUs = new Uint32Array(count);
    this.stageUs = new Uint32Array(count * 4);
    this.failure = new Uint8Array(count);
    this.segment = new Uint8Array(count);
    this.country = new Uint8Array(count);
    this.features = new Float64Array(count * FEATURES.length);
    this.score = new Float64Array(count);
    this.sampled = new Uint8Array(count);
  }
}

/** Position of the choice that u (0 to 1) falls on. */
function choose(shares: Float64Array, u: number): number {
  let rest = u;
  const last = shares.length - 1;
  for (let i = 0; i < last; i++) {
    rest -= shares[i] ?? 0;
    if (rest < 0) return i;
  }
  return last;
}

function chooseFailure(errors: ErrorShares, u: number): number {
  if (u < errors[0]) return 1;
  if (u < errors[0] + errors[1]) return 2;
  return u < errors[0] + errors[1] + errors[2] ? 3 : 0;
}

/**
 * Computes the requests of a cell in a window (epoch ÷ 30 s). A pure function of seed, scenario, cell and window.
 * `into` is overwritten where given: the start-up computes three days without making garbage.
 */
export function simulateWindow(
  { seed, scenario }: { seed: number; scenario: Scenario },
  cell: Cell,
  window: number,
  into?: RequestWindow,
): RequestWindow {
  const requests = into ?? new RequestWindow(cell, window);
  requests.cell = cell;
  requests.window = window;
  const conditions = conditionsOf(cell, window * WINDOW_MS, scenario);
  const random = new Random(keyOf(seed, cell.index, window));
  const count = random.poisson((conditions.requestsPerSecond * WINDOW_MS) / 1000);
  requests.reserve(count);
  const { offsetUs, latencyUs, stageUs, failure, segment, country, features, score, sampled } = requests;
  const featureCount = FEATURES.length;
  const slowUs = cell.model.slowMs * 1000;
  const isTailSampled = !scenario.faults.has('sampled-away errors');
  for (let i = 0; i < count; i++) {
    offsetUs[i] = Math.floor(((i + random.next()) / count) * WINDOW_US);
    const inSegment = choose(SEGMENT_SHARES, random.next());
    segment[i] = inSegment;
    country[i] = choose(COUNTRY_SHARES, random.next());
    const failed = chooseFailure(conditions.errors, random.next());
    failure[i] = failed;
    const entered = STAGES_ENTERED[failed] ?? 4;
    let wholeUs = OVERHEAD_US;
    for (let stage = 0; stage < 4; stage++) {
      let us = 0;
      const u = random.next();
      if (stage < entered) {
        us = (SHAPES[stage]?.at(u) ?? 1) * (cell.stageMs[stage] ?? 0) * 1000;
        if (stage === 0) us = failed === 1 ? REDIS_TIMEOUT_US + u * 8000 : us * conditions.fetchSlowness;
        if (stage === 2) us *= SEGMENT_SLOWNESS[inSegment] ?? 1;
        us = Math.round(us);
      }
      stageUs[i * 4 + stage] = us;
      wholeUs += us;
    }
    latencyUs[i] = wholeUs;
    for (let f = 0; f < featureCount; f++) {
      const scale = (FEATURE_SCALES[f] ?? 1) * (f === 0 ? conditions.amountFactor : 1);
      // Three decimals, as the log prints them: rounded here, so that the histogram counts the printed number.
      const value = Math.round((FEATURE_SHAPES[f]?.at(random.next()) ?? 0) * scale * 1000) / 1000;
      features[i * featureCount + f] = random.next() < (MISSING_SHARES[f] ?? 0) ? Number.NaN : value;
    }
    score[i] = Math.round(cell.model.score.at(random.next()) * 10_000) / 10_000;
    const isKept = random.next() < SAMPLED_SHARE || (isTailSampled && (failed > 0 || wholeUs > slowUs));
    sampled[i] = isKept ? 1 : 0;
  }
  return requests;
}
