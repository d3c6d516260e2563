import 'server-only';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import { dispersions, factorsOf } from '@/lib/domain/compare-errors';
import { bucketsOf } from '@/lib/domain/compare-latency';
import { formatDuration } from '@/lib/domain/format';
import { readExact } from '../compare/exact-p95';
import type { Parts } from '../compare/parts';
import type { CellsRead } from '../compare/read-cells';

/** Readings of a whole backtest: each is an hour of log lines, or some twenty questions about traces. */
const MOST_READINGS = { logs: 30, traces: 12 } as const;

export interface Durations {
  /** P95 from exact durations as it stood at the end of these inputs or a little before; null where there are none. */
  at(inputs: CompareInputs): Promise<CompareInputs['exactP95']>;
  /** What the reader should know of it; empty where nothing had to be read. */
  notes(): string[];
}

/**
 * Exact durations for the instants of a backtest whose histogram cannot tell P95s apart, read as the guard reads them
 * and held until the next reading, so that a long range costs no more than a short one.
 */
export function durationsOf(
  asked: { parts: Parts; spanMs: number; intervalMs: number },
  signal: AbortSignal,
): Durations {
  const { parts, spanMs, intervalMs } = asked;
  let held: CompareInputs['exactP95'] = null;
  let readAtMs: number | null = null;
  let instants = 0;
  let without = 0;
  const everyMs = (): number => Math.max(intervalMs, spanMs / MOST_READINGS[held?.source ?? 'logs']);
  return {
    at: async (inputs) => {
      instants += 1;
      if (readAtMs === null || inputs.endMs - readAtMs >= everyMs()) {
        readAtMs = inputs.endMs;
        held = await readAt(inputs, parts, signal);
      }
      if (held === null) without += 1;
      return held;
    },
    notes: () => {
      if (instants === 0) return [];
      const found = instants - without;
      const told = [
        `The histogram could not tell the P95s apart at ${instants} evaluations.`,
        found === 0
          ? ''
          : `At ${found} of them exact durations were taken from the ${held?.source ?? 'logs'}, read again every ${formatDuration(everyMs())}.`,
        without === 0 ? '' : `At ${without} neither logs nor traces had them: P95 is not measured there.`,
      ];
      const failed = [...new Set(parts.faults.map(({ reason }) => reason))].slice(0, 1);
      return [told.filter((one) => one !== '').join(' '), ...failed];
    },
  };
}

async function readAt(inputs: CompareInputs, parts: Parts, signal: AbortSignal): Promise<CompareInputs['exactP95']> {
  const { model, startMs, endMs, champion, challenger, cells } = inputs;
  const buckets = {
    champion: bucketsOf(champion?.latency ?? null),
    challenger: bucketsOf(challenger?.latency ?? null),
  };
  if (champion === null || challenger === null || cells === null) return null;
  if (buckets.champion === null || buckets.challenger === null) return null;
  const factors = factorsOf(dispersions(cells, 'above'), inputs.mode);
  const counted = (side: 'champion' | 'challenger'): CellsRead['champion'] => ({ ...cells[side], buckets: [] });
  return readExact(
    parts,
    {
      model,
      champion: champion.version,
      challenger: challenger.version,
      startMs,
      endMs,
      factor: Math.max(factors.champion, factors.challenger),
      cells: { ...cells, champion: counted('champion'), challenger: counted('challenger') },
      buckets: { champion: buckets.champion, challenger: buckets.challenger },
    },
    signal,
  );
}
