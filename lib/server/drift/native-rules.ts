import 'server-only';
import type { NativeInputs } from '@/lib/domain/drift-alert-rules';
import { labelOf } from '../prometheus/drift-queries';
import { by, labelName, matcher, selector } from '../prometheus/promql';
import type { NativeHistogram } from '../prometheus/results';
import type { Telemetry } from '../telemetry';

/** Bounds that rules are written for at most: each is evaluated twice for every feature. */
const MAX_BOUNDS = 40;
/** Histograms that are looked at for the width of their buckets. */
const MAX_LOOKED_AT = 500;
/** Buckets of the usual resolution are 9 % wide, and a client may widen them by itself later. */
const LEAST_FACTOR = 1.1;
const LEAST_ZERO = 1e-9;
const PLAIN_NUMBER = /^-?[0-9.]+(e[+-]?[0-9]+)?$/i;

/** What the exported rules on native inputs are made of; `note`: why there are none, or what they leave out. */
export interface NativeRuling {
  native: NativeInputs | null;
  note: string | null;
}

export const NO_NATIVE: NativeRuling = { native: null, note: null };

/** Bounds of the training baselines of features that are native histograms, and how wide their buckets are. */
export async function readNativeRuling(
  { map, prometheus }: Pick<Telemetry, 'map' | 'prometheus'>,
  model: string | null,
  { nowMs, signal }: { nowMs: number; signal: AbortSignal },
): Promise<NativeRuling> {
  const { featureValue, featureBaseline } = map.contract;
  if (!featureValue.hasNative) return NO_NATIVE;
  const of = (one: typeof featureValue): string =>
    selector(one.metric, model === null ? [] : [matcher(labelOf(one, 'model'), '=', model)]);
  const feature = labelOf(featureValue, 'feature');
  const shared = `${labelName(labelOf(featureValue, 'model'))}, ${labelName(feature)}`;
  const [bounds, widths] = await Promise.all([
    prometheus.instant(`count by (le) (${of(featureBaseline)} and on (${shared}) ${of(featureValue)})`, nowMs, signal),
    prometheus.nativeHistograms(
      `sum ${by([feature])} (increase(${of(featureValue)}[1h]))`,
      nowMs,
      signal,
      MAX_LOOKED_AT,
    ),
  ]);
  const found = new Map<number, { le: string; value: number; features: number }>();
  for (const { labels, value: features } of bounds.value) {
    const le = labels.le ?? '';
    const value = PLAIN_NUMBER.test(le) ? Number(le) : Number.NaN;
    if (Number.isFinite(value)) found.set(value, { le, value, features: features ?? 0 });
  }
  if (found.size === 0) {
    return {
      native: null,
      note: 'Inputs that are native histograms have no training baseline in this Prometheus: no rule here watches their drift.',
    };
  }
  const kept = [...found.values()].sort((a, b) => b.features - a.features || a.value - b.value).slice(0, MAX_BOUNDS);
  const left = found.size - kept.length;
  return {
    native: {
      bounds: kept.sort((a, b) => a.value - b.value).map(({ le, value }) => ({ le, value })),
      ...widestOf(widths.value),
    },
    note:
      left === 0
        ? null
        : `Drift of native histograms is looked for at the ${kept.length} bounds that most of their baselines have; ${left} are left out. Export the rules of one model for more.`,
  };
}

function widestOf(histograms: readonly NativeHistogram[]): Pick<NativeInputs, 'bucketFactor' | 'zeroWidth'> {
  let [bucketFactor, zeroWidth] = [LEAST_FACTOR, LEAST_ZERO];
  for (const { lower, upper } of histograms.flatMap(({ buckets }) => buckets)) {
    if (lower === null || upper === null) continue;
    const [near, far] = [Math.min(Math.abs(lower), Math.abs(upper)), Math.max(Math.abs(lower), Math.abs(upper))];
    if (lower * upper > 0) bucketFactor = Math.max(bucketFactor, far / near);
    else zeroWidth = Math.max(zeroWidth, far);
  }
  return { bucketFactor: Number(bucketFactor.toPrecision(6)) * (1 + 1e-5), zeroWidth };
}
