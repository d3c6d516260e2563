import type { ModelInFlight } from '@/lib/contracts/model';
import { ModelRangeParams } from '@/lib/contracts/range';
import { emptySet } from '@/lib/domain/series';
import { openModelPanel, panelHead } from '@/lib/server/fleet/model-panel';
import { byVersionLabel } from '@/lib/server/fleet/version-series';
import { gaugeQuery, versionLabelOf } from '@/lib/server/prometheus/signal-queries';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', ModelRangeParams, async (params, context): Promise<ModelInFlight> => {
  const panel = await openModelPanel(params, context);
  const { prometheus, map } = panel.telemetry;
  const { inFlight } = map;
  const none = emptySet(params, panel.stepMs);
  if (inFlight === null || !inFlight.hasModel) {
    const missing = {
      signal: 'requests in flight',
      reason:
        inFlight === null
          ? `${map.preset.product}: the Prometheus holds no gauge of requests in flight.`
          : `${inFlight.metric} has no label that names the model.`,
      remedy: 'Set signals.overrides.inFlight.metric to a gauge with a model label.',
    };
    return { ...panelHead(panel, [missing]), inFlight: none };
  }
  const version = inFlight.hasVersion ? versionLabelOf(map.version) : null;
  const labels = [map.modelLabel, ...(version === null ? [] : [version])];
  const ofModel = [{ label: map.modelLabel, op: '=' as const, value: params.model }];
  const query = gaugeQuery(inFlight.metric, labels, ofModel, 'sum');
  const range = { startMs: params.startMs, endMs: params.endMs, stepMs: panel.stepMs };
  const set = await panel.gather.need('requests in flight', prometheus.range(query, range, context.signal));
  return { ...panelHead(panel, []), inFlight: byVersionLabel(map, set) };
});
