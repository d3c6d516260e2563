import { EvidenceId } from '@/lib/contracts/evidence';
import { frozenReport } from '@/lib/server/evidence/report';
import { route } from '@/lib/server/route';

/** The frozen report as a file: the same bytes every time. */
export const GET = route('evidence:read', EvidenceId, async ({ id }) => {
  const { text, fileName } = await frozenReport(id);
  return new Response(text, {
    headers: {
      'content-type': 'text/markdown; charset=utf-8',
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'no-store',
    },
  });
});
