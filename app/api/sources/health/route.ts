import { NoParams } from '@/lib/contracts/params';
import type { SourcesHealth } from '@/lib/contracts/source';
import { route } from '@/lib/server/route';
import { sourcesHealth } from '@/lib/server/sources/health';

export const dynamic = 'force-dynamic';

export const GET = route(
  'telemetry:read',
  NoParams,
  async (_params, { nowMs }): Promise<SourcesHealth> => ({
    sources: await sourcesHealth(nowMs),
  }),
);
