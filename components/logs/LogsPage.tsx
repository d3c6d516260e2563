'use client';

import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { useView } from '@/components/shell/use-view';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Panel } from '@/components/ui/Panel';
import { pinOf } from '@/components/ui/pin';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import { formatDuration } from '@/lib/domain/format';
import { logsAnswer } from '@/lib/domain/log-answer';
import { toApiError } from '@/lib/queries/api';
import { logSummaryQuery } from '@/lib/queries/logs';
import { LinesPanel } from './LinesPanel';
import { LogBar } from './LogBar';
import { useHeldRange } from './use-held-range';
import { type LogView, useLogView } from './use-log-view';
import { VOLUME_HEIGHT, VolumeChart } from './VolumePanel';

const ANSWER_HEIGHT = 23;

/** Which lines match, how many of them failed and since when, and every one of them. */
export function LogsPage() {
  const { view: shell, range: now } = useView();
  const { view, setLogView, filter } = useLogView();
  const { zone } = useZone();
  const [isReading, setReading] = useState(false);
  // A list that moves under its reader cannot be read: the range stands while a line is open or the list is scrolled.
  const { range, isHeld, follow } = useHeldRange(
    now,
    isReading || view.line !== null,
    JSON.stringify([filter, shell.from, shell.to]),
  );
  const question = useMemo(() => ({ ...filter, startMs: range.startMs, endMs: range.endMs }), [filter, range]);
  const asked = logSummaryQuery(question);
  const summary = useQuery(asked);
  const change = useCallback((patch: Partial<LogView>) => setLogView({ line: null, ...patch }), [setLogView]);
  const error = summary.error === null ? null : toApiError(summary.error);
  const isEditorFault = view.query !== null && error?.position != null;
  const stepMs = summary.data?.volume.stepMs;
  return (
    <div className="grid gap-3">
      <h1 className="sr-only">Logs</h1>
      {isEditorFault ? null : (
        <QueryState query={summary} height={ANSWER_HEIGHT}>
          {({ volume, notCounted, partial, emptiness }) => (
            <AnswerLine
              answer={logsAnswer({ volume: notCounted === null ? volume : null, notCounted, partial, emptiness, zone })}
            />
          )}
        </QueryState>
      )}
      <LogBar
        view={view}
        range={range}
        model={shell.model}
        written={summary.data?.query ?? null}
        error={error}
        onChange={change}
      />
      {isEditorFault || summary.data === undefined || summary.data.emptiness !== null ? null : (
        <Panel
          title="Volume by level"
          definition={
            stepMs === undefined ? undefined : `lines per ${formatDuration(stepMs)}, of every line that matches`
          }
          why={summary.data.why}
          pin={pinOf('log-volume', asked)}
          height={VOLUME_HEIGHT}
        >
          <VolumeChart
            summary={summary.data}
            range={range}
            levels={view.levels}
            onLevel={
              view.query !== null
                ? null
                : (level) =>
                    change({
                      levels: view.levels.includes(level)
                        ? view.levels.filter((each) => each !== level)
                        : [...view.levels, level],
                    })
            }
          />
        </Panel>
      )}
      <LinesPanel
        question={question}
        filter={filter}
        view={view}
        summary={summary.data ?? null}
        isEditorFault={isEditorFault}
        held={isHeld ? { behindMs: now.endMs - range.endMs, onFollow: follow } : null}
        onChange={setLogView}
        onReading={setReading}
      />
    </div>
  );
}
