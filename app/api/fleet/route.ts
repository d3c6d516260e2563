import { type Fleet, FleetParams } from '@/lib/contracts/fleet';
import { modelFindings } from '@/lib/domain/findings';
import { byNeed, fleetAnswer } from '@/lib/domain/fleet-answer';
import { readFleet } from '@/lib/server/fleet/read-fleet';
import { toRow } from '@/lib/server/fleet/to-row';
import { route } from '@/lib/server/route';
import { openTelemetry } from '@/lib/server/telemetry';

export const GET = route('telemetry:read', FleetParams, async (params, { signal, nowMs }): Promise<Fleet> => {
  const telemetry = await openTelemetry(nowMs);
  const fleet = await readFleet(telemetry, { ...params, model: null }, signal);
  const found = fleet.models
    .map((measured) => ({ ...measured, measured, findings: modelFindings(measured) }))
    .sort(byNeed);
  const { preset, foundBy } = telemetry.map;
  return {
    answer: fleetAnswer({ rows: found, missing: fleet.missing, gaps: fleet.gather.gaps }),
    rows: found.map(({ measured, findings }) => toRow(measured, findings, fleet, params.endMs - params.startMs)),
    preset: `${preset.id}, ${foundBy}`,
    truncated: fleet.truncated,
    why: fleet.gather.why,
  };
});
