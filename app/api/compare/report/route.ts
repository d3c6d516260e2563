import { CompareReportParams } from '@/lib/contracts/compare-params';
import { readReport } from '@/lib/server/compare/read-report';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', CompareReportParams, async (params, context) => {
  const { text, fileName } = await readReport(params, context);
  return new Response(text, {
    headers: {
      'content-type': 'text/markdown; charset=utf-8',
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'no-store',
    },
  });
});
