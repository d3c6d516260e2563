import { type Compare, CompareParams } from '@/lib/contracts/compare';
import { readCompare } from '@/lib/server/compare/read-compare';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  CompareParams,
  (params, context): Promise<Compare> => readCompare(params, context),
);
