import 'server-only';
import { matcher } from './promql';

/** Every series that names a model. */
export const seriesWithLabel = (label: string): string => `{${matcher(label, '!=', '')}}`;

/** The metric with most series that carry a label. */
export const carrierOf = (label: string): string => `topk(1, count by (__name__) (${seriesWithLabel(label)}))`;

/** Targets as their own series tell, for servers that do not list them. */
export const UP_QUERY = 'up';
