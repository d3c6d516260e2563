import { WebhookDeliveryParams } from '@/lib/contracts/webhook';
import { route } from '@/lib/server/route';
import { findDelivery } from '@/lib/server/webhooks/store';

export const GET = route('webhooks:read', WebhookDeliveryParams, ({ id }) => findDelivery(id));
