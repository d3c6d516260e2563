import 'server-only';
import type { Compare } from '@/lib/contracts/compare';
import type { CompareFault, CompareInputs, SideCounts } from '@/lib/contracts/compare-inputs';
import type { CompareParams, ComparePolicy } from '@/lib/contracts/compare-params';
import type { MissingSignal } from '@/lib/contracts/fleet';
import { judge } from '@/lib/domain/compare';
import { dispersions, factorsOf } from '@/lib/domain/compare-errors';
import { NOTHING_READ } from '@/lib/domain/compare-inputs';
import { sharedStartOf } from '@/lib/domain/compare-soundness';
import { isResolved } from '@/lib/domain/histogram';
import { NO_OUTCOMES } from '@/lib/domain/quality';
import type { Config } from '../config';
import { DEFAULT_POLICY } from '../config/parse';
import { type ModelPanel, openModelPanel } from '../fleet/model-panel';
import { modelConfigOf } from '../telemetry';
import { readExact } from './exact-p95';
import { overTimeOf } from './over-time';
import { Parts } from './parts';
import { type CellsRead, lifeOf, readCells, toInputCells } from './read-cells';
import {
  joinSegments,
  readCounts,
  readExtras,
  readSegments,
  type SideAsked,
  type SideExtras,
  toHistogram,
} from './read-sides';
import { readTokens } from './read-tokens';
import { LOOK_BACK_MS, rolesGap, type Sides, sidesOf, windowOf } from './window';

interface Context {
  signal: AbortSignal;
  nowMs: number;
}

/** A model's policy in the units of the domain. */
export function policyOf(config: Config, model: string): ComparePolicy {
  const own = modelConfigOf(config, model)?.policy ?? null;
  const policy = own ?? DEFAULT_POLICY;
  return {
    maxP95IncreaseRatio: policy.maxP95IncreaseRatio,
    maxErrorIncrease: policy.maxErrorIncreasePoints / 100,
    maxQualityDrop: policy.maxQualityDropPoints / 100,
    minRequests: policy.minRequests,
    minMinutes: policy.minMinutes,
    challengerShare: own?.challengerShare ?? null,
  };
}

/** Reads everything a comparison is made of and judges it by the configured policy. */
export async function readCompare(params: CompareParams, context: Context): Promise<Compare> {
  const { model, endMs, splitMs } = params;
  const { signal } = context;
  const look = { model, startMs: params.startMs ?? Math.max(0, endMs - LOOK_BACK_MS), endMs };
  const panel = await openModelPanel(look, context);
  const { telemetry, gather, versions } = panel;
  const sides = sidesOf(versions, params);
  const unknown = rolesGap(panel, params);
  const window = await windowOf(panel, params, sides, signal);
  const parts = new Parts(gather, signal);
  if (unknown !== null) parts.faults.push({ signal: 'roles', reason: unknown });
  const base = {
    model,
    mode: splitMs === undefined ? ('versions' as const) : ('instant' as const),
    startMs: window.startMs,
    endMs: window.endMs,
    splitMs: splitMs ?? null,
    scrapeIntervalMs: telemetry.source.scrapeIntervalMs,
  };
  const { inputs, cells } = await readInputs(panel, parts, { base, sides }, signal);
  const names = { champion: sides.champion?.version ?? '', challenger: sides.challenger?.version ?? '' };
  return {
    inputs,
    result: judge(inputs, policyOf(telemetry.config, model)),
    versions,
    window: window.found,
    sharedStartMs: sharedStartOf(inputs),
    ...overTimeOf(cells, names, window),
    why: gather.why,
  };
}

/** Signals that the signal map lacks, as faults of a comparison. */
export const missingFaults = (missing: readonly MissingSignal[]): CompareFault[] =>
  missing.map(({ signal, reason, remedy }) => ({
    signal: signal === 'errors' || signal === 'requests' ? signal : signal.startsWith('latency') ? 'latency' : 'other',
    reason: `${reason}${remedy === null ? '' : ` ${remedy}`}`,
  }));

type Base = Pick<CompareInputs, 'model' | 'mode' | 'startMs' | 'endMs' | 'splitMs' | 'scrapeIntervalMs'>;

