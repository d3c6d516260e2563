import { ModelRangeParams } from '@/lib/contracts/range';
import { modelTraffic } from '@/lib/server/fleet/model-answers';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', ModelRangeParams, modelTraffic);
