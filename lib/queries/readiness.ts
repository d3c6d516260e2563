import { mutationOptions, type QueryClient } from '@tanstack/react-query';
import type { NewSignoff, ReadinessParams, ReadinessReport, ReadinessSignoff } from '@/lib/contracts/readiness';
import { apiAddress, apiQuery, apiSend } from './api';

/** Checks, scores and lists of a range. */
export const readinessQuery = (params: ReadinessParams) => apiQuery<ReadinessReport>('readiness', params);

/** Where the report is downloaded as Markdown. */
export const readinessReportAddress = (params: ReadinessParams): string => apiAddress('readiness/report', params);

const asksAgain = (client: QueryClient) => client.invalidateQueries({ queryKey: ['readiness'] });

/** A person's word for what no source can answer, up to a day; after that the check is open again. */
export const signOff = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (signoff: NewSignoff) => apiSend<ReadinessSignoff>('POST', 'readiness/signoffs', signoff),
    onSuccess: () => asksAgain(client),
  });

/** By the id of the sign-off. The check is open again at once; the audit keeps both. */
export const withdrawSignoff = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (id: string) => apiSend<void>('DELETE', `readiness/signoffs/${encodeURIComponent(id)}`),
    onSuccess: () => asksAgain(client),
  });
