import 'server-only';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { SeriesSet } from '@/lib/contracts/series';
import { versionOf } from '../fleet/labels';
import { counterQuery } from '../prometheus/signal-queries';
import type { TokenCounter } from '../signals/preset';
import { modelConfigOf, type Telemetry } from '../telemetry';
import type { Parts } from './parts';
import type { CellsRead } from './read-cells';

/**
 * Tokens of both versions on the grid of the cells, and the configured prices. Counted is null where the stack has no
 * counters of tokens; undefined where there is neither a counter nor a price, and so nothing to say.
 */
export async function readTokens(
  { prometheus, map, source, config }: Telemetry,
  parts: Parts,
  cells: CellsRead | null,
  { model, champion, challenger }: { model: string; champion: string; challenger: string },
  signal: AbortSignal,
): Promise<CompareInputs['tokens']> {
  const price = modelConfigOf(config, model)?.cost ?? null;
  const { tokens } = map;
  if (tokens === null || cells === null) return price === null ? undefined : { counted: null, price };
  const { startMs, stepMs } = cells;
  const length = cells.champion.requests.length;
  const windowMs = stepMs + source.scrapeIntervalMs;
  // Scaled back as the cells are: increase() stretches what it saw over a scrape it did not see.
  const factor = stepMs / windowMs;
  const ask = (kind: string, { metric, only }: TokenCounter): Promise<SeriesSet | null> => {
    const matchers = only === null ? [] : [{ label: only.label, op: '=' as const, value: only.value }];
    const query = counterQuery(map, metric, { fn: 'increase', windowMs, model, byVersion: true, matchers });
    const range = { startMs, endMs: startMs + Math.max(0, length - 1) * stepMs, stepMs };
    return parts.take('other', `${kind} tokens by version over time`, prometheus.range(query, range, signal));
  };
  const [input, output] = await Promise.all([ask('input', tokens.input), ask('output', tokens.output)]);
  if (input === null || output === null) return { counted: null, price };
  const own = (set: SeriesSet, side: 'champion' | 'challenger', version: string): (number | null)[] =>
    cells[side].requests.map((requests, i) => {
      // A cell outside of the side's own part of the window belongs to nobody.
      if (requests === null) return null;
      let total: number | null = null;
      for (const { labels, values } of set.series) {
        const value = values[i] ?? null;
        if (value !== null && versionOf(map, labels) === version) total = (total ?? 0) + value * factor;
      }
      return total;
    });
  const of = (side: 'champion' | 'challenger', version: string) => ({
    input: own(input, side, version),
    output: own(output, side, version),
  });
  return { counted: { champion: of('champion', champion), challenger: of('challenger', challenger) }, price };
}
