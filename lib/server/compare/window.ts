import 'server-only';
import type { CompareParams } from '@/lib/contracts/compare-params';
import type { Role } from '@/lib/contracts/fleet';
import { formatDuration } from '@/lib/domain/format';
import { stepForRange } from '@/lib/domain/time';
import { AppError } from '../errors';
import { versionOf } from '../fleet/labels';
import type { ModelPanel } from '../fleet/model-panel';
import { requestsQuery } from '../prometheus/signal-queries';

/** How far back the challenger's first traffic is looked for; an older rollout is compared over this long. */
export const LOOK_BACK_MS = 7 * 86_400_000;
const SEARCH_POINTS = 336;
const MINUTE_MS = 60_000;

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

/** When a version's traffic began within the look-back, to the minute; null when it was there all along or never. */
export async function firstTrafficOf(
  { telemetry, gather }: ModelPanel,
  asked: { model: string; version: string; endMs: number },
  signal: AbortSignal,
): Promise<number | null> {
  const { prometheus, map, source } = telemetry;
  const find = async (startMs: number, endMs: number, stepMs: number, purpose: string): Promise<number | null> => {
    const windowMs = stepMs + source.scrapeIntervalMs;
    const query = requestsQuery(map, { fn: 'increase', windowMs, model: asked.model, byVersion: true });
    if (query === null) return null;
    const set = await gather.need(purpose, prometheus.range(query, { startMs, endMs, stepMs }, signal));
    const own = set.series.filter(({ labels }) => versionOf(map, labels) === asked.version);
    const index = Math.min(
      ...own.map(({ values }) => {
        const at = values.findIndex((value) => value !== null && value > 0);
        return at === -1 ? Number.POSITIVE_INFINITY : at;
      }),
    );
    return Number.isFinite(index) && index > 0 ? set.startMs + index * set.stepMs : null;
  };
  const coarse = stepForRange(LOOK_BACK_MS, SEARCH_POINTS, source.scrapeIntervalMs);
  const fine = Math.max(MINUTE_MS, source.scrapeIntervalMs);
  const near = await find(asked.endMs - LOOK_BACK_MS, asked.endMs, coarse, 'when the challenger’s traffic began');
  if (near === null) {
    // A rollout younger than the last coarse point.
    const young = await find(asked.endMs - coarse - fine, asked.endMs, fine, 'when it began, in the newest part');
    return young === null ? null : young - fine;
  }
  const exact = await find(near - 2 * coarse, Math.min(asked.endMs, near), fine, 'when it began, to the minute');
  return (exact ?? near) - fine;
}

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
  if (challenger === null) return { startMs: endMs - 3_600_000, endMs, found: 'the last hour' };
  const first = await firstTrafficOf(panel, { model, version: challenger.version, endMs }, signal);
  if (first !== null && first < endMs) {
    return { startMs: first, endMs, found: `since the first traffic of ${challenger.version}` };
  }
  return { startMs: endMs - LOOK_BACK_MS, endMs, found: `the last ${formatDuration(LOOK_BACK_MS)}` };
}
