'use client';

import { Panel } from '@/components/ui/Panel';
import type { TraceSearch } from '@/lib/contracts/traces';
import { formatDuration } from '@/lib/domain/format';
import type { TraceSelection } from '@/lib/domain/trace-selection';
import { TraceTable } from './TraceTable';

/** The found traces as rows: the same as in the scatter. */
export function TraceTablePanel({ found, selection }: { found: TraceSearch; selection: TraceSelection | null }) {
  const hidden = found.cutoffMs > 0 ? ` The newest ${formatDuration(found.cutoffMs)} are not searched.` : '';
  return (
    <Panel title="Traces" definition={`${found.chosen}.${hidden}`} why={found.why}>
      <TraceTable rows={found.rows} selected={selection?.selected ?? null} word={WORD[selection?.kind ?? 'box']} />
    </Panel>
  );
}

const WORD = { slow: 'slow', failed: 'failed', box: 'in the box' } as const;
