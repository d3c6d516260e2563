import { IncidentParams } from '@/lib/contracts/incident';
import { markdownFile } from '@/lib/server/incidents/markdown-file';
import { exportMarkdown } from '@/lib/server/postmortems/read';
import { route } from '@/lib/server/route';

/** The incident with its postmortem and its whole timeline. */
export const GET = route('incidents:read', IncidentParams, async ({ incidentId }) =>
  markdownFile(await exportMarkdown(incidentId, { withTimeline: true }), `incident-${incidentId}.md`),
);
