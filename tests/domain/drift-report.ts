import type { DriftReport, FeatureDrift } from '@/lib/contracts/drift';
import type { Cohort, Quality, QualityMeasure } from '@/lib/contracts/quality';

/** A feature as the console answers it, within noise where nothing else is said. */
export const featureOf = (feature: string, of: Partial<FeatureDrift> = {}): FeatureDrift => ({
  feature,
  kind: 'numeric',
  state: 'within-noise',
  word: 'within sampling noise',
  psi: 0.002,
  noiseLimit: 0.0065,
  expectedPsi: 0.0027,
  jensenShannon: 0.02,
  hellinger: 0.016,
  totalVariation: 0.015,
  ks: { statistic: 0.012, atMost: 0.2, pValue: 0.6 },
  wasserstein: { value: 0.02, atLeast: false },
  chiSquare: { statistic: 7.5, degreesOfFreedom: 9, pValue: 0.58 },
  qValue: 0.7,
  score: null,
  n: { reference: 50_000, current: 3_600 },
  bins: 10,
  missing: { reference: null, current: null, difference: null, state: 'not-measured' },
  unseen: [],
  unseenMore: 0,
  gone: [],
  goneMore: 0,
  source: 'metrics',
  referenceOwn: null,
  definition: 'PSI over 10 bins',
  notes: [],
  ...of,
});

/** A feature that drifted for certain. */
export const driftedOf = (feature: string, of: Partial<FeatureDrift> = {}): FeatureDrift =>
  featureOf(feature, { state: 'drifted', word: 'drifted', psi: 0.4, qValue: 0, ...of });

export const rateOf = (missing: number, observed: number) => ({
  missing,
  observed,
  rate: missing / observed,
  interval: { low: Math.max(0, missing / observed - 0.01), high: missing / observed + 0.01 },
});

export const reportOf = (features: FeatureDrift[], of: Partial<DriftReport> = {}): DriftReport => ({
  model: 'churn_scorer',
  version: '1.8.2',
  versions: [{ version: '1.8.2', role: 'champion' }],
  reference: {
    kind: 'training',
    words: 'the training baseline of 1.8.2',
    because: 'the first there is',
    version: '1.8.2',
    startMs: null,
    endMs: null,
    baselineId: null,
    choices: [{ kind: 'training', words: 'the training baseline of 1.8.2', lack: null }],
  },
  current: { source: 'metrics', words: 'histograms', because: 'the first that has inputs', sample: null },
  gaps: [],
  missing: [],
  truncated: null,
  why: [],
  startMs: Date.UTC(2026, 10, 21, 8),
  endMs: Date.UTC(2026, 10, 21, 9),
  answer: [],
  features,
  ...of,
});

const share = (value: number, n: number) => ({ value, interval: { low: value - 0.01, high: value + 0.01 }, n });

export const measureOf = (name: QualityMeasure['name'], of: Partial<QualityMeasure> = {}): QualityMeasure => ({
  name,
  now: share(0.8, 4_000),
  reference: share(0.8, 3_000),
  objective: null,
  state: 'holds',
  sinceMs: null,
  word: 'holds',
  values: [share(0.8, 400), null],
  ...of,
});

export const cohortOf = (cohort: string, of: Partial<Cohort> = {}): Cohort => ({
  cohort,
  counts: { tp: 80, fp: 20, tn: 200, fn: 20 },
  accuracy: share(0.87, 320),
  precision: share(0.8, 100),
  recall: share(0.8, 100),
  ratio: { value: 1, interval: { low: 0.95, high: 1.05 } },
  positives: 100,
  state: 'not-below',
  word: 'not below 90 % of overall',
  ...of,
});

const START_MS = Date.UTC(2026, 10, 20, 9);

export const qualityOf = (of: Partial<Quality> = {}): Quality => ({
  model: 'churn_scorer',
  version: null,
  versions: [],
  startMs: START_MS,
  endMs: START_MS + 4 * 3_600_000,
  windowMs: 7_200_000,
  windows: 2,
  answer: [],
  counts: { tp: 3_200, fp: 800, tn: 8_000, fn: 800 },
  measures: [measureOf('accuracy'), measureOf('precision'), measureOf('recall'), measureOf('f1')],
  reference: { words: 'the 24 h before', startMs: 0, endMs: 1, counts: { tp: 1, fp: 1, tn: 1, fn: 1 } },
  labels: { lastReceivedMs: START_MS, ageMs: 60_000, limitMs: 86_400_000, limitFrom: 'default', state: 'fresh' },
  coverage: [0.3, 0.29],
  maturity: null,
  cohorts: [],
  cohortTime: null,
  proxies: [],
  gaps: [],
  missing: [],
  why: [],
  ...of,
});
