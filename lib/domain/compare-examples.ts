import type { CompareResult } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { CompareTracesParams } from '@/lib/contracts/compare-params';

/**
 * Which example traces belong to a comparison: both sides' versions and range, near each side's P95 in whole
 * milliseconds, so that a tick of the window asks the same question. Null where a side is missing.
 */
export function exampleTraces(inputs: CompareInputs, { measures }: CompareResult): CompareTracesParams | null {
  const { model, champion, challenger, startMs, endMs, splitMs } = inputs;
  if (champion === null || challenger === null) return null;
  const p95 = measures.find(({ id }) => id === 'p95');
  return {
    model,
    champion: champion.version,
    challenger: challenger.version,
    startMs,
    endMs,
    splitMs: splitMs ?? undefined,
    championMs: p95?.champion == null ? undefined : Math.round(p95.champion),
    challengerMs: p95?.challenger == null ? undefined : Math.round(p95.challenger),
  };
}
