import { NoParams } from '@/lib/contracts/params';
import type { SourcesReport } from '@/lib/contracts/source';
import { route } from '@/lib/server/route';
import { readSourcesReport } from '@/lib/server/sources/read-report';

export const GET = route(
  'settings:read',
  NoParams,
  (_params, { nowMs }): Promise<SourcesReport> => readSourcesReport(nowMs),
);
