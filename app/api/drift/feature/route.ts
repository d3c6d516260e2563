import { DriftFeatureParams } from '@/lib/contracts/drift-params';
import { readFeature } from '@/lib/server/drift/read-feature';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', DriftFeatureParams, (params, context) => readFeature(params, context));
