import 'server-only';
import type { MissingSignal, Role } from '@/lib/contracts/fleet';
import { byRole } from '@/lib/domain/roles';
import { CHART_POINTS, rateWindowMs, stepForRange } from '@/lib/domain/time';
import { nearest } from '../config/problems';
import { AppError } from '../errors';
import { Gather } from '../gather';
import { metricSelector, requestsQuery } from '../prometheus/signal-queries';
import { openTelemetry, type Telemetry } from '../telemetry';
import { versionOf } from './labels';
import { rolesQuery, rolesTold, withRoles } from './roles';

/** What every panel of a model's page begins with. */
export interface ModelPanel {
  telemetry: Telemetry;
  gather: Gather;
  versions: { version: string; role: Role }[];
  missing: readonly MissingSignal[];
  /** Step of the panel's charts, and the window of their rates. */
  stepMs: number;
  windowMs: number;
}

/**
 * Opens a panel of one model: its versions with traffic in the range and their roles, two queries that all panels of a
 * page share. Throws `not_found` with the nearest name for a model that the Prometheus does not know in the range.
 */
export async function openModelPanel(
  asked: { model: string; startMs: number; endMs: number },
  { signal, nowMs }: { signal: AbortSignal; nowMs: number },
): Promise<ModelPanel> {
  const telemetry = await openTelemetry(nowMs);
  const { prometheus, map, source, config } = telemetry;
  const { model, startMs, endMs } = asked;
  const gather = new Gather(signal);
  const query = requestsQuery(map, { fn: 'increase', windowMs: endMs - startMs, model, byVersion: true });
  const roles = rolesQuery(map, model);
  const [requests, samples] = await Promise.all([
    query === null ? null : gather.need('versions with requests', prometheus.instant(query, endMs, signal)),
    gather.take('roles', roles === null ? null : prometheus.instant(roles, endMs, signal)),
  ]);
  if (requests !== null && requests.length === 0) await refuseUnknown(telemetry, asked, signal);
  const versions = (requests ?? [])
    // A counter that holds no number is still a version's: what it counted is not known, which is not none.
    .filter(({ value }) => value === null || value > 0)
    .map(({ labels, value }) => ({ version: versionOf(map, labels), requests: value }));
  const stepMs = stepForRange(endMs - startMs, CHART_POINTS, source.scrapeIntervalMs);
  return {
    telemetry,
    gather,
    versions: withRoles(versions, { config, model, told: rolesTold(map, samples) })
      .map(({ version, role }) => ({ version, role }))
      .sort(byRole),
    missing: map.missing,
    stepMs,
    windowMs: rateWindowMs(stepMs, source.scrapeIntervalMs),
  };
}

/** A model without requests in the range may still be one; a name that no series carries is not. */
async function refuseUnknown(
  { prometheus, map }: Telemetry,
  { model, startMs, endMs }: { model: string; startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<void> {
  if (map.requests === null) return;
  const match = [metricSelector(map.requests.metric)];
  const known = await prometheus.labelValues(map.modelLabel, { startMs, endMs, match }, signal);
  if (known.value.includes(model)) return;
  const near = nearest(model, known.value);
  const others = known.value.slice(0, 5).map(shorten).join(', ');
  const hint =
    near !== null
      ? `Did you mean ${shorten(near)}?`
      : known.value.length === 0
        ? 'No model had requests in this range.'
        : `Known here: ${others}${known.value.length > 5 ? ', …' : ''}.`;
  throw new AppError('not_found', `There is no model ${shorten(model)} in this range. ${hint}`, {
    source: prometheus.source.name,
  });
}

/** A name that fits a sentence, quoted, whatever it is made of. */
const shorten = (name: string): string => {
  const plain = name.replace(/\p{Cc}/gu, ' ').toWellFormed();
  return `“${plain.length > 80 ? `${plain.slice(0, 80).toWellFormed()}…` : plain}”`;
};

/** What a panel sends beside its series. */
export const panelHead = (panel: ModelPanel, missing: readonly MissingSignal[] = panel.missing) => ({
  versions: panel.versions,
  missing: [...missing, ...panel.gather.gaps.map((reason) => ({ signal: 'part of this panel', reason, remedy: null }))],
  why: panel.gather.why,
});
