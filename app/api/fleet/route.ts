import { FleetParams } from '@/lib/contracts/fleet';
import { readFleetReport } from '@/lib/server/fleet/fleet-report';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', FleetParams, readFleetReport);
