import { MlRulesParams } from '@/lib/contracts/drift-params';
import { mlRulesText } from '@/lib/server/drift/ml-rules';
import { readNativeRuling } from '@/lib/server/drift/native-rules';
import { route } from '@/lib/server/route';
import { openTelemetry } from '@/lib/server/telemetry';

/** The ML alert rules as a file for Prometheus. */
export const GET = route('telemetry:read', MlRulesParams, async ({ model = null }, { nowMs, signal }) => {
  const telemetry = await openTelemetry(nowMs);
  const text = mlRulesText(telemetry, await readNativeRuling(telemetry, model, { nowMs, signal }), model);
  return new Response(text, {
    headers: {
      'content-type': 'application/yaml; charset=utf-8',
      'content-disposition': 'attachment; filename="windsock-ml-rules.yml"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
});
