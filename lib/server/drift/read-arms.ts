import 'server-only';
import type { DriftArms } from '@/lib/contracts/drift';
import type { DriftArmsParams } from '@/lib/contracts/drift-params';
import { rowOrder } from '@/lib/domain/drift-rank';
import { type FeaturePair, judgeFeatures } from '@/lib/domain/feature-drift';
import type { Sides } from '@/lib/domain/feature-side';
import { resolveNative } from '@/lib/domain/native-side';
import { firstTrafficOf, sidesOf } from '../compare/window';
import { type Context, openPanel } from './open';
import { canCompare } from './read-drift';
import { readMetricSides } from './read-metrics';
import { oneWindow } from './windows';

/**
 * Inputs of the challenger against those of the champion in the time both had traffic: what differs here is how requests
 * are routed, not how the world changed.
 */
export async function readArms(params: DriftArmsParams, { signal, nowMs }: Context): Promise<DriftArms> {
  const { model, endMs } = params;
  const panel = await openPanel(params, { signal, nowMs });
  const { telemetry, gather, versions } = panel;
  const { champion, challenger } = sidesOf(versions, params);
  const base = {
    model,
    champion: champion?.version ?? null,
    challenger: challenger?.version ?? null,
    versions,
    endMs,
  };
  if (champion === null || challenger === null || champion.version === challenger.version) {
    const words = 'There is only one version with traffic in the range.';
    return { ...base, startMs: params.startMs, words, features: [], gaps: gather.gaps, missing: [], why: gather.why };
  }
  const began = await gather.part('when the challenger began', () =>
    firstTrafficOf(panel, { model, version: challenger.version, endMs }, signal),
  );
  const startMs = began !== null && began > params.startMs && began < endMs ? began : params.startMs;
  const read = (version: string): Promise<Sides> =>
    readMetricSides(
      telemetry,
      gather,
      { model, version, feature: null, windows: oneWindow({ startMs, endMs }), purpose: `inputs of ${version}` },
      signal,
    ).then(({ sides }) => sides[0] ?? new Map());
  const [reference, current] = await Promise.all([read(champion.version), read(challenger.version)]);
  const names = [...new Set([...reference.keys(), ...current.keys()])].sort();
  const pairs = names.map(
    (feature): FeaturePair => ({
      feature,
      ...resolveNative(reference.get(feature) ?? null, current.get(feature) ?? null),
      source: 'metrics',
      referenceOwn: null,
      score: null,
    }),
  );
  return {
    ...base,
    startMs,
    words: startMs === params.startMs ? 'over the range' : `since the first traffic of ${challenger.version}`,
    features: judgeFeatures(pairs, canCompare(pairs)).sort(rowOrder()),
    gaps: gather.gaps,
    missing: [],
    why: gather.why,
  };
}
