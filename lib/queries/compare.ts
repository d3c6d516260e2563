import type { Compare, CompareTraces } from '@/lib/contracts/compare';
import type { CompareParams, CompareReportParams, CompareTracesParams } from '@/lib/contracts/compare-params';
import { apiAddress, apiQuery } from './api';

export const compareQuery = (params: CompareParams) => apiQuery<Compare>('compare', params);

export const compareTracesQuery = (params: CompareTracesParams) => apiQuery<CompareTraces>('compare/traces', params);

/** Where the report of a comparison is downloaded. */
export const compareReportAddress = (params: CompareReportParams): string => apiAddress('compare/report', params);
