import { NoParams } from '@/lib/contracts/params';
import type { Health } from '@/lib/contracts/source';
import { CONSOLE_VERSION } from '@/lib/server/console/version';
import { route } from '@/lib/server/route';

export const dynamic = 'force-dynamic';

/** Whether the process lives; it asks nobody else. */
export const GET = route(
  'health:read',
  NoParams,
  (): Health => ({
    status: 'ok',
    version: CONSOLE_VERSION,
    uptimeMs: Math.round(process.uptime() * 1_000),
  }),
);
