import { NewIncidentLink } from '@/lib/contracts/incident-link';
import { addLink } from '@/lib/server/incidents/links';
import { route } from '@/lib/server/route';

export const POST = route('incidents:write', NewIncidentLink, (link, context) => addLink(link, context));
