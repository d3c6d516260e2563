import type { Compare } from '@/lib/contracts/compare';
import { CompareParams } from '@/lib/contracts/compare-params';
import { readCompare } from '@/lib/server/compare/read-compare';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  CompareParams,
  (params, context): Promise<Compare> => readCompare(params, context),
);
