import 'server-only';
import type { AlertDeed, AlertHistory } from '@/lib/contracts/alert-history';
import type { Labels } from '@/lib/contracts/series';
import type { SilenceMatcher } from '@/lib/contracts/silence';
import { webHref } from '@/lib/domain/events';
import { formatDuration } from '@/lib/domain/format';
import { type Firing, firingsOf, lastOf, noiseAnswer, noiseRows } from '@/lib/domain/noise';
import { HOUR_MS, MINUTE_MS, WEEK_MS } from '@/lib/domain/time';
import { getConfig, type PrometheusConfig } from '../config';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { Gather } from '../gather';
import { prometheusClient } from '../prometheus/client';
import { firedQuery, measuredQuery } from '../prometheus/signal-queries';
import { getRedactor } from '../redaction/redact';
import { openAlertmanager } from './clusters';
import { silenceTest } from './matching';
import { readModelOf } from './model-of';
import { readLabels } from './told';

const WEEKS = 2;
/** A week of these is one answer. What ends and begins anew within one counts as one time. */
const STEP_MS = 10 * MINUTE_MS;
/** Acting on an alert may take this long after it has stopped by itself. */
const GRACE_MS = 30 * MINUTE_MS;
const MAX_EPISODES = 20_000;
/** Ids in one query: databases take so many values at least. */
const IDS_AT_ONCE = 500;

/** Something somebody did about alerts at an instant. */
interface Deed extends AlertDeed {
  fits: (alert: { labels: Labels; model: string | null }) => boolean;
}

/**
 * How often each alert fired in the last 14 days and how often somebody acted on it: an incident of its model declared,
 * or a silence that fits it made, while it fired or within half an hour. From the `ALERTS` series of every Prometheus,
 * and from the webhooks' record.
 */
export async function readAlertHistory(
  { model, nowMs, signal }: { model: string | null; nowMs: number; signal: AbortSignal },
  database: Database = db(),
): Promise<AlertHistory> {
  const gather = new Gather(signal);
  const { sources } = getConfig();
  const startMs = nowMs - WEEKS * WEEK_MS;
  if (sources.prometheus.length + sources.alertmanager.length === 0) {
    throw new AppError('not_configured', 'No Prometheus is configured. Name one under sources in windsock.yaml.');
  }
  const [series, record, silences, modelOf] = await Promise.all([
    Promise.all(sources.prometheus.map((source) => readSeries(source, { startMs, nowMs, signal }, gather))),
    gather.part('what webhooks told and what was done', () => readRecord(database, startMs)),
    Promise.all(
      sources.alertmanager.map((source) =>
        gather.take(`silences of ${source.name}`, openAlertmanager(source).silences({}, signal)),
      ),
    ),
    readModelOf(nowMs, gather),
  ]);
  // The webhooks' record alone is an answer where no Prometheus is configured; with one, its failure is the page's.
  if (sources.prometheus.length > 0) gather.needSomething();
  const deeds: Deed[] = [
    ...(record?.incidents ?? []).map(({ model: of, ...deed }) => ({
      ...deed,
      fits: (alert: { model: string | null }) => of !== null && alert.model === of,
    })),
    ...[...(record?.silences ?? []), ...silences.flatMap((list) => (list ?? []).map(toMade))].map(
      ({ atMs, by, matchers }): Deed => {
        const test = silenceTest(matchers);
        return { atMs, by, incident: null, fits: ({ labels }) => test(labels) };
      },
    ),
  ];
  const deedOf = (one: { labels: Labels; model: string | null; startMs: number; endMs: number | null }) =>
    lastOf(
      deeds
        .filter(({ atMs, fits }) => atMs >= one.startMs && atMs <= (one.endMs ?? nowMs) + GRACE_MS && fits(one))
        .map(({ atMs, by, incident }) => ({ atMs, by, incident })),
    );
  const firings: Firing[] = [
    ...dedupe(series.flatMap(({ firings: own }) => own)).map((one) => ({
      ...one,
      origin: 'series' as const,
      attached: null,
    })),
    ...(record?.episodes ?? []).map((one) => ({ ...one, origin: 'webhook' as const })),
  ].map(({ attached, ...one }) => {
    const of = { ...one, model: modelOf(one.labels) };
    return {
      ...of,
      name: one.labels.alertname ?? 'unnamed alert',
      severity: one.labels.severity ?? null,
      deed: attached ?? deedOf(of),
    };
  });
  const measuredFrom = series.flatMap(({ fromMs }) => (fromMs === null ? [] : [fromMs]));
  const fromMs = Math.max(startMs, measuredFrom.length === 0 ? startMs : Math.min(...measuredFrom));
  const shown = model === null ? firings : firings.filter((one) => one.model === model);
  const runbooks = new Map(series.flatMap(({ runbooks: own }) => own));
  const rows = noiseRows(shown, { startMs: fromMs, endMs: nowMs, runbooks });
  const isShort = fromMs - startMs > HOUR_MS * 2;
  const days = `the last ${formatDuration(Math.round((nowMs - fromMs) / HOUR_MS) * HOUR_MS)}`;
  return {
    answer: [
      ...noiseAnswer(rows, days),
      ...gather.gaps.map((gap) => ({ status: 'unknown' as const, parts: [{ text: gap, tone: 'value' as const }] })),
    ],
    rows,
    startMs: fromMs,
    endMs: nowMs,
    notes: [
      ...(isShort
        ? [`The Prometheus has ${formatDuration(nowMs - fromMs)} only, not 14 d: the counts are of that.`]
        : []),
      ...(record?.cut ? [`Of the webhooks’ record only the newest ${MAX_EPISODES} alerts were counted.`] : []),
    ],
    missing: gather.gaps.map((reason) => ({ signal: 'part of the history', reason, remedy: null })),
    why: gather.why,
  };
}

