import { AlertDeliveryParams } from '@/lib/contracts/incident-alert';
import { readDelivery } from '@/lib/server/alert-intake/ledger';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', AlertDeliveryParams, ({ deliveryId }) => readDelivery(deliveryId));