async function readInputs(
  panel: ModelPanel,
  parts: Parts,
  { base, sides }: { base: Base; sides: Sides },
  signal: AbortSignal,
): Promise<{ inputs: CompareInputs; cells: CellsRead | null }> {
  const { telemetry } = panel;
  const { map, config } = telemetry;
  const { model, startMs, endMs, splitMs } = base;
  const { champion, challenger } = sides;
  const asked = (version: string, isFirst: boolean): SideAsked => ({
    model,
    version,
    startMs: splitMs !== null && !isFirst ? splitMs : startMs,
    endMs: splitMs !== null && isFirst ? splitMs : endMs,
  });
  if (champion === null || challenger === null) {
    const only = champion ?? challenger;
    const side = only === null ? null : await readOne(panel, parts, only, asked(only.version, true), signal);
    // Why there may be no second side: a stack whose versions nothing tells apart has one.
    const faults = [...parts.faults, ...missingFaults(map.missing).filter(({ signal: about }) => about === 'other')];
    return {
      inputs: { ...base, ...NOTHING_READ, champion: side, challenger: null, faults: uniqueFaults(faults) },
      cells: null,
    };
  }
  const first = asked(champion.version, true);
  const second = asked(challenger.version, false);
  const [a, b, cells, segmentsA, segmentsB, extrasA, extrasB] = await Promise.all([
    readCounts(telemetry, parts, first, signal),
    readCounts(telemetry, parts, second, signal),
    readCells(telemetry, parts, { champion: first, challenger: second }, base, signal),
    readSegments(telemetry, parts, first, signal),
    readSegments(telemetry, parts, second, signal),
    readExtras(telemetry, parts, first, signal),
    readExtras(telemetry, parts, second, signal),
  ]);
  parts.faults.push(...missingFaults(map.missing));
  const inputCells = cells === null ? null : toInputCells(cells, a.buckets);
  const factors = factorsOf(dispersions(inputCells, 'above'), base.mode);
  // The logs are read only where the histogram cannot tell: they cost more.
  const exactP95 =
    a.buckets === null ||
    b.buckets === null ||
    isResolved(a.buckets, b.buckets, 0.95) ||
    base.mode === 'instant' ||
    champion.version === challenger.version
      ? null
      : await readExact(
          parts,
          {
            model,
            champion: champion.version,
            challenger: challenger.version,
            startMs,
            endMs,
            factor: Math.max(factors.champion, factors.challenger),
            cells,
            buckets: { champion: a.buckets, challenger: b.buckets },
          },
          signal,
        );
  const side = (
    one: typeof champion,
    own: SideAsked,
    counts: typeof a,
    name: 'champion' | 'challenger',
  ): SideCounts => ({
    version: one.version,
    role: one.role,
    startMs: own.startMs,
    endMs: own.endMs,
    requests: counts.requests,
    errors: counts.errors,
    latency: toHistogram(counts.buckets),
    ...lifeOf(cells, name),
  });
  const names = { model, champion: champion.version, challenger: challenger.version };
  const tokens = await readTokens(telemetry, parts, cells, names, signal);
  const bounds = a.buckets?.upperBounds.filter(Number.isFinite) ?? [];
  const objective = modelConfigOf(config, model)?.slos.find(({ kind }) => kind === 'latency')?.thresholdMs ?? null;
  const inputs: CompareInputs = {
    ...base,
    champion: side(champion, first, a, 'champion'),
    challenger: side(challenger, second, b, 'challenger'),
    cells: inputCells,
    slo:
      objective === null || bounds.length === 0
        ? null
        : { thresholdMs: objective, isBound: bounds.includes(objective), bounds: nearestBounds(bounds, objective) },
    segments: joinSegments(segmentsA, segmentsB),
    ...joinExtras(extrasA, extrasB),
    exactP95,
    ...(tokens === undefined ? {} : { tokens }),
    faults: uniqueFaults(parts.faults),
  };
  return { inputs, cells };
}

/** Bounds that a sentence can name: all of a few, of a native histogram's hundreds those on both sides. */
function nearestBounds(bounds: readonly number[], ms: number): number[] {
  if (bounds.length <= MOST_NAMED_BOUNDS) return [...bounds];
  const above = bounds.findIndex((bound) => bound >= ms);
  const at = above === -1 ? bounds.length - 1 : above;
  return bounds.slice(Math.max(0, at - 1), at + 1);
}

const MOST_NAMED_BOUNDS = 40;

async function readOne(
  { telemetry }: ModelPanel,
  parts: Parts,
  { version, role }: NonNullable<Sides['champion']>,
  own: SideAsked,
  signal: AbortSignal,
): Promise<SideCounts> {
  const counts = await readCounts(telemetry, parts, own, signal);
  return {
    version,
    role,
    startMs: own.startMs,
    endMs: own.endMs,
    requests: counts.requests,
    errors: counts.errors,
    latency: toHistogram(counts.buckets),
    firstMs: null,
    lastMs: null,
  };
}

const STAGE_ORDER = ['feature_fetch', 'preprocess', 'infer', 'postprocess'];

function joinExtras(
  a: SideExtras,
  b: SideExtras,
): Pick<CompareInputs, 'stages' | 'scores' | 'predictions' | 'outcomes'> {
  const rank = (stage: string): number =>
    (STAGE_ORDER.indexOf(stage) + STAGE_ORDER.length + 1) % (STAGE_ORDER.length + 1);
  const stages = [...new Set([...a.stages.keys(), ...b.stages.keys()])].toSorted(
    (x, y) => rank(x) - rank(y) || (x < y ? -1 : 1),
  );
  const labels = [...new Set([...(a.predictions?.keys() ?? []), ...(b.predictions?.keys() ?? [])])].toSorted();
  return {
    stages: stages.map((stage) => ({
      stage,
      champion: a.stages.get(stage) ?? null,
      challenger: b.stages.get(stage) ?? null,
      championSumMs: a.stageSums.get(stage) ?? null,
      challengerSumMs: b.stageSums.get(stage) ?? null,
    })),
    scores: a.scores === null || b.scores === null ? null : { champion: a.scores, challenger: b.scores },
    predictions:
      a.predictions === null || b.predictions === null
        ? null
        : labels.map((label) => ({
            label,
            champion: a.predictions?.get(label) ?? 0,
            challenger: b.predictions?.get(label) ?? 0,
          })),
    // Labels of one side alone are labels: without the other's, quality is not known, which is no pass.
    outcomes:
      a.outcomes === null && b.outcomes === null
        ? null
        : { champion: a.outcomes ?? NO_OUTCOMES, challenger: b.outcomes ?? NO_OUTCOMES },
  };
}

/** Each sentence once: both sides ask the same source. In a fixed order, whichever failed first. */
const uniqueFaults = (faults: CompareInputs['faults']): CompareInputs['faults'] =>
  [...new Map(faults.map((fault) => [`${fault.signal} ${fault.reason}`, fault])).values()].toSorted((x, y) =>
    x.reason < y.reason ? -1 : 1,
  );
