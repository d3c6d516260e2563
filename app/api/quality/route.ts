import { QualityParams } from '@/lib/contracts/quality';
import { readQuality } from '@/lib/server/quality/read-quality';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', QualityParams, (params, context) => readQuality(params, context));
