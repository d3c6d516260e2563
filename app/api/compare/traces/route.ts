import { type CompareTraces, CompareTracesParams } from '@/lib/contracts/compare';
import { readTraces } from '@/lib/server/compare/read-traces';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  CompareTracesParams,
  (params, { signal }): Promise<CompareTraces> => readTraces(params, signal),
);
