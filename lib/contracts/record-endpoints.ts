import { AuditPage, AuditParams, AuditVerification } from './audit';
import type { Endpoint } from './endpoint';
import { NoParams } from './params';
import { WebhookDeliveries, WebhookDeliveriesParams, WebhookDeliveryDetail, WebhookDeliveryParams } from './webhook';

/** The records the console keeps of itself: what it sent outside, and who did what. */
export const RECORD_ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/api/webhooks/deliveries',
    permission: 'webhooks:read',
    params: WebhookDeliveriesParams,
    response: WebhookDeliveries,
    summary: 'Messages to endpoints outside, what was given up first',
  },
  {
    method: 'GET',
    path: '/api/webhooks/deliveries/{id}',
    permission: 'webhooks:read',
    params: WebhookDeliveryParams,
    response: WebhookDeliveryDetail,
    summary: 'A message to an endpoint outside, with every attempt',
  },
  {
    method: 'POST',
    path: '/api/webhooks/deliveries/{id}/replay',
    permission: 'webhooks:replay',
    params: WebhookDeliveryParams,
    response: WebhookDeliveryDetail,
    summary: 'Send again what was given up, or now what waits',
  },
  {
    method: 'GET',
    path: '/api/audit',
    permission: 'audit:read',
    params: AuditParams,
    response: AuditPage,
    summary: 'Who did what, newest first',
  },
  {
    method: 'GET',
    path: '/api/audit/verification',
    permission: 'audit:read',
    params: NoParams,
    response: AuditVerification,
    summary: 'Whether the chain of the audit holds, and where it is broken',
  },
];
