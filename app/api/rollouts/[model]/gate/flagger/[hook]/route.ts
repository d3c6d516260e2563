import { FlaggerGateParams } from '@/lib/contracts/rollout-gate';
import { flaggerAnswer, readGate } from '@/lib/server/rollouts/gate';
import { route } from '@/lib/server/route';

/** For Flagger's webhooks, which it calls with POST and judges by the status alone. */
export const POST = route('rollouts:gate', FlaggerGateParams, async ({ hook, ...params }, { nowMs }) =>
  flaggerAnswer(hook, await readGate(params, nowMs)),
);
