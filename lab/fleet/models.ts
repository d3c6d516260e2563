import { QuantileTable } from './quantile-table';

/** The vocabulary of the fleet: its models, versions, features and buckets. Nothing here depends on time. */

/** Upper bounds of the latency, fetch and stage histograms, in milliseconds; `le` is in seconds. */
export const LATENCY_BOUNDS_MS = [10, 25, 50, 75, 100, 150, 200, 250, 300, 500, 1000, 2000, 5000] as const;
export const SCORE_BOUNDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;
export const STAGES = ['feature_fetch', 'preprocess', 'infer', 'postprocess'] as const;

/** User segments with their share of the traffic and how much longer their inference takes. */
export const SEGMENTS = [
  { name: 'free', share: 0.55, slowness: 0.94 },
  { name: 'premium', share: 0.3, slowness: 1 },
  { name: 'business', share: 0.15, slowness: 1.2 },
] as const;

export const COUNTRIES = [
  { name: 'DE', share: 0.4 },
  { name: 'US', share: 0.3 },
  { name: 'BR', share: 0.2 },
  { name: 'IN', share: 0.1 },
] as const;

export interface Feature {
  name: string;
  bounds: readonly number[];
  /** Draws of it have this shape times this scale. */
  shape: QuantileTable;
  scale: number;
  /** Share of the requests that come without it. */
  missingShare: number;
}

export const FEATURES: readonly Feature[] = [
  {
    name: 'amount',
    bounds: [5, 10, 20, 40, 80, 160, 320, 640, 1280],
    shape: QuantileTable.logNormal(1.1),
    scale: 48,
    missingShare: 0.001,
  },
  {
    name: 'account_age_days',
    bounds: [1, 7, 30, 90, 180, 365, 730, 1460],
    shape: QuantileTable.logNormal(1),
    scale: 340,
    missingShare: 0.003,
  },
  {
    name: 'merchant_risk',
    bounds: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    shape: QuantileTable.logitNormal(0.27, 0.8),
    scale: 1,
    missingShare: 0.008,
  },
  {
    name: 'session_length_s',
    bounds: [5, 15, 30, 60, 120, 300, 600, 1200],
    shape: QuantileTable.logNormal(0.9),
    scale: 60,
    missingShare: 0.002,
  },
];

/** Why requests fail. `ran` is how many of the four stages ran to an end before the failure. */
export const ERROR_REASONS = [
  { type: 'FeatureStoreTimeout', message: 'redis GET timed out after 200ms', httpStatus: 503, ran: 0 },
  { type: 'ValidationError', message: 'amount must be a finite number', httpStatus: 422, ran: 1 },
  { type: 'ModelRuntimeError', message: 'ONNXRuntime session failed: non-zero status code', httpStatus: 500, ran: 2 },
] as const;

/** Shares of requests that fail, in the order of ERROR_REASONS. */
export type ErrorShares = readonly [timeout: number, validation: number, runtime: number];

export interface Model {
  name: string;
  service: string;
  /** Mean of its requests, all versions together. */
  requestsPerSecond: number;
  /** How far traffic swings over the day around its mean, 0 to 1. */
  swing: number;
  labels: { positive: string; negative: string };
  /** Score shape; a score of 0.5 or more is a positive prediction. */
  score: QuantileTable;
  /** Requests slower than this are always traced: about the 99th percentile. */
  slowMs: number;
}

const fraud: Model = {
  name: 'fraud_detector',
  service: 'fraud-api',
  requestsPerSecond: 8,
  swing: 0.35,
  labels: { positive: 'fraud', negative: 'legit' },
  score: QuantileTable.logitNormal(0.14, 1.15),
  slowMs: 300,
};
const reco: Model = {
  name: 'reco',
  service: 'recommender',
  requestsPerSecond: 6,
  swing: 0.3,
  labels: { positive: 'relevant', negative: 'irrelevant' },
  score: QuantileTable.logitNormal(0.4, 1),
  slowMs: 300,
};
const churn: Model = {
  name: 'churn_scorer',
  service: 'churn-batch',
  requestsPerSecond: 1,
  swing: 0.2,
  labels: { positive: 'churns', negative: 'stays' },
  score: QuantileTable.logitNormal(0.3, 1.1),
  slowMs: 400,
};
export const MODELS: readonly Model[] = [fraud, reco, churn];

/** A version of a model: the unit that the world is computed in. */
export interface Cell {
  /** Position in CELLS, which is part of every id: append, never reorder. */
  index: number;
  model: Model;
  version: string;
  /** Medians of the four stages in the order of STAGES, milliseconds. */
  stageMs: readonly [fetch: number, preprocess: number, infer: number, postprocess: number];
  errors: ErrorShares;
}

const cell = (index: number, model: Model, version: string, stageMs: Cell['stageMs'], errors: ErrorShares): Cell => ({
  index,
  model,
  version,
  stageMs,
  errors,
});

export const CELLS: readonly Cell[] = [
  cell(0, fraud, '2.2.0', [28, 5, 74, 3], [0.0025, 0.0015, 0.003]),
  cell(1, fraud, '2.3.0', [28, 5, 70, 3], [0.0025, 0.0015, 0.002]),
  cell(2, fraud, '2.4.0', [28, 5, 86, 3], [0.0025, 0.0015, 0.015]),
  cell(3, reco, '2.3.1', [34, 6, 82, 3], [0.001, 0.001, 0.002]),
  cell(4, reco, '2.4.0', [34, 6, 49, 3], [0.001, 0.001, 0.002]),
  cell(5, churn, '1.8.2', [60, 7, 40, 4], [0.001, 0.0005, 0.0015]),
];

/** Shapes of the four stages around their medians, in the order of STAGES. */
export const STAGE_SHAPES: readonly QuantileTable[] = [
  QuantileTable.logNormal(0.45),
  QuantileTable.logNormal(0.25),
  QuantileTable.logNormal(0.42),
  QuantileTable.logNormal(0.25),
];
