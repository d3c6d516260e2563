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

  /** How many of the four stages a request entered: a failed one ends in the stage that failed it. */
  stagesEntered(index: number): number {
    const failure = this.failure[index] ?? 0;
    return failure === 0 ? 4 : (ERROR_REASONS[failure - 1]?.ran ?? 0) + 1;
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
function choose(choices: readonly { share: number }[], u: number): number {
  let rest = u;
  for (let i = 0; i < choices.length - 1; i++) {
    rest -= choices[i]?.share ?? 0;
    if (rest < 0) return i;
  }
  return choices.length - 1;
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
  const { model } = cell;
  const featureCount = FEATURES.length;
  for (let i = 0; i < count; i++) {
    requests.offsetUs[i] = Math.floor(((i + random.next()) / count) * WINDOW_US);
    const segment = choose(SEGMENTS, random.next());
    requests.segment[i] = segment;
    requests.country[i] = choose(COUNTRIES, random.next());
    const failure = chooseFailure(conditions.errors, random.next());
    requests.failure[i] = failure;
    const entered = requests.stagesEntered(i);
    let latencyUs = OVERHEAD_US;
    for (let stage = 0; stage < 4; stage++) {
      let us = 0;
      const u = random.next();
      if (stage < entered) {
        us = Math.round((STAGE_SHAPES[stage]?.at(u) ?? 1) * (cell.stageMs[stage] ?? 0) * 1000);
        if (stage === 0) us = failure === 1 ? REDIS_TIMEOUT_US + Math.floor(u * 8000) : Math.round(us * conditions.fetchSlowness);
        if (stage === 2) us = Math.round(us * (SEGMENTS[segment]?.slowness ?? 1));
      }
      requests.stageUs[i * 4 + stage] = us;
      latencyUs += us;
    }
    requests.latencyUs[i] = latencyUs;
    for (let f = 0; f < featureCount; f++) {
      const feature = FEATURES[f];
      if (feature === undefined) continue;
      const u = random.next();
      const isMissing = random.next() < feature.missingShare;
      const factor = f === 0 ? conditions.amountFactor : 1;
      // Three decimals, as the log prints them: rounded here, so that the histogram counts the printed number.
      const value = Math.round(feature.shape.at(u) * feature.scale * factor * 1000) / 1000;
      requests.features[i * featureCount + f] = isMissing ? Number.NaN : value;
    }
    requests.score[i] = Math.round(model.score.at(random.next()) * 10_000) / 10_000;
    const isKept = random.next() < SAMPLED_SHARE || failure > 0 || latencyUs > model.slowMs * 1000;
    requests.sampled[i] = isKept ? 1 : 0;
  }
  return requests;
}
