import { WebhookDeliveriesParams } from '@/lib/contracts/webhook';
import { route } from '@/lib/server/route';
import { listDeliveries } from '@/lib/server/webhooks/store';

export const GET = route('webhooks:read', WebhookDeliveriesParams, (params) => listDeliveries(params));
