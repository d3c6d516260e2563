import { type GuardStates, KillSwitchChange } from '@/lib/contracts/rollout';
import { guardStates } from '@/lib/server/rollouts/state';
import { moveSwitch } from '@/lib/server/rollouts/switches';
import { route } from '@/lib/server/route';

export const POST = route(
  'rollouts:control',
  KillSwitchChange,
  async (change, { identity, nowMs }): Promise<GuardStates> => {
    await moveSwitch(change, { identity, nowMs });
    return guardStates({ nowMs });
  },
);
