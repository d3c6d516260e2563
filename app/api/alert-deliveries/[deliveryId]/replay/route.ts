import { AlertDeliveryParams } from '@/lib/contracts/incident-alert';
import { replayDelivery } from '@/lib/server/alert-intake/ledger';
import { route } from '@/lib/server/route';

export const POST = route('incidents:write', AlertDeliveryParams, ({ deliveryId }, context) =>
  replayDelivery(deliveryId, context),
);
