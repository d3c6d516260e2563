import type { FeatureDrift, MissingRate, NamedCount } from '@/lib/contracts/drift';
import type { DriftSource } from '@/lib/contracts/drift-params';
import type { DriftState } from '@/lib/contracts/drift-state';
import { type Proportion, wilsonInterval } from './comparison';
import {
  chiSquareTwoSample,
  deviationOfBins,
  hellingerDistance,
  jensenShannonDistance,
  ksOnBins,
  totalVariation,
  wasserstein,
} from './drift';
import { mergeSparse, occupied, type PairedBuckets, pairBuckets, pairCategories, sumOf } from './drift-bins';
import { type DriftSides, type DriftVerdict, driftVerdicts, driftWord, psiDefinition } from './drift-verdict';
import { type FeatureSide, foldCategories, NO_SIDE } from './feature-side';
import { inputState } from './input-state';
import { kolmogorovTail, ksAtMost } from './kolmogorov';
import { type MissingVerdict, missingVerdicts } from './missing-values';

/** One feature on both sides, as read. */
export interface FeaturePair {
  readonly feature: string;
  readonly reference: FeatureSide | null;
  readonly current: FeatureSide | null;
  readonly source: DriftSource;
  /** Where this feature's reference is not the report's: "the 24 h before". */
  readonly referenceOwn: string | null;
  /** Where only its missing values are held against another time than the report's reference, which counted none. */
  readonly missingOwn?: string;
  /** Drift that was computed elsewhere. */
  readonly score: { readonly method: string; readonly value: number } | null;
}

/** Categories of one side that are named at most. */
const MAX_NAMED = 20;

/** A pair brought onto common bins or categories, before any verdict. */
export interface Shaped {
  sides: DriftSides;
  kind: FeatureDrift['kind'];
  buckets: PairedBuckets | null;
  names: readonly string[] | null;
  unseen: NamedCount[];
  gone: NamedCount[];
  notes: string[];
}

/**
 * Features judged together, in their order. `hasTraffic` false: nothing at all was observed in the time, and then no
 * feature has vanished.
 */
export function judgeFeatures(pairs: readonly FeaturePair[], hasTraffic = true): FeatureDrift[] {
  const shaped = pairs.map((pair) => shapeOf(pair, hasTraffic));
  const verdicts = driftVerdicts(shaped.map(({ sides }) => sides));
  const missing = missingVerdicts(
    pairs.map(({ reference, current }) => ({
      reference: reference?.missing ?? null,
      current: current?.missing ?? null,
    })),
  );
  return pairs.flatMap((pair, i) => {
    const own = shaped[i];
    const verdict = verdicts[i];
    const lacking = missing[i];
    return own === undefined || verdict === undefined || lacking === undefined
      ? []
      : [toRow(pair, own, verdict, lacking)];
  });
}

/** What a strip of windows needs of a pair: the sides alone, no names and notes. */
export const sidesOfPair = (pair: FeaturePair, hasTraffic = true): DriftSides => shapeOf(pair, hasTraffic).sides;

const nothingOn = (side: FeatureSide | null): boolean => side === null || !((side.total ?? 0) > 0);

/**
 * A pair on bins that both sides have; bounds and categories of one side alone are told in `notes`. `paired` null:
 * nothing common, or a side without values; a count null: not known, which is not 0.
 */
export function shapeOf({ reference: r, current: c }: FeaturePair, hasTraffic: boolean): Shaped {
  const reference = r ?? NO_SIDE;
  const current = c ?? NO_SIDE;
  const both = {
    numeric: reference.buckets !== null && current.buckets !== null,
    categorical: reference.categories !== null && current.categories !== null,
  };
  // A few whole numbers may be counted as values here and as categories there: what both sides have is compared.
  const isNumeric = both.numeric || (!both.categorical && (reference.buckets ?? current.buckets) !== null);
  const notes = [...reference.notes.map((note) => `Reference: ${note}`), ...current.notes];
  // A series that stands still while others move is a feature that nobody sends any more.
  const isGone = nothingOn(current);
  const isAbsent = nothingOn(reference);
  const isKnown = hasTraffic && !reference.isUnread && !current.isUnread;
  const base = {
    isOrdered: isNumeric,
    referenceCount: isKnown ? (isAbsent ? null : reference.total) : null,
    currentCount: isKnown && !isGone ? current.total : null,
  };
  const none = { buckets: null, names: null, unseen: [], gone: [] };
  const kind = isNumeric ? ('numeric' as const) : ('categorical' as const);
  if (isNumeric) {
    const paired =
      reference.buckets === null || current.buckets === null || isGone || isAbsent
        ? null
        : pairBuckets(reference.buckets, current.buckets);
    if (
      (reference.categories !== null || current.categories !== null) &&
      (reference.buckets === null || current.buckets === null)
    ) {
      notes.push('One side has numbers and the other has categories.');
    }
    if (paired !== null && paired.dropped > 0) {
      const were = paired.dropped === 1 ? 'bound is' : 'bounds are';
      notes.push(
        `${paired.dropped} ${were} on one side only, so their buckets were joined; ${paired.upperBounds.length} are left.`,
      );
    }
    return { ...none, kind, notes, sides: { ...base, paired }, buckets: paired };
  }
  if (isGone || isAbsent || reference.categories === null || current.categories === null) {
    return { ...none, kind, notes, sides: { ...base, paired: null } };
  }
  const folded = foldCategories(reference.categories, current.categories);
  if (folded.folded > 0) {
    notes.push(`The ${folded.folded} rarest categories are counted as one.`);
  }
  const paired = pairCategories(folded.reference, folded.current);
  return {
    kind,
    notes,
    buckets: null,
    names: paired.categories,
    unseen: onlyIn(current.categories, reference.categories),
    gone: onlyIn(reference.categories, current.categories),
    sides: { ...base, paired },
  };
}

