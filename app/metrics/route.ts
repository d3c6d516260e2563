import { NoParams } from '@/lib/contracts/params';
import { ownMetricsText } from '@/lib/server/console/metrics';
import { route } from '@/lib/server/route';
import { syntheticMetricsText } from '@/lib/server/synthetic/metrics';

export const dynamic = 'force-dynamic';

/** The console's own metrics, for a Prometheus to scrape. */
export const GET = route('health:read', NoParams, async () => {
  const text = await Promise.all([ownMetricsText(), syntheticMetricsText()]);
  return new Response(text.join('\n'), {
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
  });
});
