import 'server-only';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { Buckets } from '@/lib/domain/histogram';
import { getConfig } from '../config';
import { openLoki } from '../telemetry';
import { openTempo } from '../trace-search/open';
import { readExactP95 } from './exact-durations';
import { readTraceP95 } from './exact-traces';
import type { Parts } from './parts';
import type { CellsRead } from './read-cells';

export interface ExactAsked {
  model: string;
  champion: string;
  challenger: string;
  startMs: number;
  endMs: number;
  /** What variances are multiplied by. */
  factor: number;
  cells: CellsRead | null;
  buckets: { champion: Buckets; challenger: Buckets };
}

/**
 * P95 of both versions from exact durations, for where the histogram cannot tell: from the log lines, else from the root
 * spans. Null where neither has them.
 */
export async function readExact(
  parts: Parts,
  asked: ExactAsked,
  signal: AbortSignal,
): Promise<CompareInputs['exactP95']> {
  const config = getConfig();
  const loki = openLoki();
  const { cells } = asked;
  const fromLogs = loki === null ? null : await readExactP95(loki, config, parts, asked, signal);
  if (fromLogs !== null || cells === null || config.sources.tempo.length === 0) return fromLogs;
  return readTraceP95(openTempo(), parts, { ...asked, cells }, signal);
}
