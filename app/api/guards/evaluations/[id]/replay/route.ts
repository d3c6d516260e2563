import { GuardEvaluationParams, type GuardReplay } from '@/lib/contracts/rollout';
import { replayEvaluation } from '@/lib/server/rollouts/replay';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  GuardEvaluationParams,
  ({ id }): Promise<GuardReplay> => replayEvaluation(id),
);
