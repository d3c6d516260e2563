import type { CompareTraces } from '@/lib/contracts/compare';
import { CompareTracesParams } from '@/lib/contracts/compare-params';
import { readTraces } from '@/lib/server/compare/read-traces';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  CompareTracesParams,
  (params, { signal }): Promise<CompareTraces> => readTraces(params, signal),
);
