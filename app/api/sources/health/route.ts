import { z } from 'zod';
import type { SourcesHealth } from '@/lib/contracts/source';
import { route } from '@/lib/server/route';
import { readSourcesHealth } from '@/lib/server/sources-health';

export const GET = route(
  'telemetry:read',
  z.object({}),
  async (_, { signal, nowMs }): Promise<SourcesHealth> => ({
    sources: await readSourcesHealth(signal, nowMs),
  }),
);
