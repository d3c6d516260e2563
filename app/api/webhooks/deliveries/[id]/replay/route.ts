import { WebhookDeliveryParams } from '@/lib/contracts/webhook';
import { route } from '@/lib/server/route';
import { replayDelivery } from '@/lib/server/webhooks/store';

export const POST = route('webhooks:replay', WebhookDeliveryParams, ({ id }, context) => replayDelivery(id, context));
