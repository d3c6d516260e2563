import type { Compare, CompareTraces } from '@/lib/contracts/compare';
import type { CompareParams, CompareReportParams, CompareTracesParams } from '@/lib/contracts/compare-params';
import { apiAddress, apiQuery } from './api';

/**
 * Two versions over one window: verdict, figures and distributions. Part of the answer may be missing, with its
 * reason.
 */
export const compareQuery = (params: CompareParams) => apiQuery<Compare>('compare', params);

/** Example traces of both sides; asked apart, so that a slow Tempo does not hold up the verdict. */
export const compareTracesQuery = (params: CompareTracesParams) => apiQuery<CompareTraces>('compare/traces', params);

/** Where the report of a comparison is downloaded. */
export const compareReportAddress = (params: CompareReportParams): string => apiAddress('compare/report', params);
