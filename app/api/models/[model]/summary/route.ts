import type { ModelSummary } from '@/lib/contracts/model';
import { ModelRangeParams } from '@/lib/contracts/range';
import { modelFindings } from '@/lib/domain/findings';
import { modelAnswer } from '@/lib/domain/model-answer';
import { openModelPanel } from '@/lib/server/fleet/model-panel';
import { readFleet } from '@/lib/server/fleet/read-fleet';
import { silentModel } from '@/lib/server/fleet/silent-model';
import { toRow } from '@/lib/server/fleet/to-row';
import { route } from '@/lib/server/route';

export const GET = route('telemetry:read', ModelRangeParams, async (params, context): Promise<ModelSummary> => {
  const { telemetry } = await openModelPanel(params, context);
  const fleet = await readFleet(telemetry, { ...params, against: 'day' }, context.signal);
  const measured = fleet.models.find(({ model }) => model === params.model) ?? silentModel(params.model);
  const findings = modelFindings(measured);
  const row = toRow(measured, findings, fleet, params.endMs - params.startMs);
  const answer = modelAnswer({
    measured,
    findings,
    requestsPerSecond: row.requestsPerSecond,
    missing: fleet.missing,
    gaps: fleet.gather.gaps,
  });
  return { answer, row, why: fleet.gather.why };
});
