import { ReadinessParams } from '@/lib/contracts/readiness';
import { readReadiness } from '@/lib/server/readiness/read-readiness';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', ReadinessParams, (params, context) => readReadiness(params, context));
