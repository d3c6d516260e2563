import type { SourcesReport } from '@/lib/contracts/source';
import { apiQuery } from './api';

/** Settings → Sources: sources, signal map and what it cannot give. */
export const sourcesReportQuery = () => apiQuery<SourcesReport>('sources');
