import { AlertDeliveriesParams } from '@/lib/contracts/incident-alert';
import { listDeliveries } from '@/lib/server/alert-intake/ledger';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', AlertDeliveriesParams, (params) => listDeliveries(params));
