'use client';

import { Button } from '@/components/ui/Button';
import { FailureLine } from '@/components/ui/FailureLine';
import { useZone } from '@/components/ui/preference';
import type { DriftReport } from '@/lib/contracts/drift';
import type { DriftAsked } from '@/lib/contracts/drift-params';
import { formatCount, formatRange } from '@/lib/domain/format';
import type { useDeepLogs } from './use-deep-logs';

/** Reads more prediction lines than the page does by itself, with progress; can be stopped at any time. */
export function DeepLogsLine({
  deep,
  params,
  shown,
}: {
  deep: ReturnType<typeof useDeepLogs>;
  params: DriftAsked;
  /** Their report, while the table shows it. */
  shown: DriftReport | null;
}) {
  const { zone } = useZone();
  const { state, start, stop } = deep;
  if (state.kind === 'running') {
    const { progress } = state;
    const share = progress === null || progress.of === 0 ? 0 : progress.done / progress.of;
    return (
      <div className="flex flex-wrap items-center gap-3 text-small text-t2">
        <progress aria-label="Reading prediction logs" value={share} max={1} className="h-1.5 w-40 accent-accent" />
        <span role="status">
          {progress === null
            ? 'Reading prediction logs'
            : `${progress.done} of ${progress.of} slices, ${formatCount(progress.lines)} lines, ${progress.features} features`}
        </span>
        <Button onClick={stop}>Stop</Button>
      </div>
    );
  }
  return (
    <div className="flex flex-wrap items-center gap-3 text-small text-t2">
      <Button onClick={() => void start(params)}>
        {shown !== null ? 'Read the prediction lines again' : 'Read more prediction lines'}
      </Button>
      <span>
        {shown !== null
          ? `The table shows what ${formatCount(shown.current.sample?.read ?? null)} lines of ${formatRange(shown.startMs, shown.endMs, zone)} say.`
          : state.kind === 'stopped'
            ? 'Stopped: nothing of it is shown.'
            : state.kind === 'failed'
              ? null
              : 'Up to 60 000 of the range, evenly; takes a while, and can be stopped.'}
      </span>
      {state.kind === 'failed' ? <FailureLine>{state.message}</FailureLine> : null}
    </div>
  );
}
