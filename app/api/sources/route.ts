import { z } from 'zod';
import type { SourcesReport } from '@/lib/contracts/source';
import { route } from '@/lib/server/route';
import { readSourcesReport } from '@/lib/server/sources-report';

export const GET = route(
  'settings:read',
  z.object({}),
  (_, { signal, nowMs }): Promise<SourcesReport> => readSourcesReport(signal, nowMs),
);
