import type { Impact, ImpactAsked } from '@/lib/contracts/impact';
import { apiQuery } from './api';

/** What a stretch of trouble did to predictions, by model and version. */
export const impactQuery = (asked: ImpactAsked) => apiQuery<Impact>('impact', { ...asked });
