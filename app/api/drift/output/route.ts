import { DriftParams } from '@/lib/contracts/drift-params';
import { readOutput } from '@/lib/server/drift/read-output';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', DriftParams, (params, context) => readOutput(params, context));
