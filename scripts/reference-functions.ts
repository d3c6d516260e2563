import { burnRate } from '../lib/domain/burn';
import { newcombeDifference, pooledZTest, wilsonInterval } from '../lib/domain/comparison';
import { cumulativeShare } from '../lib/domain/decision-clock';
import {
  chiSquareTwoSample,
  hellingerDistance,
  jensenShannonDistance,
  klDivergence,
  ksOnBins,
  largestShareChange,
  psi,
  psiNoiseLimit,
  totalVariation,
  wasserstein,
} from '../lib/domain/drift';
import { pairCategories } from '../lib/domain/drift-bins';
import { benjaminiHochberg } from '../lib/domain/false-discovery';
import { fisherExact } from '../lib/domain/fisher';
import { chiSquarePoint } from '../lib/domain/gamma';
import {
  type Buckets,
  histogramQuantile,
  type Interval,
  quantileDifference,
  woodruffInterval,
} from '../lib/domain/histogram';
import { sampleRatioTest } from '../lib/domain/sample-ratio';
import { confidenceSequence, countLogEvidence } from '../lib/domain/sequential';

/** One entry of a reference file: computed by another program, or printed by a peer. */
export interface ReferenceEntry {
  id?: string;
  what: string;
  inputs: Readonly<Record<string, unknown>>;
  expected: unknown;
  tolerance: unknown;
}

type Inputs = ReferenceEntry['inputs'];

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

/** A number of a file, "+Inf" included; NaN, which equals nothing, for what is none. */
const number = (value: unknown): number =>
  value === '+Inf' ? Number.POSITIVE_INFINITY : typeof value === 'number' ? value : Number.NaN;
const numbers = (value: unknown): number[] => (isList(value) ? value.map(number) : []);
const buckets = (bounds: unknown, cumulative: unknown): Buckets => ({
  upperBounds: numbers(bounds),
  cumulative: numbers(cumulative),
});
const errors = (inputs: Inputs, side: 'champion' | 'challenger') => ({
  successes: number(inputs[`${side}Errors`]),
  total: number(inputs[`${side}Total`]),
});
const pair = (interval: Interval | null | undefined): [number, number] | null =>
  interval == null ? null : [interval.low, interval.high];
const counts = (inputs: Inputs): [number[], number[]] => [
  numbers(inputs.reference ?? inputs.reference_counts),
  numbers(inputs.current ?? inputs.current_counts),
];

/** Counts with one more in every bin: the peers' smoothing, given to the console's own index. */
const plusOne = (list: readonly number[]): number[] => list.map((count) => count + 1);
/** Upper bounds whose bins have these midpoints, the first bin beginning at 0. */
const boundsAround = (middles: readonly number[]): number[] => {
  const bounds: number[] = [];
  for (const middle of middles) bounds.push(2 * middle - (bounds.at(-1) ?? 0));
  return bounds;
};
const table = (value: unknown): number[][] => (isList(value) ? value.map(numbers) : []);
const entriesOf = (value: unknown): Map<string, number> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value).map(([k, v]) => [k, number(v)]) : []);
const scaled = (value: number | null, factor: number): number | null => (value === null ? null : value * factor);

