import { AlertAttachment, IncidentAlertsParams } from '@/lib/contracts/incident-alert';
import { attachAlerts, listIncidentAlerts } from '@/lib/server/incidents/alerts';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', IncidentAlertsParams, (params) => listIncidentAlerts(params));

export const POST = route('incidents:write', AlertAttachment, (attachment, context) =>
  attachAlerts(attachment, context),
);
