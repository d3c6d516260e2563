import { SloRulesParams } from '@/lib/contracts/slo';
import { route } from '@/lib/server/route';
import { readRuleFile } from '@/lib/server/slos/rules';
import { openTelemetry } from '@/lib/server/telemetry';

export const GET = route('telemetry:read', SloRulesParams, async ({ file }, { signal, nowMs }) => {
  const { text, fileName } = await readRuleFile(await openTelemetry(nowMs), { file, endMs: nowMs, signal });
  return new Response(text, {
    headers: {
      'content-type': 'text/yaml; charset=utf-8',
      'content-disposition': `inline; filename="${fileName}"`,
      'cache-control': 'no-store',
    },
  });
});
