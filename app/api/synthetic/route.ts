import { NoParams } from '@/lib/contracts/params';
import type { SyntheticChecks } from '@/lib/contracts/synthetic';
import { route } from '@/lib/server/route';
import { readChecks } from '@/lib/server/synthetic/read';

export const GET = route(
  'telemetry:read',
  NoParams,
  (_, { identity, nowMs }): Promise<SyntheticChecks> => readChecks(identity, nowMs),
);
