import type { CompareInputs } from '@/lib/contracts/compare-inputs';

/** What inputs hold of all that was not read, or was not asked. */
export const NOTHING_READ = {
  cells: null,
  slo: null,
  segments: null,
  stages: [],
  exactP95: null,
  outcomes: null,
  predictions: null,
  scores: null,
} satisfies Partial<CompareInputs>;