interface Stretch {
  labels: Labels;
  startMs: number;
  endMs: number | null;
}

async function readSeries(
  source: PrometheusConfig,
  { startMs, nowMs, signal }: { startMs: number; nowMs: number; signal: AbortSignal },
  gather: Gather,
): Promise<{ firings: Stretch[]; fromMs: number | null; runbooks: [string, boolean][] }> {
  const client = prometheusClient(source);
  const weeks = Array.from({ length: WEEKS }, (_, week) => startMs + week * WEEK_MS);
  const [sets, up, groups] = await Promise.all([
    Promise.all(
      weeks.map((fromMs) =>
        gather.take(
          `alerts that fired in ${source.name}`,
          client.range(firedQuery(STEP_MS), { startMs: fromMs, endMs: fromMs + WEEK_MS, stepMs: STEP_MS }, signal),
        ),
      ),
    ),
    gather.take(
      `how far ${source.name} reaches back`,
      client.range(measuredQuery(), { startMs, endMs: nowMs, stepMs: HOUR_MS }, signal),
    ),
    gather.take(`rules of ${source.name}`, client.rules({ type: 'alert' }, signal)),
  ]);
  const first = (up?.series ?? []).map(({ values }) => values.findIndex((value) => value !== null));
  const known = first.filter((index) => index >= 0);
  return {
    firings: joinWeeks(sets.flatMap((set) => (set === null ? [] : [firingsOf(set)]))),
    fromMs: up === null || known.length === 0 ? null : up.startMs + Math.min(...known) * up.stepMs,
    runbooks: (groups ?? []).flatMap(({ rules }) =>
      rules.map(({ name, annotations }): [string, boolean] => [
        name,
        webHref(annotations.runbook_url ?? annotations.runbook) !== null,
      ]),
    ),
  };
}

const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());

