import { ReadinessParams } from '@/lib/contracts/readiness';
import { readinessMarkdown } from '@/lib/domain/readiness-report';
import { readReadiness } from '@/lib/server/readiness/read-readiness';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', ReadinessParams, async (params, context) => {
  const text = readinessMarkdown(await readReadiness(params, context));
  return new Response(text, {
    headers: {
      'content-type': 'text/markdown; charset=utf-8',
      'content-disposition': 'attachment; filename="readiness.md"',
      'cache-control': 'no-store',
    },
  });
});
