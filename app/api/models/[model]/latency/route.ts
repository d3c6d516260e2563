import type { ModelLatency } from '@/lib/contracts/model';
import { ModelRangeParams } from '@/lib/contracts/range';
import { readExemplars } from '@/lib/server/fleet/exemplar-dots';
import { openModelPanel, panelHead } from '@/lib/server/fleet/model-panel';
import { readLatency } from '@/lib/server/fleet/read-latency';
import { route } from '@/lib/server/route';
import { modelConfigOf } from '@/lib/server/telemetry';

export const GET = route('telemetry:read', ModelRangeParams, async (params, context): Promise<ModelLatency> => {
  const panel = await openModelPanel(params, context);
  const [latency, exemplars] = await Promise.all([
    readLatency(panel, params, context.signal),
    readExemplars(panel, params, context.signal),
  ]);
  const objective = modelConfigOf(panel.telemetry.config, params.model)?.slos.find(({ kind }) => kind === 'latency');
  return { ...panelHead(panel), ...latency, exemplars, objectiveMs: objective?.thresholdMs ?? null };
});
