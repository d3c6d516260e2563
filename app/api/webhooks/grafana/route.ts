import { webhookRoute } from '@/lib/server/alert-intake/webhook-route';

/** The webhook of Grafana's own alerting, version 1. */
export const POST = webhookRoute('grafana');
