import { AlertParams } from '@/lib/contracts/alert';
import { readAlert } from '@/lib/server/alerts/read-alert';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', AlertParams, readAlert);
