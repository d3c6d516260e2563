/** What can be kept as evidence: which panel draws it again. Apart from the contract: panels need no parser. */
export const EVIDENCE_KINDS = [
  'fleet',
  'jobs',
  'changes',
  'model',
  'requests',
  'errors',
  'latency',
  'heatmap',
  'stages',
  'stage-split',
  'in-flight',
  'metric',
  'error-reasons',
  'comparison',
  'log-lines',
  'log-volume',
  'traces',
  'trace',
  'request',
  'drift',
  'slos',
  'impact',
  'alert',
  'alerts',
  'readiness',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

export const MAX_EVIDENCE_TITLE = 200;
/** Questions that are kept beside a panel's own at most. */
export const MAX_BESIDE = 16;
/** What is kept beside a model's drift, as far as it is on the screen: paths below /api. */
export const DRIFT_BESIDE = [
  'drift/heat',
  'drift/consequences',
  'drift/feature',
  'drift/output',
  'drift/arms',
  'quality',
  'events',
] as const;
/** Characters of a frozen address: the settings a panel was looked at with. */
export const MAX_LOOK_CHARS = 8_000;

/** Flat parameters of a question, as they stand in an address. */
export type EvidenceParams = Record<string, string | number | boolean>;
