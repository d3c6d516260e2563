import { GuardModelParams, type GuardState } from '@/lib/contracts/rollout';
import { guardState } from '@/lib/server/rollouts/state';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  GuardModelParams,
  ({ model }, { nowMs }): Promise<GuardState> => guardState(model, { nowMs }),
);
