import { ModelRangeParams } from '@/lib/contracts/range';
import { modelStages } from '@/lib/server/fleet/model-answers';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', ModelRangeParams, modelStages);
