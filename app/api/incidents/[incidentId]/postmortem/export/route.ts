import { IncidentParams } from '@/lib/contracts/incident';
import { markdownFile } from '@/lib/server/incidents/markdown-file';
import { exportMarkdown } from '@/lib/server/postmortems/read';
import { route } from '@/lib/server/route';

/** The postmortem, and of the timeline what it refers to. */
export const GET = route('incidents:read', IncidentParams, async ({ incidentId }) =>
  markdownFile(await exportMarkdown(incidentId, { withTimeline: false }), `postmortem-${incidentId}.md`),
);
