import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { Panel } from '@/components/ui/Panel';
import { StatusIcon } from '@/components/ui/Status';
import type { CompareResult } from '@/lib/contracts/compare';

const TONE = { bad: 'text-bad', watch: 'text-watch', unknown: 'text-t2', ok: 'text-t2' } as const;
const WORD = { bad: 'against it', watch: 'in doubt', unknown: 'open', ok: 'holds' } as const;

/** The verdict's reasons in the order they were asked, the decision clock, and what may be done about it. */
export function VerdictPanel({ result, children }: { result: CompareResult; children?: ReactNode }) {
  const { verdict, clock } = result;
  return (
    <Panel title="Why this verdict" definition="in order; the first that hold decide">
      <ol className="grid list-inside list-decimal gap-1.5 text-small">
        {verdict.reasons.map(({ text, status, decides }) => (
          <li
            key={text}
            className={clsx(
              TONE[status],
              decides && 'font-medium',
              decides && status !== 'bad' && status !== 'watch' && 'text-t1',
            )}
          >
            <StatusIcon status={status} label={WORD[status]} /> {text}
          </li>
        ))}
      </ol>
      <h3 className="mt-3 text-small font-semibold text-t1">Decision clock</h3>
      <p className="text-small text-t2">{clock.sentence}</p>
      {children}
    </Panel>
  );
}
