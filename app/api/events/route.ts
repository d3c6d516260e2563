import { EventsParams } from '@/lib/contracts/event';
import { readChanges } from '@/lib/server/fleet/read-changes';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', EventsParams, readChanges);
