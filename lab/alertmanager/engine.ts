import { jsonAnswer, type LabAnswer, type LabEngine, type LabRequest, textAnswer } from '../http';
import { BadPattern, labelsTest } from '../label-matchers';
import type { Labels, Matcher, MetricStore } from '../stores';
import { type LabAlert, labAlerts } from './alerts';
import { INHIBIT_RULES, type InhibitRule, inhibitRulesYaml } from './inhibition';
import { type ApiMatcher, type HeldSilence, Refused, Silences, stateOf } from './silences';

/** The version whose API this is. */
const VERSION = '0.28.0';
const RECEIVER = 'on-call';
/** A firing alert is said to end this long after now, unless it is sent again. */
const RESOLVE_MS = 4 * 60_000;

const time = (ms: number): string => new Date(ms).toISOString();

/** `name="value"`, `name=~value`: one matcher of the parameter `filter`. */
function parseFilter(text: string): Matcher {
  const [, name = '', op, quoted, plain = ''] =
    /^\s*"?([^"{}!=~,\s]+)"?\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"]*))\s*$/.exec(text) ?? [];
  if (op !== '=' && op !== '!=' && op !== '=~' && op !== '!~') throw new Refused(400, `bad matcher format: ${text}`);
  const value = quoted === undefined ? plain : quoted.replace(/\\(.)/g, (_, char) => (char === 'n' ? '\n' : char));
  return { name, op, value };
}

function filterOf(params: URLSearchParams): (labels: Labels) => boolean {
  try {
    return labelsTest(params.getAll('filter').map(parseFilter));
  } catch (error) {
    if (error instanceof BadPattern) throw new Refused(400, `bad matcher format: ${error.message}`);
    throw error;
  }
}

/** What an Alertmanager is made of. */
interface Parts {
  store: MetricStore;
  silences: Silences;
  inhibitRules: readonly InhibitRule[];
}

function alertsOf({ store, silences, inhibitRules }: Parts, { params, nowMs }: LabRequest): LabAlert[] {
  const fits = filterOf(params);
  const shows = (name: string) => params.get(name) !== 'false';
  return labAlerts(store, { silences, inhibitRules, nowMs }).filter(({ labels, silencedBy, inhibitedBy }) => {
    const isSilenced = silencedBy.length > 0;
    const isInhibited = inhibitedBy.length > 0;
    return (
      fits(labels) &&
      (shows('silenced') || !isSilenced) &&
      (shows('inhibited') || !isInhibited) &&
      (shows('active') || isSilenced || isInhibited)
    );
  });
}

const toAlert = (
  { labels, annotations, startsAtMs, fingerprint, silencedBy, inhibitedBy }: LabAlert,
  nowMs: number,
) => ({
  labels,
  annotations,
  startsAt: time(startsAtMs),
  endsAt: time(nowMs + RESOLVE_MS),
  updatedAt: time(nowMs),
  generatorURL: '',
  fingerprint,
  receivers: [{ name: RECEIVER }],
  status: {
    state: silencedBy.length + inhibitedBy.length > 0 ? 'suppressed' : 'active',
    silencedBy,
    inhibitedBy,
    mutedBy: [],
  },
});

function groups(alerts: readonly LabAlert[], nowMs: number) {
  const byName = new Map<string, LabAlert[]>();
  for (const alert of alerts) {
    const name = alert.labels.alertname ?? '';
    byName.set(name, [...(byName.get(name) ?? []), alert]);
  }
  return [...byName].map(([alertname, own]) => ({
    labels: { alertname },
    receiver: { name: RECEIVER },
    alerts: own.map((alert) => toAlert(alert, nowMs)),
  }));
}

const toSilence = (silence: HeldSilence, nowMs: number) => ({
  id: silence.id,
  status: { state: stateOf(silence, nowMs) },
  startsAt: time(silence.startsAtMs),
  endsAt: time(silence.endsAtMs),
  updatedAt: time(silence.updatedAtMs),
  createdBy: silence.createdBy,
  comment: silence.comment,
  matchers: silence.matchers,
});

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function toMatchers(value: unknown): ApiMatcher[] {
  const list = Array.isArray(value) ? value.filter(isRecord) : [];
  if (list.length === 0) throw new Refused(422, 'matchers in body is required');
  return list.map(({ name, value: text, isRegex, isEqual }) => ({
    name: String(name),
    value: String(text),
    isRegex: isRegex === true,
    isEqual: isEqual !== false,
  }));
}

