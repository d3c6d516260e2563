import 'server-only';
import type { z } from 'zod';
import type { Fleet, FleetParams } from '@/lib/contracts/fleet';
import { modelFindings } from '@/lib/domain/findings';
import { byNeed, fleetAnswer } from '@/lib/domain/fleet-answer';
import { riseAnswer } from '@/lib/domain/rise-answer';
import type { Reading } from '../reading';
import { openTelemetry } from '../telemetry';
import { readFleet } from './read-fleet';
import { toRow } from './to-row';

/** The fleet by what needs a person most, and the sentence over it. */
export async function readFleetReport(
  params: z.output<typeof FleetParams>,
  { signal, nowMs }: Reading,
): Promise<Fleet> {
  const telemetry = await openTelemetry(nowMs);
  const fleet = await readFleet(telemetry, { ...params, model: null, nowMs }, signal);
  const found = fleet.models
    .map((measured) => ({ ...measured, measured, findings: modelFindings(measured) }))
    .sort(byNeed);
  const { preset, foundBy } = telemetry.map;
  const { shared, single } = riseAnswer(fleet.rises, fleet.stepMs);
  const slower = new Set(fleet.rises.map(({ model }) => model));
  return {
    answer: [
      ...shared,
      ...fleetAnswer({ rows: found, missing: fleet.missing, gaps: fleet.gather.gaps, slower }),
      ...single,
    ],
    rows: found.map(({ measured, findings }) => toRow(measured, findings, fleet, params.endMs - params.startMs)),
    preset: `${preset.id}, ${foundBy}`,
    truncated: fleet.truncated,
    why: fleet.gather.why,
  };
}
