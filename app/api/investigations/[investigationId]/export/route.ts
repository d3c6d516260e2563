import { InvestigationParams } from '@/lib/contracts/investigation';
import { markdownFile } from '@/lib/server/incidents/markdown-file';
import { exportInvestigation } from '@/lib/server/investigations/export';
import { route } from '@/lib/server/route';

/** The investigation with its cells, as a file to keep. */
export const GET = route('investigations:read', InvestigationParams, async ({ investigationId }) =>
  markdownFile(await exportInvestigation(investigationId), `investigation-${investigationId}.md`),
);
