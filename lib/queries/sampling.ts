import type { SamplingTraffic } from '@/lib/contracts/sampling';
import { apiQuery } from './api';

/** Traffic and size of traces over a range; what a choice of rates makes of it is computed in the browser. */
export const samplingQuery = (range: { startMs: number; endMs: number }) =>
  apiQuery<SamplingTraffic>('sampling', { startMs: range.startMs, endMs: range.endMs });
