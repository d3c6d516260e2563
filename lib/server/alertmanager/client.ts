import 'server-only';
import { z } from 'zod';
import { type Answer, toAnswer } from '../answer';
import type { SourceConfig } from '../config';
import { AppError } from '../errors';
import { fetchUpstream } from '../upstream';
import { type ClientOptions, fetchCached } from '../upstream/cached';
import { type Explanation, hasStatus, type Refusal } from '../upstream/error';
import type { UpstreamParams } from '../upstream/url';
import { filterOf, matchesLabels } from './filters';
import {
  type AlertGroup,
  AlertGroups,
  AlertmanagerStatus,
  GettableAlert,
  GettableSilence,
  type ManagedAlert,
  Receivers,
  type Silence,
  SilenceCreated,
  type SilenceMatcher,
} from './schema';

export interface AlertsAsked {
  active?: boolean;
  silenced?: boolean;
  inhibited?: boolean;
  matchers?: readonly SilenceMatcher[];
}

export interface NewSilence {
  /** An existing one is changed; its id may change with it. */
  id?: string;
  matchers: readonly SilenceMatcher[];
  startsAtMs: number;
  endsAtMs: number;
  createdBy: string;
  comment: string;
}

export interface AlertmanagerClient {
  readonly source: SourceConfig;
  status(signal: AbortSignal): Promise<Answer<AlertmanagerStatus>>;
  alerts(asked: AlertsAsked, signal: AbortSignal): Promise<Answer<ManagedAlert[]>>;
  /** By route; one alert may be in several groups: count fingerprints. */
  groups(asked: AlertsAsked, signal: AbortSignal): Promise<Answer<AlertGroup[]>>;
  /** Expired ones stay for days; `states` leaves out the others. */
  silences(asked: { states?: readonly Silence['state'][] }, signal: AbortSignal): Promise<Answer<Silence[]>>;
  /** Null when there is none of that id, or no longer. */
  silence(id: string, signal: AbortSignal): Promise<Silence | null>;
  /** The id of the silence as it stands now: not always the one that was given. */
  setSilence(silence: NewSilence, signal: AbortSignal): Promise<{ id: string }>;
  /** Ends a silence. Ending one twice is no error. */
  expireSilence(id: string, signal: AbortSignal): Promise<void>;
  receivers(signal: AbortSignal): Promise<Answer<string[]>>;
  /** Resolves when the API answers, else throws with the reason. */
  ready(signal: AbortSignal): Promise<{ elapsedMs: number }>;
}

/** Three encodings of an error: a JSON string, an object with `message`, plain text. */
function explainAlertmanager({ status, contentType, text }: Refusal): Explanation {
  if (status === 401 || /html/i.test(contentType) || text.trim() === '') return {};
  let said: string | undefined = text;
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'string') said = body;
    else if (typeof body === 'object' && body !== null && 'message' in body) said = String(body.message);
  } catch {
    // Plain text: said as it is.
  }
  if (status === 404 && /page not found/.test(said)) return {};
  if (status === 410) return { said, advice: 'Its address must be that of the API root: version 2 is asked for.' };
  return { said };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function silencePath(id: string): string {
  if (!UUID.test(id)) throw new AppError('bad_request', 'id: a silence has a UUID.');
  return `/api/v2/silence/${id}`;
}

/** A client of one Alertmanager, 0.22 to 0.34. */
export function alertmanagerClient(source: SourceConfig, options: ClientOptions = {}): AlertmanagerClient {
  const read = async <S extends z.ZodType, T>(
    path: string,
    params: UpstreamParams,
    schema: S,
    signal: AbortSignal,
    toValue: (value: z.output<S>) => T,
  ): Promise<Answer<T>> => {
    const answer = await fetchCached(
      { source, path, params, schema, signal, explain: explainAlertmanager },
      null,
      options,
    );
    return toAnswer(
      source,
      { language: 'none', query: path, startMs: 0, endMs: 0, stepMs: null },
      toValue(answer.value),
      { ...answer, truncated: null, warnings: [] },
    );
  };

  const filterParams = ({ active = true, silenced = true, inhibited = true, matchers = [] }: AlertsAsked) => ({
    active,
    silenced,
    inhibited,
    // A repeated key: lists with commas are not read.
    filter: matchers.map(filterOf),
  });

  /** An older server ignores filters it does not know and sends more: what can be judged here is filtered again. */
  const fits =
    ({ active = true, silenced = true, inhibited = true, matchers = [] }: AlertsAsked) =>
    (alert: ManagedAlert): boolean =>
      (active || alert.state !== 'active') &&
      (silenced || alert.silencedBy.length === 0) &&
      (inhibited || alert.inhibitedBy.length === 0) &&
      matchers.every((matcher) => matchesLabels(matcher, alert.labels) !== false);

  return {
    source,
    status: (signal) => read('/api/v2/status', {}, AlertmanagerStatus, signal, (status) => status),
    alerts: (asked, signal) =>
      read('/api/v2/alerts', filterParams(asked), z.array(GettableAlert), signal, (alerts) =>
        alerts.filter(fits(asked)),
      ),
    groups: (asked, signal) =>
      read('/api/v2/alerts/groups', filterParams(asked), AlertGroups, signal, (groups) =>
        groups
          .map((group) => ({ ...group, alerts: group.alerts.filter(fits(asked)) }))
          .filter(({ alerts }) => alerts.length > 0),
      ),
    silences: ({ states }, signal) =>
      read('/api/v2/silences', {}, z.array(GettableSilence), signal, (silences) =>
        // The state parameters exist from 0.34 only.
        silences.filter(({ state }) => states === undefined || states.includes(state)),
      ),
    async silence(id, signal) {
      try {
        const path = silencePath(id);
        const answer = await fetchUpstream({
          source,
          path,
          schema: GettableSilence,
          signal,
          explain: explainAlertmanager,
        });
        return answer.value;
      } catch (error) {
        if (hasStatus(error, 404)) return null;
        throw error;
      }
    },
    async setSilence(silence, signal) {
      if (silence.id !== undefined) silencePath(silence.id);
      const answer = await fetchUpstream({
        source,
        path: '/api/v2/silences',
        method: 'POST',
        body: {
          ...(silence.id === undefined ? {} : { id: silence.id }),
          matchers: silence.matchers,
          startsAt: new Date(silence.startsAtMs).toISOString(),
          endsAt: new Date(silence.endsAtMs).toISOString(),
          createdBy: silence.createdBy,
          comment: silence.comment,
        },
        schema: SilenceCreated,
        signal,
        retry: false,
        explain: explainAlertmanager,
      });
      return { id: answer.value.silenceID };
    },
    async expireSilence(id, signal) {
      const path = silencePath(id);
      try {
        await fetchUpstream({
          source,
          path,
          method: 'DELETE',
          accept: 'text',
          // Its answer is empty, and yet it refuses (406) whoever asks for anything but JSON.
          headers: { accept: 'application/json' },
          schema: z.string(),
          signal,
          retry: false,
          explain: explainAlertmanager,
        });
      } catch (error) {
        if (!hasStatus(error, 404)) throw error;
        throw new AppError('not_found', `${source.name} has no silence ${id}.`, { source: source.name, cause: error });
      }
    },
    async ready(signal) {
      const { why } = await read('/api/v2/status', {}, AlertmanagerStatus, signal, (status) => status);
      return { elapsedMs: why.elapsedMs };
    },
    receivers: (signal) =>
      read('/api/v2/receivers', {}, Receivers, signal, (receivers) => receivers.map(({ name }) => name)),
  };
}
