import 'server-only';
import type { AlertList } from '@/lib/contracts/alert';
import type { Labels } from '@/lib/contracts/series';
import {
  alertsAnswer,
  type EvaluatedAlert,
  firedCounts,
  groupAlerts,
  joinAlerts,
  type ManagedAlert,
} from '@/lib/domain/alerts';
import { alertmanagerClient } from '../alertmanager/client';
import { getConfig } from '../config';
import { AppError } from '../errors';
import { Gather } from '../gather';
import { prometheusClient } from '../prometheus/client';
import { alertsQuery } from '../prometheus/signal-queries';
import { openTelemetry } from '../telemetry';

const WEEK_MS = 7 * 86_400_000;
/** A week has about a thousand of these, which one answer holds; what fired for less may go uncounted. */
const HISTORY_STEP_MS = 10 * 60_000;

/**
 * Alerts of every Prometheus and every Alertmanager, joined and by model. A source that fails is said; the others go on.
 * Throws `not_configured` without any of either kind.
 */
export async function readAlerts(asked: {
  model: string | null;
  nowMs: number;
  signal: AbortSignal;
}): Promise<AlertList> {
  const { nowMs, signal } = asked;
  const { sources } = getConfig();
  if (sources.prometheus.length + sources.alertmanager.length === 0) {
    throw new AppError(
      'not_configured',
      'No Prometheus and no Alertmanager is configured. Name one under sources in windsock.yaml.',
    );
  }
  const gather = new Gather(signal);
  const [evaluated, managed, history, modelLabel] = await Promise.all([
    Promise.all(
      sources.prometheus.map(async (source): Promise<EvaluatedAlert[]> => {
        const groups = await gather.take(
          `alerts of ${source.name}`,
          prometheusClient(source).rules({ type: 'alert' }, signal),
        );
        return (groups ?? []).flatMap(({ rules }) =>
          rules.flatMap(({ alerts, query }) =>
            alerts.flatMap(({ state, labels, annotations, activeAtMs, value }) =>
              state === 'firing' || state === 'pending'
                ? [{ source: source.name, state, labels, annotations, sinceMs: activeAtMs, value, query }]
                : [],
            ),
          ),
        );
      }),
    ),
    Promise.all(
      sources.alertmanager.map(async (source): Promise<ManagedAlert[]> => {
        // By route, because only there a mute by a time interval is told; one alert may be in several groups.
        const groups = await gather.take(`alerts of ${source.name}`, alertmanagerClient(source).groups({}, signal));
        const alerts = new Map<string, ManagedAlert>();
        for (const { receiver, alerts: own } of groups ?? []) {
          for (const alert of own) {
            const known = alerts.get(alert.fingerprint);
            const receivers = [...new Set([...(known?.receivers ?? []), ...alert.receivers, receiver])];
            alerts.set(alert.fingerprint, { ...alert, receivers, source: source.name });
          }
        }
        return [...alerts.values()];
      }),
    ),
    Promise.all(
      sources.prometheus
        .slice(0, 1)
        .map((source) =>
          gather.take(
            'how often alerts fired this week',
            prometheusClient(source).range(
              alertsQuery(),
              { startMs: nowMs - WEEK_MS, endMs: nowMs, stepMs: HISTORY_STEP_MS },
              signal,
            ),
          ),
        ),
    ),
    sources.prometheus.length === 0
      ? null
      : gather.part('the label that names models', async () => (await openTelemetry(nowMs)).map.modelLabel),
  ]);
  gather.needSomething();
  const [set] = history;
  const rows = joinAlerts(evaluated.flat(), managed.flat(), {
    modelOf: (labels: Labels) =>
      (modelLabel === null ? undefined : labels[modelLabel]) ?? labels.model_name ?? labels.model ?? null,
    fired: set === null || set === undefined ? null : firedCounts(set),
  });
  const shown = asked.model === null ? rows : rows.filter(({ model }) => model === asked.model);
  return {
    answer: alertsAnswer(shown, gather.gaps),
    groups: groupAlerts(shown),
    missing: gather.gaps.map((reason) => ({ signal: 'part of this page', reason, remedy: null })),
    why: gather.why,
  };
}
