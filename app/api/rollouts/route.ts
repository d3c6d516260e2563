import { NoParams } from '@/lib/contracts/params';
import type { GuardStates } from '@/lib/contracts/rollout';
import { guardStates } from '@/lib/server/rollouts/state';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', NoParams, (_, { nowMs }): Promise<GuardStates> => guardStates({ nowMs }));