function setSilence(silences: Silences, { body, nowMs }: LabRequest): LabAnswer {
  let sent: unknown;
  try {
    sent = JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refused(400, 'parsing silence body failed');
  }
  if (!isRecord(sent)) throw new Refused(400, 'parsing silence body failed');
  const wanted = {
    id: typeof sent.id === 'string' && sent.id !== '' ? sent.id : null,
    matchers: toMatchers(sent.matchers),
    startsAtMs: Date.parse(String(sent.startsAt)),
    endsAtMs: Date.parse(String(sent.endsAt)),
    createdBy: String(sent.createdBy ?? ''),
    comment: String(sent.comment ?? ''),
  };
  for (const field of ['startsAtMs', 'endsAtMs'] as const) {
    if (!Number.isFinite(wanted[field]))
      throw new Refused(422, `${field.slice(0, -2)} in body must be of type date-time`);
  }
  if (wanted.createdBy === '' || wanted.comment === '') {
    throw new Refused(400, 'invalid silence: creator and comment must not be empty');
  }
  return jsonAnswer(200, { silenceID: silences.set(wanted, nowMs) });
}

function answer(parts: Parts, request: LabRequest): LabAnswer {
  const { silences, inhibitRules } = parts;
  const { method, path, nowMs } = request;
  const isRead = method === 'GET' || method === 'HEAD';
  const one = /^\/api\/v2\/silence\/([0-9a-f-]{36})$/.exec(path)?.[1];
  if (one !== undefined && method === 'DELETE') return textAnswer(silences.end(one, nowMs) ? 200 : 404, '');
  if (one !== undefined && isRead) {
    const silence = silences.get(one);
    return silence === null ? textAnswer(404, '') : jsonAnswer(200, toSilence(silence, nowMs));
  }
  if (path === '/api/v2/silences' && method === 'POST') return setSilence(silences, request);
  if (!isRead) return jsonAnswer(405, { code: 405, message: `method ${method} is not allowed` });
  switch (path) {
    case '/-/healthy':
    case '/-/ready':
      return textAnswer(200, 'OK');
    case '/api/v2/status':
      return jsonAnswer(200, {
        cluster: { status: 'disabled', peers: [] },
        versionInfo: { version: VERSION, revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' },
        config: {
          original: `route:\n  receiver: ${RECEIVER}\nreceivers:\n  - name: ${RECEIVER}\n${inhibitRulesYaml(inhibitRules)}`,
        },
        uptime: time(nowMs),
      });
    case '/api/v2/receivers':
      return jsonAnswer(200, [{ name: RECEIVER }]);
    case '/api/v2/alerts':
      return jsonAnswer(
        200,
        alertsOf(parts, request).map((alert) => toAlert(alert, nowMs)),
      );
    case '/api/v2/alerts/groups':
      return jsonAnswer(200, groups(alertsOf(parts, request), nowMs));
    case '/api/v2/silences':
      return jsonAnswer(
        200,
        silences.list(nowMs).map((silence) => toSilence(silence, nowMs)),
      );
    default:
      return textAnswer(404, '404 page not found\n');
  }
}

/** The API of an Alertmanager that gets the alerts of the lab's rules. Its silences are the lab's, and end with it. */
export function alertmanagerEngine(
  store: MetricStore,
  {
    silences = new Silences(),
    inhibitRules = INHIBIT_RULES,
  }: { silences?: Silences; inhibitRules?: readonly InhibitRule[] } = {},
): LabEngine {
  return (request) => {
    try {
      return answer({ store, silences, inhibitRules }, request);
    } catch (error) {
      // A JSON string is how Alertmanager words most refusals.
      if (error instanceof Refused) return jsonAnswer(error.status, error.message);
      throw error;
    }
  };
}
