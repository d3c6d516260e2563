import { RangeParams } from '@/lib/contracts/range';
import type { SamplingTraffic } from '@/lib/contracts/sampling';
import { route } from '@/lib/server/route';
import { readSamplingTraffic } from '@/lib/server/sampling/read-traffic';

export const GET = route(
  'telemetry:read',
  RangeParams,
  (range, { signal, nowMs }): Promise<SamplingTraffic> => readSamplingTraffic(range, { signal, nowMs }),
);
