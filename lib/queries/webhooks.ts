import { mutationOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import type { WebhookDeliveries, WebhookDeliveriesParams, WebhookDeliveryDetail } from '@/lib/contracts/webhook';
import { apiQuery, apiSend } from './api';

const EVERY_MS = 10_000;

/** Deliveries to endpoints outside. Asks by itself, because they change without anybody asking for it. */
export const deliveriesQuery = ({ state, endpoint, subject, after }: WebhookDeliveriesParams) =>
  queryOptions({
    ...apiQuery<WebhookDeliveries>('webhooks/deliveries', { state, endpoint, subject, after }),
    refetchInterval: EVERY_MS,
  });

/** One delivery with its body and attempts. */
export const deliveryQuery = (id: string) =>
  queryOptions({
    ...apiQuery<WebhookDeliveryDetail>(`webhooks/deliveries/${encodeURIComponent(id)}`),
    refetchInterval: EVERY_MS,
  });

/** Sends a message again under the same id; pressed twice, it is sent once. What was delivered is a conflict. */
export const replayDelivery = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (id: string) =>
      apiSend<WebhookDeliveryDetail>('POST', `webhooks/deliveries/${encodeURIComponent(id)}/replay`, {}),
    onSettled: () =>
      client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('webhooks/') }),
  });
