import { DriftArmsParams } from '@/lib/contracts/drift-params';
import { readArms } from '@/lib/server/drift/read-arms';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', DriftArmsParams, (params, context) => readArms(params, context));
