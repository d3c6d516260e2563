import type { Events, EventsParams } from '@/lib/contracts/event';
import { apiQuery } from './api';

/** What happened in the range: the rail under every chart. */
export const eventsQuery = (params: EventsParams) => apiQuery<Events>('events', params);
