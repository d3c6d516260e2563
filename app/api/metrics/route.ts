import { MetricParams } from '@/lib/contracts/metric';
import { readMetric } from '@/lib/server/metric';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', MetricParams, readMetric);
