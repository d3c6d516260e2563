import type { Jobs } from '@/lib/contracts/fleet';
import { RangeParams } from '@/lib/contracts/range';
import { readJobs } from '@/lib/server/fleet/read-jobs';
import { route } from '@/lib/server/route';
import { openTelemetry } from '@/lib/server/telemetry';

export const GET = route(
  'telemetry:read',
  RangeParams,
  async (params, { signal, nowMs }): Promise<Jobs> => readJobs(await openTelemetry(nowMs), params, signal),
);
