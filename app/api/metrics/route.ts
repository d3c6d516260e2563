import { MetricParams } from '@/lib/contracts/metric';
import { route } from '@/lib/server/route';
import { readMetric } from '@/lib/server/sources/read-metric';

export const GET = route('telemetry:read', MetricParams, readMetric);
