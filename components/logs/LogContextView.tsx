'use client';

import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/Button';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import { ScrollRegion } from '@/components/ui/ScrollRegion';
import type { LogRow } from '@/lib/contracts/logs';
import { formatTime } from '@/lib/domain/format';
import { logContextQuery } from '@/lib/queries/logs';
import { LineMessage } from './LineMessage';
import { labelsText } from './row-fields';

const STEP = 10;
const NONE: readonly string[] = [];
const MORE = 50;
const MOST = 1_000;

/** The lines written around a line, by its stream without the level, in true order; more on demand. */
export function LogContextView({ row }: { row: LogRow }) {
  const { zone } = useZone();
  const [wanted, setWanted] = useState({ before: STEP, after: STEP });
  const query = useQuery(logContextQuery({ id: row.id, labels: labelsText(row), ...wanted }));
  const more = (side: 'before' | 'after') => setWanted({ ...wanted, [side]: Math.min(MOST, wanted[side] + MORE) });
  return (
    <section aria-label="Context of the line" className="min-w-0 rounded-panel border border-line">
      <QueryState query={query} height={200}>
        {({ query: logql, rows, at, beforeEnd, afterEnd }) => (
          <>
            <p className="truncate px-2 py-1 text-t3" title={logql}>
              Oldest first, of <code className="font-mono">{logql}</code>
              {at === -1 ? ' · the line itself is not among them: the query had rewritten it, or it is gone' : ''}
            </p>
            <Edge end={beforeEnd} isFull={wanted.before >= MOST} onMore={() => more('before')}>
              {MORE} more before
            </Edge>
            <ScrollRegion label="Lines around it" className="max-h-96 overflow-auto focus-visible:-outline-offset-2">
              <ol>
                {rows.map((each, index) => (
                  <li
                    key={each.id}
                    aria-current={index === at ? 'true' : undefined}
                    className={clsx(
                      'flex gap-2 px-2 font-mono leading-5',
                      index === at ? 'bg-raised text-t1 shadow-[inset_2px_0_var(--accent)]' : 'text-t2',
                    )}
                  >
                    <span className="shrink-0 text-t3">
                      {formatTime(each.timeMs, zone, true)}.{each.ns.slice(-9, -6)}
                    </span>
                    <span className={clsx('w-10 shrink-0', each.level === 'error' && 'text-bad')}>
                      {each.level === 'unknown' ? '–' : each.level}
                    </span>
                    <span className="min-w-0 truncate" title={each.line.slice(0, 2_000)}>
                      <LineMessage row={each} isRaw={false} columns={NONE} />
                    </span>
                  </li>
                ))}
              </ol>
            </ScrollRegion>
            <Edge end={afterEnd} isFull={wanted.after >= MOST} onMore={() => more('after')}>
              {MORE} more after
            </Edge>
          </>
        )}
      </QueryState>
    </section>
  );
}

function Edge({
  end,
  isFull,
  onMore,
  children,
}: {
  end: string | null;
  isFull: boolean;
  onMore: () => void;
  children: ReactNode;
}) {
  if (end !== null) return <p className="px-2 py-0.5 text-t3">{end}</p>;
  if (isFull)
    return <p className="px-2 py-0.5 text-t3">{MOST} lines are shown; narrow the range of the list for more.</p>;
  return (
    <Button look="quiet" onClick={onMore}>
      {children}
    </Button>
  );
}
