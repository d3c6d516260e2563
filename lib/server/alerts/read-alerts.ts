import 'server-only';
import type { AlertList } from '@/lib/contracts/alert';
import { type EvaluatedAlert, firedCounts, groupAlerts, joinAlerts, type ManagedAlert } from '@/lib/domain/alerts';
import { alertsAnswer } from '@/lib/domain/alerts-answer';
import { MINUTE_MS, WEEK_MS } from '@/lib/domain/time';
import { type Config, getConfig } from '../config';
import { AppError } from '../errors';
import { Gather } from '../gather';
import { prometheusClient } from '../prometheus/client';
import { alertsQuery } from '../prometheus/signal-queries';
import { getRedactor } from '../redaction/redact';
import { openAlertmanager } from './clusters';
import { readModelOf } from './model-of';
import { readTold } from './told';

/** A week has about a thousand of these, which one answer holds; what fired for less may go uncounted. */
const HISTORY_STEP_MS = 10 * MINUTE_MS;

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
  const config = getConfig();
  const { sources } = config;
  if (sources.prometheus.length + sources.alertmanager.length === 0) {
    throw new AppError(
      'not_configured',
      'No Prometheus and no Alertmanager is configured. Name one under sources in windsock.yaml.',
    );
  }
  const gather = new Gather(signal);
  const [evaluated, managed, history, modelOf, record] = await Promise.all([
    Promise.all(sources.prometheus.map((source) => readEvaluated(source, gather, signal))),
    Promise.all(sources.alertmanager.map((source) => readManaged(source, gather, signal))),
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
    readModelOf(nowMs, gather),
    gather.part('incidents of these alerts', () => readTold()),
  ]);
  gather.needSomething();
  const [set] = history;
  const rows = joinAlerts(
    evaluated.flat(),
    managed.flatMap((alerts) => alerts ?? []),
    {
      modelOf,
      fired: set === null || set === undefined ? null : firedCounts(set),
      ownerOf: ownerOf(config),
      told: record?.told ?? [],
      declared: record?.declared ?? new Map(),
      // While one is silent, an alert that the others lack may be held by that one.
      answered: managed.includes(null) ? [] : sources.alertmanager.map(({ name }) => name),
    },
    nowMs,
  );
  const redactor = getRedactor();
  const clean = (text: string | null) => (text === null ? null : redactor.text(text));
  const shown = (asked.model === null ? rows : rows.filter(({ model }) => model === asked.model)).map((row) => ({
    ...row,
    summary: clean(row.summary),
    description: clean(row.description),
  }));
  return {
    answer: alertsAnswer(shown, gather.gaps, { nowMs, open: record?.open ?? [] }),
    groups: groupAlerts(shown),
    alertmanagers: sources.alertmanager.map(({ name }) => name),
    missing: gather.gaps.map((reason) => ({ signal: 'part of this page', reason, remedy: null })),
    why: gather.why,
  };
}

async function readEvaluated(
  source: Config['sources']['prometheus'][number],
  gather: Gather,
  signal: AbortSignal,
): Promise<EvaluatedAlert[]> {
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
}

/** Null: it did not answer. */
async function readManaged(
  source: Config['sources']['alertmanager'][number],
  gather: Gather,
  signal: AbortSignal,
): Promise<ManagedAlert[] | null> {
  // By route, because only there a mute by a time interval is told; one alert may be in several groups.
  const groups = await gather.take(`alerts of ${source.name}`, openAlertmanager(source).groups({}, signal));
  if (groups === null) return null;
  const alerts = new Map<string, ManagedAlert>();
  for (const { receiver, alerts: own } of groups) {
    for (const alert of own) {
      const known = alerts.get(alert.fingerprint);
      const receivers = [...new Set([...(known?.receivers ?? []), ...alert.receivers, receiver])];
      alerts.set(alert.fingerprint, { ...alert, receivers, source: source.name });
    }
  }
  return [...alerts.values()];
}

/** Who answers for an alert by the configuration: its objective's owner, else its model's. */
function ownerOf({ models }: Config): (alert: { model: string | null; slo: string | null }) => string | null {
  return ({ model: name, slo: id }) => {
    const model = models.find((one) => one.name === name);
    const slo = model?.slos.find((one) => `${model.name}/${one.name}` === id);
    return slo?.owner ?? model?.owner ?? null;
  };
}
