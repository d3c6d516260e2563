import 'server-only';
import { z } from 'zod';
import { type Answer, toAnswer } from '../answer';
import type { SourceConfig } from '../config';
import { hasStatus, isEndpointMissing } from '../upstream/error';
import type { PrometheusApi } from './api';
import { type Flavour, flavourOf } from './flavour';
import {
  Alertmanagers,
  Alerts,
  BuildInfo,
  type PrometheusAlert,
  type RuleGroup,
  RuleGroups,
  type Target,
  Targets,
  TsdbStatus,
} from './schema';

/** What a Prometheus is doing: rules, alerts, targets, what it is and how it is set. */
export interface PrometheusState {
  rules(asked: { type?: 'alert' | 'record' }, signal: AbortSignal): Promise<Answer<RuleGroup[]>>;
  /** Pending and firing alerts. */
  alerts(signal: AbortSignal): Promise<Answer<PrometheusAlert[]>>;
  /** Targets being scraped, and how many were dropped (null when the server does not say). */
  targets(signal: AbortSignal): Promise<Answer<{ active: Target[]; droppedCount: number | null }>>;
  /** Cardinality of the newest hours; null where the flavour has none. */
  tsdbStatus(limit: number, signal: AbortSignal): Promise<Answer<TsdbStatus> | null>;
  /** Addresses of the Alertmanagers that get this server's alerts; null where the flavour does not say. */
  alertmanagers(signal: AbortSignal): Promise<string[] | null>;
  /** Command-line flags; null where the flavour does not tell (Mimir, Thanos). */
  flags(signal: AbortSignal): Promise<Record<string, string> | null>;
  /** How long samples are kept, as the server writes it ("15d"); null when it does not say. */
  retention(signal: AbortSignal): Promise<string | null>;
  flavour(signal: AbortSignal): Promise<Flavour>;
}

/**
 * The state of one Prometheus or of what speaks its API. What its flavour lacks is null; every other failure throws.
 */
export function prometheusState(source: SourceConfig, api: PrometheusApi): PrometheusState {
  const state = <S extends z.ZodType>(path: string, data: S, signal: AbortSignal, params = {}) =>
    api({ path, params, data, span: null, signal });

  const asked = (query: string) => ({ language: 'none', query, startMs: 0, endMs: 0, stepMs: null }) as const;

  /** Null for a server that lacks the endpoint: Mimir and Thanos have no flags, VictoriaMetrics no runtime info. */
  const optional = async <T>(read: Promise<T>): Promise<T | null> => {
    try {
      return await read;
    } catch (error) {
      if (isEndpointMissing(error) || (hasStatus(error, 400) && error.upstreamKind === null)) return null;
      throw error;
    }
  };

  return {
    async rules({ type }, signal) {
      const answer = await state('/api/v1/rules', RuleGroups, signal, { type });
      return toAnswer(source, asked('/api/v1/rules'), answer.data.groups, answer);
    },
    async alerts(signal) {
      const answer = await state('/api/v1/alerts', Alerts, signal);
      return toAnswer(source, asked('/api/v1/alerts'), answer.data.alerts ?? [], answer);
    },
    async targets(signal) {
      const answer = await state('/api/v1/targets', Targets, signal, { state: 'active' });
      const { activeTargets, droppedTargetCounts } = answer.data;
      const counts = droppedTargetCounts ? Object.values(droppedTargetCounts) : null;
      const droppedCount = counts === null ? null : counts.reduce((sum, count) => sum + count, 0);
      return toAnswer(source, asked('/api/v1/targets'), { active: activeTargets ?? [], droppedCount }, answer);
    },
    async tsdbStatus(limit, signal) {
      const answer = await optional(state('/api/v1/status/tsdb', TsdbStatus, signal, { limit }));
      return answer === null ? null : toAnswer(source, asked('/api/v1/status/tsdb'), answer.data, answer);
    },
    async alertmanagers(signal) {
      const answer = await optional(state('/api/v1/alertmanagers', Alertmanagers, signal));
      return answer === null ? null : (answer.data.activeAlertmanagers ?? []).map(({ url }) => url);
    },
    async flags(signal) {
      const answer = await optional(state('/api/v1/status/flags', z.record(z.string(), z.string()), signal));
      return answer?.data ?? null;
    },
    async retention(signal) {
      const RuntimeInfo = z.object({ storageRetention: z.string().nullish() });
      const answer = await optional(state('/api/v1/status/runtimeinfo', RuntimeInfo, signal));
      return answer?.data.storageRetention || null;
    },
    async flavour(signal) {
      const answer = await optional(state('/api/v1/status/buildinfo', BuildInfo, signal));
      return flavourOf(answer?.data ?? null);
    },
  };
}
