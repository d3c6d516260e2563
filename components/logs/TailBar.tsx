'use client';

import { Pause, Play, Square } from 'lucide-react';
import { Button } from '@/components/ui/Button';
import { StatusWord } from '@/components/ui/Status';
import type { Status } from '@/lib/contracts/answer';
import { formatCount, formatRate } from '@/lib/domain/format';
import { TAIL_HELD, type Tail } from './use-tail';

const STATE: Readonly<Record<Tail['state'], { status: Status; word: string }>> = {
  connecting: { status: 'unknown', word: 'Connecting' },
  live: { status: 'ok', word: 'Live' },
  polled: { status: 'watch', word: 'Asked every few seconds' },
  behind: { status: 'watch', word: 'Behind' },
  recovering: { status: 'watch', word: 'Reconnecting' },
  lost: { status: 'bad', word: 'Console not reached' },
  ended: { status: 'bad', word: 'Ended' },
};

/** State of the live tail: whether it flows, how fast, what was left out and why. */
export function TailBar({
  tail,
  isPaused,
  onPause,
  onStop,
}: {
  tail: Tail;
  isPaused: boolean;
  onPause: (isPaused: boolean) => void;
  onStop: () => void;
}) {
  const { status, word } = STATE[tail.state];
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b px-3 py-1.5 text-small">
      <span role="status" className="flex items-center gap-2">
        {isPaused && tail.state === 'live' ? (
          <StatusWord status="unknown" word="Paused" />
        ) : (
          <StatusWord status={status} word={word} />
        )}
        {tail.reason === null ? null : <span className="text-t2">{tail.reason}</span>}
      </span>
      <span className="text-t2">{formatRate(tail.perSecond)}</span>
      {tail.dropped > 0 || tail.isDroppedUncounted ? (
        <span className="text-watch">
          dropped {tail.isDroppedUncounted ? 'at least ' : ''}
          {formatCount(tail.dropped)}
        </span>
      ) : null}
      {tail.rows.length >= TAIL_HELD ? (
        <span className="text-t3">the newest {formatCount(TAIL_HELD)} are held</span>
      ) : null}
      <span className="ml-auto flex gap-1">
        <Button onClick={() => onPause(!isPaused)} disabled={tail.state === 'ended'}>
          {isPaused ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
          {isPaused ? (tail.waiting > 0 ? `Resume, ${formatCount(tail.waiting)} new` : 'Resume') : 'Pause'}
        </Button>
        <Button onClick={onStop}>
          <Square size={13} aria-hidden /> Stop
        </Button>
      </span>
    </div>
  );
}
