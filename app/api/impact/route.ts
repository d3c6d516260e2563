import { type Impact, ImpactParams } from '@/lib/contracts/impact';
import { readImpact } from '@/lib/server/impact/read-impact';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  ImpactParams,
  (params, context): Promise<Impact> => readImpact(params, context),
);
