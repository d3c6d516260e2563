import { z } from 'zod';
import { readReadiness } from '@/lib/server/readiness';
import { route } from '@/lib/server/route';

export const GET = route('health:read', z.object({}), async (_, { signal, nowMs }): Promise<Response> => {
  const readiness = await readReadiness(signal, nowMs);
  return Response.json(readiness, {
    status: readiness.ready ? 200 : 503,
    headers: { 'cache-control': 'no-store' },
  });
});
