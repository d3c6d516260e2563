import type { SloDetail, SloEaten, SloParams, SloRules, SloRulesParams, Slos, SlosParams } from '@/lib/contracts/slo';
import { apiAddress, apiQuery } from './api';

/** Every objective, judged at an instant. */
export const slosQuery = (params: SlosParams) => apiQuery<Slos>('slos', params);

/** One objective over its own window. */
export const sloDetailQuery = (params: SloParams) => apiQuery<SloDetail>('slos/objective', params);

/** What ate its budget. */
export const sloEatenQuery = (params: SloParams) => apiQuery<SloEaten>('slos/eaten', params);

/** The exported rules beside those that are loaded. */
export const sloRulesQuery = () => apiQuery<SloRules>('slos/rules/loaded');

/** Where a file of rules is downloaded. */
export const sloRulesAddress = (params: SloRulesParams): string => apiAddress('slos/rules', params);
