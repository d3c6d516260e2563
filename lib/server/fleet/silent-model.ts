import 'server-only';
import type { MeasuredModel } from '@/lib/domain/findings';
import { DEFAULT_POLICY } from '../config/parse';
import { NO_BUDGET } from './budgets';

/** A model that exists and had no requests in the range: nothing of it is measured. */
export const silentModel = (model: string): MeasuredModel => ({
  model,
  requests: 0,
  errors: null,
  buckets: null,
  versions: [],
  before: null,
  budget: NO_BUDGET,
  inputs: { status: 'unknown', word: 'not measured' },
  labelAgeMs: null,
  labelLimitMs: null,
  alerts: null,
  silentMs: null,
  limits: {
    maxErrorIncrease: DEFAULT_POLICY.maxErrorIncreasePoints / 100,
    maxP95IncreaseRatio: DEFAULT_POLICY.maxP95IncreaseRatio,
  },
});
