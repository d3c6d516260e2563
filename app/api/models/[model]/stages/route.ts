import type { ModelStages } from '@/lib/contracts/model';
import { ModelRangeParams } from '@/lib/contracts/range';
import { splitOf } from '@/lib/domain/stages';
import { openModelPanel, panelHead } from '@/lib/server/fleet/model-panel';
import { readEvents } from '@/lib/server/fleet/read-events';
import { readStages } from '@/lib/server/fleet/read-stages';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', ModelRangeParams, async (params, context): Promise<ModelStages> => {
  const panel = await openModelPanel(params, context);
  const [stages, events] = await Promise.all([
    readStages(panel, params, context.signal),
    readEvents(panel.telemetry, params, context.signal, panel.gather),
  ]);
  const split = splitOf(params, events);
  return { ...panelHead(panel, stages.missing), stages: stages.set, ...split, ...stages.halves(split.splitMs) };
});
