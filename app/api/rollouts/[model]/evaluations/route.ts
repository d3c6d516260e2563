import { type GuardEvaluations, GuardEvaluationsParams } from '@/lib/contracts/rollout';
import { listEvaluations } from '@/lib/server/rollouts/store';
import { route } from '@/lib/server/route';

export const GET = route(
  'telemetry:read',
  GuardEvaluationsParams,
  (params): Promise<GuardEvaluations> => listEvaluations(params),
);
