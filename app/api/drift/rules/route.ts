import { MlRulesParams } from '@/lib/contracts/drift-params';
import { mlRulesText } from '@/lib/server/drift/ml-rules';
import { route } from '@/lib/server/route';
import { openTelemetry } from '@/lib/server/telemetry';

/** The ML alert rules as a file for Prometheus. */
export const GET = route('telemetry:read', MlRulesParams, async ({ model }, { nowMs }) => {
  const text = mlRulesText(await openTelemetry(nowMs), model ?? null);
  return new Response(text, {
    headers: {
      'content-type': 'application/yaml; charset=utf-8',
      'content-disposition': 'attachment; filename="windsock-ml-rules.yml"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
});