/** What fires at the end of one week and at the beginning of the next fired once. */
function joinWeeks(weeks: readonly (readonly Stretch[])[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const week of weeks) {
    const open = new Map(joined.filter(({ endMs }) => endMs === null).map((one) => [keyOf(one.labels), one]));
    for (const one of week) {
      const before = open.get(keyOf(one.labels));
      const isContinued =
        before !== undefined && one === week.find(({ labels }) => keyOf(labels) === keyOf(one.labels));
      const isAdjoining = isContinued && before.endMs === null && one.startMs <= (week[0]?.startMs ?? 0) + STEP_MS;
      if (isAdjoining) {
        before.endMs = one.endMs;
        open.delete(keyOf(one.labels));
      } else joined.push({ ...one });
    }
  }
  return joined;
}

/** Two Prometheus of a pair see the same alert: what overlaps is one. */
function dedupe(stretches: readonly Stretch[]): Stretch[] {
  const kept = new Map<string, Stretch[]>();
  for (const one of stretches.toSorted((a, b) => a.startMs - b.startMs)) {
    const own = kept.get(keyOf(one.labels)) ?? [];
    const last = own.at(-1);
    if (last !== undefined && one.startMs <= (last.endMs ?? Number.POSITIVE_INFINITY)) {
      last.endMs = last.endMs === null || one.endMs === null ? null : Math.max(last.endMs, one.endMs);
    } else own.push({ ...one });
    kept.set(keyOf(one.labels), own);
  }
  return [...kept.values()].flat();
}

const toMade = (held: { startsAtMs: number | null; createdBy: string; matchers: SilenceMatcher[] }) => ({
  atMs: held.startsAtMs ?? 0,
  by: getRedactor().text(held.createdBy),
  matchers: held.matchers,
});

const DECLARED = {
  id: true,
  number: true,
  declaredByName: true,
  declaredAtMs: true,
  detectedAtMs: true,
  model: true,
} as const;

/** One that was written down later began when somebody saw it. */
const toDeed = (one: {
  number: number;
  declaredByName: string;
  declaredAtMs: bigint;
  detectedAtMs: bigint | null;
}): AlertDeed => ({
  atMs: Number(one.detectedAtMs ?? one.declaredAtMs),
  by: one.declaredByName,
  incident: one.number,
});

async function readRecord(database: Database, sinceMs: number) {
  const since = { gte: BigInt(sinceMs) };
  return database.read(async (client) => {
    const [episodes, incidents, silences] = await Promise.all([
      client.alertEpisode.findMany({
        where: { startsAtMs: since, skew: null },
        orderBy: { startsAtMs: 'desc' },
        take: MAX_EPISODES + 1,
        select: { labels: true, startsAtMs: true, endsAtMs: true, incidentId: true },
      }),
      client.incident.findMany({
        where: { declaredAtMs: since, drill: false },
        select: DECLARED,
      }),
      client.silence.findMany({
        where: { createdAtMs: since, silenceId: { not: null } },
        select: { createdAtMs: true, createdByName: true, matchers: true },
      }),
    ]);
    const declared = new Map(incidents.map((one) => [one.id, toDeed(one)]));
    const older = [...new Set(episodes.flatMap(({ incidentId }) => incidentId ?? []))].filter(
      (id) => !declared.has(id),
    );
    for (let at = 0; at < older.length; at += IDS_AT_ONCE) {
      const where = { id: { in: older.slice(at, at + IDS_AT_ONCE) } };
      for (const one of await client.incident.findMany({ where, select: DECLARED })) declared.set(one.id, toDeed(one));
    }
    return {
      cut: episodes.length > MAX_EPISODES,
      episodes: episodes.slice(0, MAX_EPISODES).map((one) => ({
        labels: readLabels(one.labels),
        startMs: Number(one.startsAtMs),
        endMs: one.endsAtMs === null ? null : Number(one.endsAtMs),
        attached: declared.get(one.incidentId ?? '') ?? null,
      })),
      incidents: incidents.map((one) => ({ ...toDeed(one), model: one.model })),
      silences: silences.map(({ createdAtMs, createdByName, matchers }) => ({
        atMs: Number(createdAtMs),
        by: createdByName,
        matchers: JSON.parse(matchers) as SilenceMatcher[],
      })),
    };
  });
}
