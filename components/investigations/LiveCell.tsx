'use client';

import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { RefreshCw, Snowflake } from 'lucide-react';
import { useMemo, useState } from 'react';
import { LivePanels, liveAnswerQuery } from '@/components/evidence/LivePanels';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { useZone } from '@/components/ui/preference';
import { Skeleton } from '@/components/ui/Skeleton';
import { useSeen } from '@/components/ui/use-seen';
import type { InvestigationCell } from '@/lib/contracts/investigation';
import { formatTime } from '@/lib/domain/format';
import { type ApiError, apiQuery } from '@/lib/queries/api';
import { cellQuestion } from './cell-question';
import { useFreeze } from './use-freeze';
import { cellName, rangeWords } from './words';

const HEIGHT = 240;
/** A question that is never asked. */
const NOTHING = { ...apiQuery<unknown>(''), enabled: false };
/** Pages on which the same question can be asked further; a metric of one's own has none. */
const PAGES: Readonly<Record<string, string>> = {
  logs: 'Logs',
  traces: 'Traces',
  comparison: 'Compare',
  drift: 'Drift & quality',
};

export interface LiveCellProps {
  investigationId: string;
  cell: InvestigationCell;
}

/** A live cell: its question asked as of when it came into sight, again by hand, and frozen by a press. */
export function LiveCell(props: LiveCellProps) {
  const { ref, isSeen } = useSeen<HTMLDivElement>();
  return (
    <div ref={ref} className="min-w-0">
      {isSeen ? <Asked {...props} /> : <Skeleton height={HEIGHT} />}
    </div>
  );
}

function Asked({ investigationId, cell }: LiveCellProps) {
  const client = useQueryClient();
  const { zone } = useZone();
  const { content } = cell;
  const [nowMs, setNowMs] = useState(() => Date.now());
  const question = useMemo(() => cellQuestion(content, nowMs), [content, nowMs]);
  const { freeze, isBusy, error } = useFreeze(investigationId, cell);
  const answer = useQuery(question === null ? NOTHING : liveAnswerQuery(question));
  if (question === null)
    return <p className="text-small text-t3">Nothing is asked yet: this cell names no question.</p>;
  const refresh = () => {
    setNowMs(Date.now());
    // The same instant again after a failure, or within one step of the range.
    void client.invalidateQueries({ queryKey: liveAnswerQuery(question).queryKey });
  };
  const name = cellName(cell.title, content);
  const page = PAGES[content.kind];
  return (
    <div className="grid min-w-0 grid-cols-1 gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-small text-t2" data-noprint>
        <span>
          {'range' in content && content.range !== null ? `${rangeWords(content.range, zone)} · ` : ''}
          <AskedAt answer={answer} />
        </span>
        <Button look="quiet" aria-label={`Ask again: ${name}`} onClick={refresh}>
          <RefreshCw size={12} aria-hidden /> Ask again
        </Button>
        <Button
          aria-label={`Freeze: ${name}`}
          disabled={isBusy || answer.data === undefined}
          onClick={() => freeze(question)}
        >
          <Snowflake size={12} aria-hidden /> {isBusy ? 'Freezing …' : 'Freeze'}
        </Button>
        {page === undefined ? null : (
          <ViewLink to={`${question.look.pathname}?${question.look.search}`} className="link">
            Open in {page}
          </ViewLink>
        )}
      </div>
      <FormError error={error} />
      <LivePanels key={JSON.stringify(content)} question={question} />
    </div>
  );
}

/** "asked 14:02": when the answer that is shown came. */
function AskedAt({ answer: { dataUpdatedAt, isFetching } }: { answer: UseQueryResult<unknown, ApiError> }) {
  const { zone } = useZone();
  if (isFetching) return <span role="status">asking …</span>;
  if (dataUpdatedAt === 0) return <>not answered</>;
  return <time dateTime={new Date(dataUpdatedAt).toISOString()}>asked {formatTime(dataUpdatedAt, zone)}</time>;
}
