import type { Metric, MetricParams } from '@/lib/contracts/metric';
import { apiQuery } from './api';

/** A PromQL or LogQL query of one's own over a range. */
export const metricQuery = (params: MetricParams) => apiQuery<Metric>('metrics', params);
