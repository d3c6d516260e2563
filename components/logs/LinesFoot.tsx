'use client';

import { Button } from '@/components/ui/Button';
import { useZone } from '@/components/ui/preference';
import type { Direction } from '@/lib/contracts/logs';
import { formatCount, formatInstant } from '@/lib/domain/format';

/** What lies beyond the last loaded line: nothing, more to come, or a bound; and which end was cut. */
export function LinesFoot(props: {
  direction: Direction;
  loaded: number;
  isWhole: boolean;
  isFull: boolean;
  isFetching: boolean;
  lastMs: number | null;
  lost: readonly string[];
  onMore: () => void;
}) {
  const { direction, loaded, isWhole, isFull, isFetching, lastMs, lost, onMore } = props;
  const { zone } = useZone();
  const beyond = direction === 'backward' ? 'older' : 'newer';
  return (
    <div className="grid gap-1">
      {lost.map((sentence) => (
        <p key={sentence} className="text-watch">
          {sentence}
        </p>
      ))}
      {isWhole ? (
        <p>
          {direction === 'backward' ? 'The beginning' : 'The end'} of the range: all {formatCount(loaded)} lines are
          here.
        </p>
      ) : isFull ? (
        <p>
          {formatCount(loaded)} lines are held, and the {beyond} ones are cut off
          {lastMs === null ? '' : ` at ${formatInstant(lastMs, zone)}`}: narrow the range or the filter for those.
        </p>
      ) : isFetching ? (
        <p role="status">Reading {beyond} lines …</p>
      ) : (
        <Button onClick={onMore}>Read {beyond} lines</Button>
      )}
    </div>
  );
}
