import { GateParams, type RolloutGate } from '@/lib/contracts/rollout-gate';
import { readGate } from '@/lib/server/rollouts/gate';
import { route } from '@/lib/server/route';

/** For Argo Rollouts' web metric: always 200 to a known token, so that an error of ours is no failed analysis. */
export const GET = route(
  'rollouts:gate',
  GateParams,
  (params, { nowMs }): Promise<RolloutGate> => readGate(params, nowMs),
);
