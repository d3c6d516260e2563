import 'server-only';
import type { CompareParams } from '@/lib/contracts/compare-params';
import type { Role } from '@/lib/contracts/fleet';
import { formatDuration } from '@/lib/domain/format';
import { HOUR_MS, MINUTE_MS, stepForRange, WEEK_MS } from '@/lib/domain/time';
import { AppError } from '../errors';
import { versionOf } from '../fleet/labels';
import type { ModelPanel } from '../fleet/model-panel';
import { requestsQuery } from '../prometheus/signal-queries';
import { modelConfigOf } from '../telemetry';

/** How far back the challenger's first traffic is looked for; an older rollout is compared over this long. */
export const LOOK_BACK_MS = WEEK_MS;
const SEARCH_POINTS = 336;

export interface Sides {
  champion: { version: string; role: Role } | null;
  challenger: { version: string; role: Role } | null;
}

/** The two versions asked for, else those with the roles, else the two with traffic. Null: there is none. */
export function sidesOf(
  versions: readonly { version: string; role: Role }[],
  asked: Pick<CompareParams, 'champion' | 'challenger' | 'splitMs'>,
): Sides {
  const named = (version: string) => ({
    version,
    role: versions.find((one) => one.version === version)?.role ?? ('other' as const),
  });
  const champion =
    asked.champion === undefined
      ? (versions.find(({ role, version }) => role === 'champion' && version !== asked.challenger) ??
        versions.find(({ version, role }) => version !== asked.challenger && role !== 'challenger') ??
        versions.find(({ version }) => version !== asked.challenger) ??
        null)
      : named(asked.champion);
  // Before and after an instant are of one version unless two are named.
  if (asked.splitMs !== undefined && asked.challenger === undefined) return { champion, challenger: champion };
  const challenger =
    asked.challenger === undefined
      ? (versions.find(({ role, version }) => role === 'challenger' && version !== champion?.version) ??
        versions.find(({ version }) => version !== champion?.version) ??
        null)
      : named(asked.challenger);
  return { champion, challenger };
}

/**
 * Why it is not known which version is the challenger: roles that could not be read must not be guessed, or the champion
 * would be judged in its place. Null where they are known, and where configuration or question name the sides.
 */
export function rolesGap(
  { gather, telemetry }: ModelPanel,
  { model, champion, challenger, splitMs }: Pick<CompareParams, 'model' | 'champion' | 'challenger' | 'splitMs'>,
): string | null {
  const own = modelConfigOf(telemetry.config, model);
  const isConfigured = (own?.champion ?? null) !== null || (own?.challenger ?? null) !== null;
  const isNamed = champion !== undefined && (challenger !== undefined || splitMs !== undefined);
  const [gap] = gather.gaps;
  return isConfigured || isNamed || gap === undefined ? null : `Which version is the challenger is not known. ${gap}`;
}

/** A version without traffic for this long, while others of its model had some, was taken out and rolled out anew. */
const PAUSE_MS = 3 * HOUR_MS;

/** When a version's traffic began, and whether it had none before within the look-back. */
interface TrafficBegan {
  atMs: number;
  isFirst: boolean;
}

/**
 * When a version's traffic began within the look-back, to the minute; after a pause of hours, when it began again. Null
 * when it was there all along or never.
 */
async function trafficBegan(
  { telemetry, gather }: ModelPanel,
  asked: { model: string; version: string; endMs: number },
  signal: AbortSignal,
): Promise<TrafficBegan | null> {
  const { prometheus, map, source } = telemetry;
  const find = async (
    startMs: number,
    endMs: number,
    stepMs: number,
    purpose: string,
  ): Promise<TrafficBegan | null> => {
    const windowMs = stepMs + source.scrapeIntervalMs;
    const query = requestsQuery(map, { fn: 'increase', windowMs, model: asked.model, byVersion: true });
    if (query === null) return null;
    const set = await gather.need(purpose, prometheus.range(query, { startMs, endMs, stepMs }, signal));
    const pauseCells = Math.ceil(PAUSE_MS / set.stepMs);
    const length = set.series[0]?.values.length ?? 0;
    const hasTraffic = (isOwn: boolean, at: number): boolean =>
      set.series.some(
        ({ labels, values }) => (versionOf(map, labels) === asked.version) === isOwn && (values[at] ?? 0) > 0,
      );
    let [index, silent, isFirst] = [-1, 0, true];
    for (let at = 0; at < length; at += 1) {
      if (hasTraffic(true, at)) {
        if (index === -1 || silent >= pauseCells) [index, isFirst] = [at, index === -1];
        silent = 0;
      } else if (hasTraffic(false, at)) silent += 1;
    }
    return index > 0 ? { atMs: set.startMs + index * set.stepMs, isFirst } : null;
  };
  const coarse = stepForRange(LOOK_BACK_MS, SEARCH_POINTS, source.scrapeIntervalMs);
  const fine = Math.max(MINUTE_MS, source.scrapeIntervalMs);
  const near = await find(asked.endMs - LOOK_BACK_MS, asked.endMs, coarse, 'when the challenger’s traffic began');
  if (near === null) {
    // A rollout younger than the last coarse point.
    const young = await find(asked.endMs - coarse - fine, asked.endMs, fine, 'when it began, in the newest part');
    return young === null ? null : { ...young, atMs: young.atMs - fine };
  }
  const { atMs } = near;
  const exact = await find(atMs - 2 * coarse, Math.min(asked.endMs, atMs), fine, 'when it began, to the minute');
  return { ...near, atMs: (exact?.atMs ?? atMs) - fine };
}

/** The instant of `trafficBegan` alone. */
export const firstTrafficOf = async (
  panel: ModelPanel,
  asked: { model: string; version: string; endMs: number },
  signal: AbortSignal,
): Promise<number | null> => (await trafficBegan(panel, asked, signal))?.atMs ?? null;

/** The window of a comparison and how it was found. */
export async function windowOf(
  panel: ModelPanel,
  params: CompareParams,
  sides: Sides,
  signal: AbortSignal,
): Promise<{ startMs: number; endMs: number; found: string }> {
  const { startMs, endMs, splitMs, model } = params;
  if (startMs !== undefined) return { startMs, endMs, found: 'as asked' };
  if (splitMs !== undefined) {
    if (splitMs >= endMs) throw new AppError('bad_request', 'splitMs: must lie before the end of the range.');
    return { startMs: Math.max(0, splitMs - (endMs - splitMs)), endMs, found: 'as long before as after' };
  }
  const { challenger } = sides;
  if (challenger === null) return { startMs: endMs - HOUR_MS, endMs, found: 'the last hour' };
  const { version } = challenger;
  const began = await trafficBegan(panel, { model, version, endMs }, signal);
  if (began !== null && began.atMs < endMs) {
    const found = began.isFirst ? `since the first traffic of ${version}` : `since ${version} had traffic again`;
    return { startMs: began.atMs, endMs, found };
  }
  return { startMs: endMs - LOOK_BACK_MS, endMs, found: `the last ${formatDuration(LOOK_BACK_MS)}` };
}
