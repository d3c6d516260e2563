import 'server-only';
import type { ChangeEvent } from '@/lib/contracts/event';
import type { Labels } from '@/lib/contracts/series';
import { alertEvents, roleEvents, versionEvents, webHref } from '@/lib/domain/events';
import { formatDuration } from '@/lib/domain/format';
import { rateWindowMs, stepForRange } from '@/lib/domain/time';
import type { Gather } from '../gather';
import { alertsQuery, requestsQuery } from '../prometheus/signal-queries';
import type { Telemetry } from '../telemetry';
import { modelOf, versionOf } from './labels';
import { roleSeries, rolesQuery } from './roles';

/** How far before the range a version is looked for, so that one that merely paused is not called new. */
const LOOK_BACK_MS = 6 * 3_600_000;
const EVENT_POINTS = 360;
/** A step longer than this may pass over what came and went. */
const COARSE_STEP_MS = 30 * 60_000;

/** Step in which changes of a range are looked for. */
const eventStepMs = (rangeMs: number, scrapeIntervalMs: number): number =>
  stepForRange(rangeMs, EVENT_POINTS, scrapeIntervalMs);

/** What a long range may not show, as a sentence; null for a range in which nothing can hide. */
export function coarseNote({ startMs, endMs }: { startMs: number; endMs: number }): string | null {
  const stepMs = eventStepMs(endMs - startMs, 0);
  return stepMs <= COARSE_STEP_MS
    ? null
    : `Looked for in steps of ${formatDuration(stepMs)}: what began and ended between two of them is not here.`;
}

/** What telemetry says happened in a range, to one model (or to none in particular) or to the fleet. */
export async function readEvents(
  { prometheus, map, source, config }: Telemetry,
  asked: { startMs: number; endMs: number; model: string | null },
  signal: AbortSignal,
  gather: Gather,
): Promise<ChangeEvent[]> {
  const { startMs, endMs, model } = asked;
  const { firstTraffic, roleChanges, alerts } = config.events;
  const rangeMs = endMs - startMs;
  const stepMs = eventStepMs(rangeMs, source.scrapeIntervalMs);
  const earlier = { startMs: Math.max(0, startMs - Math.min(rangeMs, LOOK_BACK_MS)), endMs, stepMs };
  const rate = { fn: 'rate', windowMs: rateWindowMs(stepMs, source.scrapeIntervalMs), byVersion: true } as const;
  const requests = firstTraffic ? requestsQuery(map, { ...rate, model }) : null;
  const roles = roleChanges ? rolesQuery(map, model) : null;

  const [traffic, info, firing, rules] = await Promise.all([
    gather.take('first traffic of versions', requests === null ? null : prometheus.range(requests, earlier, signal)),
    gather.take('role changes', roles === null ? null : prometheus.range(roles, earlier, signal)),
    gather.take('alerts', alerts ? prometheus.range(alertsQuery(), { startMs, endMs, stepMs }, signal) : null),
    gather.take('runbooks of alerts', alerts ? prometheus.rules({ type: 'alert' }, signal) : null),
  ]);
  const runbooks = new Map(
    rules?.flatMap((group) => group.rules.map((rule) => [rule.name, webHref(rule.annotations.runbook_url)] as const)),
  );
  const alertModel = (labels: Labels): string | null =>
    labels[map.modelLabel] ?? labels.model_name ?? labels.model ?? null;
  const events = [
    ...(traffic === null
      ? []
      : versionEvents(traffic, {
          modelOf: (labels) => modelOf(map, labels),
          versionOf: (labels) => versionOf(map, labels),
          fromMs: startMs,
        })),
    ...(info === null ? [] : roleEvents(info, { labelsOf: roleSeries(map), fromMs: startMs })),
    ...(firing === null ? [] : alertEvents(firing, { modelOf: alertModel, runbooks })),
  ];
  return events.filter((event) => model === null || event.model === null || event.model === model);
}
