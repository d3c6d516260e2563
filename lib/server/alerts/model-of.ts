import 'server-only';
import type { Labels } from '@/lib/contracts/series';
import { getConfig } from '../config';
import type { Gather } from '../gather';
import { openTelemetry } from '../telemetry';

/** Which model an alert is of, by the label of the signal map or the names that are usual. */
export async function readModelOf(nowMs: number, gather: Gather): Promise<(labels: Labels) => string | null> {
  const label =
    getConfig().sources.prometheus.length === 0
      ? null
      : await gather.part('the label that names models', async () => (await openTelemetry(nowMs)).map.modelLabel);
  return (labels) => (label === null ? undefined : labels[label]) ?? labels.model_name ?? labels.model ?? null;
}
