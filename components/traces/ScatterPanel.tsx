'use client';

import { useMemo } from 'react';
import { Chart } from '@/components/charts/Chart';
import { useChartTheme } from '@/components/charts/use-chart-theme';
import { useModelChoices } from '@/components/shell/ModelChoice';
import { useOpen } from '@/components/shell/use-open';
import { tracePath } from '@/components/shell/view-address';
import { Choice } from '@/components/ui/Choice';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import {
  describeScatter,
  groupLook,
  type ScatterGroup,
  type ScatterInput,
  type ScatterSymbol,
  traceScatterOption,
  traceScatterTable,
} from '@/lib/charts/trace-scatter';
import type { TraceRow, TraceSearch } from '@/lib/contracts/traces';
import { formatCount, formatRange } from '@/lib/domain/format';
import { formatBox, type TraceSelection } from '@/lib/domain/trace-selection';
import { useTraceSearch } from './use-trace-search';

const HEIGHT = 260;
const MAX_GROUPS = 8;
const OTHERS = 'others';
const SCALES = [
  { value: 'log', label: 'log' },
  { value: 'linear', label: 'linear' },
] as const;

/** By version within one model, else by model: whatever tells the points apart. At most eight names, the rest together. */
function useGroups(rows: readonly TraceRow[]): { groups: ScatterGroup[]; groupOf: (row: TraceRow) => string } {
  const choices = useModelChoices();
  return useMemo(() => {
    const models = new Set(rows.map(({ model }) => model));
    const [only] = models.size === 1 ? models : [null];
    const versions = choices.data?.models.find(({ model }) => model === only)?.versions ?? [];
    const rawOf = (row: TraceRow): string =>
      (only === null ? (row.model ?? row.rootService) : row.version) ?? 'not known';
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(rawOf(row), (counts.get(rawOf(row)) ?? 0) + 1);
    const names = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
    const shown = new Set(names.slice(0, MAX_GROUPS));
    const groups = [...shown].map(
      (name): ScatterGroup => ({
        name,
        role: only === null ? null : (versions.find(({ version }) => version === name)?.role ?? 'other'),
      }),
    );
    if (names.length > MAX_GROUPS) groups.push({ name: OTHERS, role: null });
    return { groups, groupOf: (row) => (shown.has(rawOf(row)) ? rawOf(row) : OTHERS) };
  }, [rows, choices.data]);
}

/** Found traces that fill less than half of the range get the axis for themselves. */
function axisRange({ rows, more }: TraceSearch, range: { startMs: number; endMs: number }) {
  const starts = rows.map(({ startMs }) => startMs);
  const first = Math.min(...starts);
  const last = Math.max(...starts);
  if (!more || last - first > (range.endMs - range.startMs) / 2) return range;
  const margin = Math.max(500, (last - first) * 0.02);
  return { startMs: first - margin, endMs: last + margin };
}

/** The found traces as points; a dragged box selects, a click opens. */
export function ScatterPanel({ found, selection }: { found: TraceSearch; selection: TraceSelection | null }) {
  const { range, scale, set } = useTraceSearch();
  const { zone } = useZone();
  const open = useOpen();
  const { groups, groupOf } = useGroups(found.rows);
  const input: ScatterInput = {
    rows: found.rows,
    groupOf,
    groups,
    scale,
    selected: selection === null ? null : selection.selected,
    thresholdMs: selection?.thresholdMs ?? null,
    box: selection?.box ?? null,
    hrefOf: (traceId) => tracePath(traceId),
  };
  const failed = found.rows.filter((row) => row.failed).length;
  const frame = axisRange(found, range);
  const isNarrow = frame !== range;
  return (
    <Panel
      title="Duration over time"
      definition={`${formatCount(found.rows.length)} traces, whole trace from first start to last end; drag a box to compare it with the rest${isNarrow ? `; the axis is that of the traces, ${formatRange(frame.startMs, frame.endMs, zone)}` : ''}`}
      why={found.why}
      actions={
        <Choice
          label="Scale of the durations"
          options={SCALES}
          value={scale}
          onChange={(next) => set({ scale: next })}
        />
      }
      height={HEIGHT + 22}
    >
      <Chart
        label={describeScatter(input)}
        option={(theme) => traceScatterOption(input, { theme, zone, range: frame })}
        table={() => traceScatterTable(input, zone)}
        height={HEIGHT}
        onOpen={open}
        onBox={({ x, y }) =>
          set({ select: 'box', box: formatBox({ startMs: x.from, endMs: x.to, minMs: y.from, maxMs: y.to }) })
        }
      />
      <Legend groups={groups} failed={failed} />
    </Panel>
  );
}

const MARK: Readonly<Record<ScatterSymbol, string>> = {
  circle: 'M4.5 0.5 a4 4 0 1 1 0 8 a4 4 0 1 1 0 -8 Z',
  diamond: 'M4.5 0 L9 4.5 L4.5 9 L0 4.5 Z',
  triangle: 'M4.5 0.5 L9 8.5 L0 8.5 Z',
  rect: 'M0.5 0.5 H8.5 V8.5 H0.5 Z',
};

function Legend({ groups, failed }: { groups: readonly ScatterGroup[]; failed: number }) {
  const theme = useChartTheme();
  return (
    <ul aria-label="Marks" className="mt-1 flex flex-wrap gap-x-4 text-small text-t2">
      {groups.map((group, place) => {
        const { colour, symbol } = groupLook(group, place, theme);
        return (
          <li key={group.name} className="flex min-w-0 items-center gap-1.5">
            <svg width="9" height="9" aria-hidden className="keeps-colour shrink-0">
              <path d={MARK[symbol]} fill={colour} />
            </svg>
            <span className="max-w-60 truncate" title={group.name}>
              {group.name}
            </span>
            {group.role === null || group.role === 'other' ? null : <span className="text-t3">{group.role}</span>}
          </li>
        );
      })}
      {failed === 0 ? null : (
        <li className="flex items-center gap-1.5">
          <span aria-hidden className="font-semibold text-bad">
            ✕
          </span>
          {formatCount(failed)} failed
        </li>
      )}
    </ul>
  );
}
