import { AlertList, AlertParams, AlertReport, AlertsParams } from './alert';
import { AlertHistory } from './alert-history';
import { type Endpoint, read } from './endpoint';
import {
  NewSilence,
  SilenceChange,
  SilenceEnd,
  SilenceList,
  SilenceMade,
  SilencePreview,
  SilencePreviewParams,
  SilencesParams,
} from './silence';

const write = (
  method: Endpoint['method'],
  path: string,
  told: Pick<Endpoint, 'params' | 'response' | 'summary'>,
): Endpoint => ({ method, path: `/api/${path}`, permission: 'alerts:silence', ...told });

/** Endpoints of alerts and silences. */
export const ALERT_ENDPOINTS: readonly Endpoint[] = [
  read('alerts', AlertsParams, AlertList, 'Alerts of every Prometheus and Alertmanager, by model'),
  read('alerts/{alertId}', AlertParams, AlertReport, 'One alert, and the silences that hold it'),
  read('alerts/history', AlertsParams, AlertHistory, 'How often alerts fired in 14 days, and how often somebody acted'),
  read('silences', SilencesParams, SilenceList, 'Silences of every Alertmanager, and what each mutes now'),
  {
    ...read('silences/preview', SilencePreviewParams, SilencePreview, 'What a silence would mute right now'),
    method: 'POST',
  },
  write('POST', 'silences', { params: NewSilence, response: SilenceMade, summary: 'Make a silence' }),
  write('PATCH', 'silences/{silenceId}', {
    params: SilenceChange,
    response: SilenceMade,
    summary: 'Move the end of a silence',
  }),
  write('DELETE', 'silences/{silenceId}', { params: SilenceEnd, response: SilenceMade, summary: 'End a silence' }),
];