/** What an entry is about, by how its `what` begins, to the function of the console that answers it. */
const FUNCTIONS: readonly (readonly [RegExp, (inputs: Inputs) => unknown])[] = [
  [/^psi floor 1e-4$/, (inputs) => psi(...counts(inputs))],
  [/^psi noise limit alpha 0\.01$/, (inputs) => psiNoiseLimit(...counts(inputs), 0.01)],
  [
    /^PSI null critical value/,
    ({ N, M, bins, p_value }) => (1 / number(N) + 1 / number(M)) * chiSquarePoint(number(p_value), number(bins) - 1),
  ],
  [/^jensen-shannon distance base 2$/, (inputs) => jensenShannonDistance(...counts(inputs))],
  [/^Jensen-Shannon DISTANCE base 2$/, ({ p, q }) => jensenShannonDistance(numbers(p), numbers(q))],
  [/^JS distance base 2/, (inputs) => jensenShannonDistance(...counts(inputs))],
  [
    /^JS distance of each row pair, natural log/,
    ({ a, b }) => table(a).map((row, i) => scaled(jensenShannonDistance(row, table(b)[i] ?? []), Math.sqrt(Math.LN2))),
  ],
  [/^KL divergence base 2/, ({ p, q }) => scaled(klDivergence(numbers(p), numbers(q)), Math.LOG2E)],
  [
    /^PSI, (categorical, Laplace|fixed intervals|reference quantile bins).*pseudocount 1/,
    (inputs) => {
      const [reference, current] = counts(inputs);
      return psi(plusOne(reference), plusOne(current));
    },
  ],
  [
    /^Wasserstein-1 unweighted$/,
    (inputs) => {
      const [u, v] = [numbers(inputs.u), numbers(inputs.v)];
      const values = [...new Set([...u, ...v])].sort((a, b) => a - b);
      const counted = (side: readonly number[]) => values.map((one) => side.filter((value) => value === one).length);
      return wasserstein(boundsAround(values), counted(u), counted(v));
    },
  ],
  [
    /^L-infinity with a new category$/,
    ({ reference_counts, current_counts }) => {
      const paired = pairCategories(entriesOf(reference_counts), entriesOf(current_counts));
      return largestShareChange(paired.reference, paired.current);
    },
  ],
  [
    /^Fisher exact 2x2/,
    (inputs) => {
      const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = table(inputs.table);
      return fisherExact({ successes: a, total: a + b }, { successes: c, total: c + d });
    },
  ],
  [
    /^Fisher exact$/,
    (inputs) => {
      const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = table(inputs.table);
      return { p: fisherExact({ successes: a, total: a + b }, { successes: c, total: c + d }) };
    },
  ],
  [
    /^All metrics on one/,
    (inputs) => {
      const pair = counts(inputs);
      const [reference, current] = pair;
      const distance = jensenShannonDistance(...pair);
      return {
        psi: psi(...pair),
        js_distance_nat: scaled(distance, Math.sqrt(Math.LN2)),
        js_distance_base2: distance,
        js_divergence_base2: distance === null ? null : distance ** 2,
        kl_ref_cur: klDivergence(...pair),
        tvd: totalVariation(...pair),
        linf: largestShareChange(...pair),
        ks_D: ksOnBins(...pair),
        wasserstein: wasserstein(boundsAround(numbers(inputs.values)), ...pair),
        chi2_homogeneity_p: chiSquareTwoSample(...pair)?.pValue ?? null,
        chi2_gof_p: sampleRatioTest(current, reference)?.pValue ?? null,
      };
    },
  ],
  [/^hellinger distance$|^Hellinger on the same counts$/, (inputs) => hellingerDistance(...counts(inputs))],
  [/^total variation distance$/, (inputs) => totalVariation(...counts(inputs))],
  [/^ks statistic on bins$/, (inputs) => ksOnBins(...counts(inputs))],
  [/^wasserstein-1 on bin midpoints/, (inputs) => wasserstein(numbers(inputs.upperBounds), ...counts(inputs))],
  [/^chi-square two-sample$/, (inputs) => chiSquareTwoSample(...counts(inputs))],
  [
    /^chi-square independence 2x3$/,
    ({ table }) => {
      const [a, b] = isList(table) ? table.map(numbers) : [];
      const tested = chiSquareTwoSample(a ?? [], b ?? []);
      return tested === null ? null : { stat: tested.statistic, p: tested.pValue, dof: tested.degreesOfFreedom };
    },
  ],
  [
    /^chi-square goodness of fit$/,
    ({ obs, exp }) => {
      const tested = sampleRatioTest(numbers(obs), numbers(exp));
      return tested === null ? null : { stat: tested.statistic, p: tested.pValue };
    },
  ],
  [
    /^chi-square, expected = reference scaled/,
    (inputs) => {
      const [reference, current] = counts(inputs);
      return { p: sampleRatioTest(current, reference)?.pValue ?? null };
    },
  ],
  [
    /^newcombe interval/,
    (inputs) => pair(newcombeDifference(errors(inputs, 'champion'), errors(inputs, 'challenger'))?.interval),
  ],
  [
    /^wilson interval 95%$/,
    ({ successes, total }) => pair(wilsonInterval({ successes: number(successes), total: number(total) })),
  ],
  [/^two-proportion z test/, (inputs) => pooledZTest(errors(inputs, 'champion'), errors(inputs, 'challenger'))],
  [
    /^asymptotic confidence sequence of the difference/,
    (inputs) => pair(confidenceSequence(errors(inputs, 'champion'), errors(inputs, 'challenger'))),
  ],
  [
    /^count e-process/,
    (inputs) =>
      countLogEvidence({
        challengerErrors: number(inputs.challengerErrors),
        totalErrors: number(inputs.totalErrors),
        challengerShare: number(inputs.challengerShareOfRequests),
      }),
  ],
  [
    /^sample ratio mismatch chi-square$/,
    ({ champion, challenger, configuredChampionShare }) =>
      sampleRatioTest(
        [number(champion), number(challenger)],
        [number(configuredChampionShare), 1 - number(configuredChampionShare)],
      ),
  ],
  [
    /^sample-ratio-mismatch chi-square p$/,
    ({ users, weights }) => {
      // The peer's list keeps users of arms without a share out of the total.
      return sampleRatioTest(numbers(users), numbers(weights))?.pValue ?? null;
    },
  ],
  [
    /^histogram quantile$/,
    ({ upperBounds, cumulative, quantile }) =>
      histogramQuantile(buckets(upperBounds, cumulative), number(quantile)).value,
  ],
  [
    /^histogram_quantile classic|^quantile of cumulative buckets$/,
    ({ le, cumulative, q }) => histogramQuantile(buckets(le, cumulative), number(q)).value,
  ],
  [
    /^histogram_fraction\(/,
    ({ le, cumulative, lower, upper }) => {
      const all = buckets(le, cumulative);
      const [from, to] = [cumulativeShare(all, number(lower)), cumulativeShare(all, number(upper))];
      return from === null || to === null ? null : to - from;
    },
  ],
  [
    /^woodruff interval 95%$/,
    ({ upperBounds, cumulative, quantile }) =>
      pair(woodruffInterval(buckets(upperBounds, cumulative), number(quantile))),
  ],
  [
    /^MOVER interval/,
    ({ upperBounds, champion, challenger, quantile }) =>
      pair(
        quantileDifference(buckets(upperBounds, champion), buckets(upperBounds, challenger), number(quantile))
          ?.interval,
      ),
  ],
  [/^benjamini-hochberg adjusted p$/, ({ p }) => benjaminiHochberg(numbers(p))],
  [/^burn rate$/, ({ objective, errorRatio }) => burnRate(number(errorRatio), number(objective))],
];

/** Members of an expected value that the console has no function for, by how its `what` begins. */
const NOT_OURS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^Fisher exact$/, ['odds']],
  // Mann-Whitney is none of the console's tests, nor is a distance in sample standard deviations.
  [/^All metrics on one/, ['wasserstein_over_refstd', 'mw_U', 'mw_p_two_sided']],
];

