import { z } from 'zod';
import type { Health } from '@/lib/contracts/source';
import { route } from '@/lib/server/route';
import packageJson from '@/package.json';

/** The process itself; asks nobody. */
export const GET = route(
  'health:read',
  z.object({}),
  (): Health => ({ status: 'ok', version: packageJson.version, uptimeMs: Math.round(process.uptime() * 1000) }),
);
