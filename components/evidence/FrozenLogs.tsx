'use client';

import { LinesFoot } from '@/components/logs/LinesFoot';
import { LogList } from '@/components/logs/LogList';
import { useLogView } from '@/components/logs/use-log-view';
import { VOLUME_HEIGHT, VolumeChart } from '@/components/logs/VolumePanel';
import { useView } from '@/components/shell/use-view';
import { announce } from '@/components/ui/announce';
import { useFrozen } from '@/components/ui/frozen';
import { Panel } from '@/components/ui/Panel';
import type { LogPage, LogSummary } from '@/lib/contracts/logs';
import { formatCount, formatDuration } from '@/lib/domain/format';
import { answerOf, type DrawnDocument } from './answer-of';

const FROZEN = { counted: 'kept', refusal: 'This is a frozen copy: it holds these lines only.' };
const LIVE = { counted: 'shown', refusal: 'The Logs page has more of it: filters, older lines, the tail.' };
const MORE = 'More lines match; these are the first.';

/** Log lines, or their volume, as they were. */
export function FrozenLogs({ document }: { document: DrawnDocument }) {
  return document.kind === 'log-volume' ? (
    <Volume summary={answerOf<LogSummary>(document)} />
  ) : (
    <Lines page={answerOf<LogPage>(document)} />
  );
}

function Lines({ page }: { page: LogPage }) {
  const { view, setLogView } = useLogView();
  const { rows, next } = page;
  const words = useFrozen() === null ? LIVE : FROZEN;
  const say = (): void => announce(words.refusal);
  const lost = [...(page.lost === null ? [] : [page.lost]), ...(next === null ? [] : [MORE])];
  const isBackward = view.direction === 'backward';
  const { columns, isWrapped, isRaw, line } = view;
  const toggleColumn = (name: string) =>
    setLogView({ columns: columns.includes(name) ? columns.filter((one) => one !== name) : [...columns, name] });
  return (
    <Panel
      title="Lines"
      definition={`${isBackward ? 'newest' : 'oldest'} first · ${formatCount(rows.length)} ${words.counted}`}
      why={page.why}
    >
      {rows.length === 0 ? (
        <p className="p-3 text-small text-t2">No line matched in this range.</p>
      ) : (
        <LogList
          rows={rows}
          look={{ columns, isWrapped, isRaw, hasService: view.services.length !== 1 }}
          openId={line}
          onOpen={(id) => setLogView({ line: id })}
          onFilter={say}
          onColumn={toggleColumn}
          foot={
            <LinesFoot
              direction={view.direction}
              loaded={rows.length}
              isWhole={lost.length === 0}
              isFull={lost.length > 0}
              isFetching={false}
              lastMs={rows.at(-1)?.timeMs ?? null}
              lost={lost}
              onMore={say}
            />
          }
        />
      )}
    </Panel>
  );
}

function Volume({ summary }: { summary: LogSummary }) {
  const { range } = useView();
  return (
    <Panel
      title="Volume by level"
      definition={`lines per ${formatDuration(summary.volume.stepMs)}, of every line that matched`}
      why={summary.why}
      height={VOLUME_HEIGHT}
    >
      <VolumeChart summary={summary} range={range} levels={[]} onLevel={null} />
    </Panel>
  );
}
