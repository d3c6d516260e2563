import { GuardRearm, type GuardState } from '@/lib/contracts/rollout';
import { guardState } from '@/lib/server/rollouts/state';
import { rearm } from '@/lib/server/rollouts/switches';
import { route } from '@/lib/server/route';

export const POST = route('rollouts:control', GuardRearm, async (change, { identity, nowMs }): Promise<GuardState> => {
  await rearm(change, { identity, nowMs });
  return guardState(change.model, { nowMs });
});
