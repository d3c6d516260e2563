import type { ModelHeatmap } from '@/lib/contracts/model';
import { ModelRangeParams } from '@/lib/contracts/range';
import { readExemplars } from '@/lib/server/fleet/exemplar-dots';
import { openModelPanel, panelHead } from '@/lib/server/fleet/model-panel';
import { readHeatmap } from '@/lib/server/fleet/read-heatmap';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', ModelRangeParams, async (params, context): Promise<ModelHeatmap> => {
  const panel = await openModelPanel(params, context);
  const [heatmap, exemplars] = await Promise.all([
    readHeatmap(panel, params, context.signal),
    readExemplars(panel, params, context.signal),
  ]);
  return { ...panelHead(panel, heatmap.missing), ...heatmap.grid, exemplars };
});
