import type { ModelTraffic } from '@/lib/contracts/model';
import { ModelRangeParams } from '@/lib/contracts/range';
import { emptySet, ratioSeries } from '@/lib/domain/series';
import { tellsErrors } from '@/lib/server/fleet/counts';
import { openModelPanel, panelHead } from '@/lib/server/fleet/model-panel';
import { addByVersion, byVersionLabel } from '@/lib/server/fleet/version-series';
import { errorsQuery, requestsQuery } from '@/lib/server/prometheus/signal-queries';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', ModelRangeParams, async (params, context): Promise<ModelTraffic> => {
  const panel = await openModelPanel(params, context);
  const { telemetry, gather, stepMs, windowMs } = panel;
  const { prometheus, map } = telemetry;
  const asked = { fn: 'rate', windowMs, model: params.model, byVersion: true } as const;
  const range = { startMs: params.startMs, endMs: params.endMs, stepMs };
  const total = requestsQuery(map, asked);
  const failed = tellsErrors(map) ? errorsQuery(map, asked) : null;
  const [requests, errors] = await Promise.all([
    total === null ? null : gather.need('requests by version', prometheus.range(total, range, context.signal)),
    gather.take('errors by version', failed === null ? null : prometheus.range(failed, range, context.signal)),
  ]);
  const none = emptySet(params, stepMs);
  const counted = requests === null ? none : byVersionLabel(map, requests);
  const failures = errors === null ? null : byVersionLabel(map, errors);
  const whole = map.requests?.successOnly && failures !== null ? addByVersion(counted, failures) : counted;
  return {
    ...panelHead(panel),
    requestsPerSecond: whole,
    errorRatio: failures === null ? none : ratioSeries(failures, whole, ({ version }) => version ?? '', 0),
  };
});