/** Categories with values on one side and none on the other, most frequent first. */
function onlyIn(side: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): NamedCount[] {
  const total = [...side.values()].reduce((sum, count) => sum + count, 0);
  return [...side]
    .filter(([name, count]) => count > 0 && !((other.get(name) ?? 0) > 0))
    .map(([name, count]) => ({ name, count, share: count / total }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

function toRow(pair: FeaturePair, shaped: Shaped, verdict: DriftVerdict, missing: MissingVerdict): FeatureDrift {
  const { sides, kind, unseen, gone, notes } = shaped;
  const scored = sides.paired === null && pair.score !== null && pair.current === null && pair.reference === null;
  const held = sides.paired === null ? null : occupied(sides.paired);
  const merged = held === null ? null : mergeSparse(held, sides.isOrdered);
  const chi = merged === null ? null : chiSquareTwoSample(merged.reference, merged.current);
  const judged = scored ? scoreState(pair.score) : { state: verdict.state, word: driftWord(verdict.state, sides) };
  return {
    feature: pair.feature,
    kind: scored ? 'score' : kind,
    ...judged,
    psi: verdict.psi,
    noiseLimit: verdict.noiseLimit,
    expectedPsi: verdict.noiseMean,
    jensenShannon: held === null ? null : jensenShannonDistance(held.reference, held.current),
    hellinger: held === null ? null : hellingerDistance(held.reference, held.current),
    totalVariation: held === null ? null : totalVariation(held.reference, held.current),
    ks: shaped.buckets === null ? null : ksOf(shaped.buckets),
    wasserstein: shaped.buckets === null ? null : wassersteinOf(shaped.buckets),
    chiSquare: chi,
    qValue: verdict.qValue,
    score: pair.score,
    n: { reference: pair.reference?.total ?? null, current: pair.current?.total ?? null },
    bins: verdict.psi === null ? null : verdict.bins,
    missing: {
      reference: rateOf(pair.reference?.missing ?? null),
      current: rateOf(pair.current?.missing ?? null),
      difference:
        missing.difference === null
          ? null
          : { value: missing.difference.difference, interval: missing.difference.interval },
      state: missing.state,
      ...(pair.missingOwn === undefined ? {} : { referenceOwn: pair.missingOwn }),
    },
    unseen: unseen.slice(0, MAX_NAMED),
    unseenMore: Math.max(0, unseen.length - MAX_NAMED),
    gone: gone.slice(0, MAX_NAMED),
    goneMore: Math.max(0, gone.length - MAX_NAMED),
    source: pair.source,
    referenceOwn: pair.referenceOwn,
    definition: definitionOf(scored, pair, verdict, sides),
    notes,
  };
}

function definitionOf(scored: boolean, pair: FeaturePair, verdict: DriftVerdict, sides: DriftSides): string {
  if (scored)
    return `${pair.score?.method || 'a score'} as computed elsewhere (feature_drift_score); its bins and sample are not known`;
  return verdict.psi === null ? 'nothing was computed' : psiDefinition(verdict, sides);
}

/** State of a score that came without its sample: only PSI has limits that can be read without it. */
export function scoreState(score: FeaturePair['score']): { state: DriftState; word: string } {
  if (score === null) return { state: 'not-measured', word: 'not measured' };
  const { status, word } = inputState([{ feature: 'it', ...score }]);
  if (status === 'unknown') return { state: 'not-measured', word };
  const state: DriftState = word.endsWith('drifted') ? 'drifted' : status === 'watch' ? 'watch' : 'stable';
  return { state, word: `${state === 'watch' ? 'shifting' : state}, as computed elsewhere` };
}

function rateOf(side: Proportion | null): MissingRate | null {
  if (side === null || !(side.total > 0)) return null;
  const interval = wilsonInterval(side);
  if (interval === null) return null;
  const missing = Math.min(side.successes, side.total);
  return { missing, observed: side.total, rate: missing / side.total, interval };
}

function ksOf({ reference, current }: PairedBuckets): FeatureDrift['ks'] {
  const statistic = ksOnBins(reference, current);
  const atMost = statistic === null ? null : ksAtMost(statistic, reference, current);
  if (statistic === null || atMost === null) return null;
  return { statistic, atMost, pValue: kolmogorovTail(statistic, sumOf(reference), sumOf(current)) };
}

/** Over the finite bins; where mass lies in the open one, it is at least this. Null for a reference of one value. */
function wassersteinOf({ upperBounds, reference, current }: PairedBuckets): FeatureDrift['wasserstein'] {
  const last = upperBounds.length - 1;
  // The open bucket is taken to end where it begins: nearer it cannot be.
  const closed = upperBounds.map((bound, i) => (i === last ? (upperBounds[last - 1] ?? 0) : bound));
  const distance = wasserstein(closed, reference, current);
  const deviation = deviationOfBins(closed, reference);
  if (distance === null || deviation === null || !(deviation > 0)) return null;
  const atLeast = (reference[last] ?? 0) > 0 || (current[last] ?? 0) > 0;
  return { value: distance / deviation, atLeast };
}
