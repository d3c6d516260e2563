'use client';

import { AnswerLine } from '@/components/ui/AnswerLine';
import { Button } from '@/components/ui/Button';
import { useZone } from '@/components/ui/preference';
import { StatusIcon } from '@/components/ui/Status';
import type { Nowhere } from '@/lib/contracts/request-story';
import { formatDuration, formatInstant } from '@/lib/domain/format';

export interface NowherePanelProps {
  nowhere: Nowhere;
  onFurther: (backMs: number) => void;
}

/** An id that no source holds: where was looked and how far back, what would help, and the next thing to try. */
export function NowherePanel({ nowhere, onFurther }: NowherePanelProps) {
  const { zone } = useZone();
  const { answer, looked, advice, furtherMs } = nowhere;
  return (
    <div className="grid gap-3">
      <AnswerLine answer={answer} />
      <ul aria-label="Where was looked" className="grid gap-1 text-small">
        {looked.map(({ source, backToMs, words, failed }) => (
          <li key={source} className="[overflow-wrap:anywhere]">
            <StatusIcon status={failed ? 'bad' : 'unknown'} label={failed ? 'failed' : 'searched'} />{' '}
            <span className="text-t1">{source}</span>
            <span className="text-t2">
              {backToMs === null || failed ? '' : ` back to ${formatInstant(backToMs, zone)}`}: {words}
            </span>
          </li>
        ))}
      </ul>
      <div className="grid gap-1 text-small text-t2">
        <p className="text-t1">What may help</p>
        <ul className="list-disc pl-5">
          {advice.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      </div>
      {furtherMs === null ? null : (
        <div>
          <Button onClick={() => onFurther(furtherMs)}>Look {formatDuration(furtherMs)} back</Button>
        </div>
      )}
    </div>
  );
}
