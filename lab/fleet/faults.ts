/**
 * What can be wrong with the telemetry itself, apart from what happens to the models. Only tests ask for these: the
 * demo's fleet has none of them.
 */
export const FLEET_FAULTS = [
  /** The lines of fraud-api carry neither request id nor trace id. */
  'ids missing in logs',
  /** recommender begins a new trace instead of going on with the gateway's. */
  'no propagation',
  /** Traces are sampled before anybody knows whether the request fails: a tenth of all, errors and slow ones alike. */
  'sampled-away errors',
  /** A counter with a label of one value for each user. */
  'label of 50000 values',
  /** feature_fetch_seconds has a sum and a count but no buckets. */
  'averages-only metric',
  /** Latency buckets without the bound of 500 ms. */
  'missing bucket',
  /** The last label of reco arrived thirty hours before the start. */
  'stale labels',
  /** One alert says nothing about what to do. */
  'alert without runbook',
  /** The gateway does not answer its scrapes. */
  'dead target',
  /** recommender prints its lines as text. */
  'unstructured lines',
] as const;
export type FleetFault = (typeof FLEET_FAULTS)[number];

/** Values of the label that is one for each user. */
export const USER_LABEL_VALUES = 50_000;
export const USERS_METRIC = 'user_requests_total';

/** The service whose faults the ones about one service are. */
export const UNTRACED_SERVICE = 'recommender';
export const UNSTRUCTURED_SERVICE = 'recommender';
export const IDLESS_SERVICE = 'fraud-api';
