import { AlertEpisodesParams } from '@/lib/contracts/incident-alert';
import { listAlertEpisodes } from '@/lib/server/incidents/alerts';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', AlertEpisodesParams, (params) => listAlertEpisodes(params));
