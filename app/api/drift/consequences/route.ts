import { DriftParams } from '@/lib/contracts/drift-params';
import { readConsequences } from '@/lib/server/drift/read-consequences';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', DriftParams, (params, context) => readConsequences(params, context));
