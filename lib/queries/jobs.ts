import type { Jobs } from '@/lib/contracts/fleet';
import type { RangeParams } from '@/lib/contracts/range';
import { apiQuery } from './api';

/** Batch jobs and feature pipelines. */
export const jobsQuery = (params: RangeParams) => apiQuery<Jobs>('jobs', params);
