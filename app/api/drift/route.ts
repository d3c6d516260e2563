import { DriftParams } from '@/lib/contracts/drift-params';
import { readDrift } from '@/lib/server/drift/read-drift';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', DriftParams, (params, context) => readDrift(params, context));
