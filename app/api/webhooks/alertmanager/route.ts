import { webhookRoute } from '@/lib/server/alert-intake/webhook-route';

/** Alertmanager's webhook, version 4. */
export const POST = webhookRoute('alertmanager');
