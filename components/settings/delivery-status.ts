import type { Status } from '@/lib/contracts/answer';
import type { DeliveryState } from '@/lib/contracts/webhook';

/** How the state of a delivery is shown. */
export const DELIVERY_STATUS: Readonly<Record<DeliveryState, { status: Status; word: string }>> = {
  dead: { status: 'bad', word: 'given up' },
  pending: { status: 'watch', word: 'waiting' },
  delivered: { status: 'ok', word: 'delivered' },
};
