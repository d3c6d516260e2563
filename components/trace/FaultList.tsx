'use client';

import { StatusIcon } from '@/components/ui/Status';
import type { Trace } from '@/lib/contracts/trace';
import { useTraceView } from './use-trace-view';

/** What is wrong with the trace itself: each a sentence with one such span to look at. Nothing where nothing is. */
export function FaultList({ trace, onOpen }: { trace: Trace; onOpen: (span: string) => void }) {
  const [view, setView] = useTraceView();
  const { skew, faults } = trace;
  if (faults.length === 0 && skew === null) return null;
  return (
    <ul aria-label="Faults of this trace" className="grid gap-0.5 text-small text-t2">
      {skew === null ? null : (
        <li>
          <StatusIcon status="watch" label="fault" /> {skew.text}{' '}
          <Look onClick={() => onOpen(skew.span)} what="a skewed span" />{' '}
          <button
            type="button"
            className="link"
            onClick={() => setView({ clock: view.clock === 'raw' ? 'corrected' : 'raw' })}
          >
            {view.clock === 'raw' ? 'Show corrected times' : 'Show the times as written'}
          </button>
        </li>
      )}
      {faults.map(({ kind, text, span }) => (
        <li key={kind}>
          <StatusIcon status={kind === 'zero' || kind === 'outlives_root' ? 'ok' : 'watch'} label="fault" /> {text}{' '}
          {span === null ? null : <Look onClick={() => onOpen(span)} what={text} />}
        </li>
      ))}
    </ul>
  );
}

function Look({ onClick, what }: { onClick: () => void; what: string }) {
  return (
    <button type="button" className="link whitespace-nowrap" onClick={onClick} aria-label={`Show one: ${what}`}>
      Show one
    </button>
  );
}