export type Outcome =
  | { state: 'passed'; unchecked?: readonly string[] }
  | { state: 'failed'; got: unknown }
  | { state: 'unknown' };

/** Runs one entry. Unknown: the console has no function for what it is about. */
export function checkEntry({ what, inputs, expected, tolerance }: ReferenceEntry): Outcome {
  const found = FUNCTIONS.find(([name]) => name.test(what));
  if (found === undefined || typeof tolerance !== 'number') return { state: 'unknown' };
  const got = found[1](inputs);
  const unchecked = NOT_OURS.find(([name]) => name.test(what))?.[1] ?? [];
  const wanted = unchecked.length === 0 ? expected : without(expected, unchecked);
  if (!isClose(got, wanted, tolerance)) return { state: 'failed', got };
  return unchecked.length === 0 ? { state: 'passed' } : { state: 'passed', unchecked };
}

const without = (expected: unknown, members: readonly string[]): unknown =>
  typeof expected === 'object' && expected !== null
    ? Object.fromEntries(Object.entries(expected).filter(([name]) => !members.includes(name)))
    : expected;

/** Whether a value equals the expected one to the tolerance, member by member. */
function isClose(got: unknown, expected: unknown, tolerance: number): boolean {
  if (typeof expected === 'number') return typeof got === 'number' && Math.abs(got - expected) <= tolerance;
  if (isList(expected)) {
    return isList(got) && got.length === expected.length && expected.every((one, i) => isClose(got[i], one, tolerance));
  }
  if (typeof expected === 'object' && expected !== null) {
    const own = new Map(Object.entries(typeof got === 'object' && got !== null ? got : {}));
    return Object.entries(expected).every(([key, value]) => isClose(own.get(key), value, tolerance));
  }
  return got === expected;
}
