import { DriftHeatParams } from '@/lib/contracts/drift-params';
import { readHeat } from '@/lib/server/drift/read-heat';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', DriftHeatParams, (params, context) => readHeat(params, context));
