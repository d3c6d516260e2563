import 'server-only';
import type { HeldSide } from '@/lib/domain/held-side';
import { byRole, rolesOf } from '@/lib/domain/roles';
import { CHART_POINTS, rateWindowMs, stepForRange } from '@/lib/domain/time';
import { AppError } from '../errors';
import { UNVERSIONED } from '../fleet/labels';
import { type ModelPanel, openModelPanel } from '../fleet/model-panel';
import { Gather } from '../gather';
import { featureIncrease, labelOf, valueIncrease } from '../prometheus/drift-queries';
import { modelConfigOf, openTelemetry } from '../telemetry';

export interface Context {
  signal: AbortSignal;
  nowMs: number;
}

export interface DriftAskedOf {
  model: string;
  version?: string | undefined;
  startMs: number;
  endMs: number;
}

/** A panel of one version of a model. */
export interface DriftPanel {
  panel: ModelPanel;
  model: string;
  /** Null: no version is told apart, or none had traffic; then all series of the model are read. */
  version: string | null;
  startMs: number;
  endMs: number;
  signal: AbortSignal;
}

/** Opens the panel of the version asked for, else the champion, else the first with traffic. */
export async function openDrift(asked: DriftAskedOf, { signal, nowMs }: Context): Promise<DriftPanel> {
  const { model, startMs, endMs } = asked;
  const panel = await openPanel({ model, startMs, endMs }, { signal, nowMs });
  const known = panel.versions.filter(({ version }) => version !== UNVERSIONED);
  return { panel, model, version: asked.version ?? known[0]?.version ?? null, startMs, endMs, signal };
}

/** The panel of a model; also of one that counts no requests and is known by its inputs alone, as batch work is. */
export async function openPanel(
  asked: { model: string; startMs: number; endMs: number },
  context: Context,
): Promise<ModelPanel> {
  try {
    return await openModelPanel(asked, context);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
    const panel = await openInputPanel(asked, context);
    if (panel === null) throw error;
    return panel;
  }
}

/** Versions by their inputs; null where the model has none either. */
async function openInputPanel(
  { model, startMs, endMs }: { model: string; startMs: number; endMs: number },
  { signal, nowMs }: Context,
): Promise<ModelPanel | null> {
  const telemetry = await openTelemetry(nowMs);
  const { map, prometheus, config, source } = telemetry;
  const { featureValue, featureCategory } = map.contract;
  const gather = new Gather(signal);
  const windowMs = endMs - startMs;
  const of = { model, version: null, windowMs };
  const ask = (query: string) => prometheus.instant(query, endMs, signal);
  const [values, categories] = await Promise.all([
    gather.take('versions with inputs', ask(valueIncrease(featureValue, [labelOf(featureValue, 'version')], of))),
    gather.take(
      'versions with categories',
      ask(featureIncrease(featureCategory, [labelOf(featureCategory, 'version')], of)),
    ),
  ]);
  const found = new Map<string, number>();
  for (const { labels, value } of [...(values ?? []), ...(categories ?? [])]) {
    const version = labels[labelOf(featureValue, 'version')] ?? '';
    if ((value ?? 0) > 0) found.set(version === '' ? UNVERSIONED : version, value ?? 0);
  }
  if (found.size === 0) return null;
  const versions = [...found].map(([version, requests]) => ({ version, requests }));
  const own = modelConfigOf(config, model) ?? { champion: null, challenger: null };
  const roles = rolesOf(versions, own, new Map());
  return {
    telemetry,
    gather,
    versions: versions.map(({ version }) => ({ version, role: roles.get(version) ?? ('other' as const) })).sort(byRole),
    missing: map.missing,
    stepMs: stepForRange(windowMs, CHART_POINTS, source.scrapeIntervalMs),
    windowMs: rateWindowMs(stepForRange(windowMs, CHART_POINTS, source.scrapeIntervalMs), source.scrapeIntervalMs),
  };
}

/** What could not be read, or not in full: a feature of that kind that is not here may be there all the same. */
export interface Unread {
  numeric: boolean;
  categorical: boolean;
}

export const NONE_UNREAD: Unread = { numeric: false, categorical: false };

/** One side by feature, of whatever it could be read. */
export interface ReadSides {
  sides: ReadonlyMap<string, HeldSide>;
  unread: Unread;
}
