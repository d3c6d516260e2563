import { NoParams } from '@/lib/contracts/params';
import type { Readiness } from '@/lib/contracts/source';
import { databaseHealth } from '@/lib/server/db/health';
import { route } from '@/lib/server/route';
import { sourcesHealth } from '@/lib/server/sources/health';

export const dynamic = 'force-dynamic';

/** Whether the process may be given traffic: 503 while the database does not answer. Sources are said, not required. */
export const GET = route('health:read', NoParams, async (_params, { nowMs }): Promise<Response> => {
  const [database, sources] = await Promise.all([databaseHealth(), sourcesHealth(nowMs)]);
  const ready = database.status === 'ok';
  const body: Readiness = { ready, database, sources };
  return Response.json(body, { status: ready ? 200 : 503, headers: { 'cache-control': 'no-store' } });
});
