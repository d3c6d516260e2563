'use client';

import { ChevronDown, ChevronsDownUp, ChevronsUpDown, ChevronUp } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '@/components/ui/Button';
import { Choice } from '@/components/ui/Choice';
import { useShortcut } from '@/components/ui/shortcuts';
import type { Trace, TraceGrouping, TraceOnly } from '@/lib/contracts/trace';
import { formatCount } from '@/lib/domain/format';
import { useTraceView } from './use-trace-view';

const GROUPS: readonly { value: TraceGrouping; label: string }[] = [
  { value: 'none', label: 'Every span' },
  { value: 'siblings', label: 'Equal siblings' },
  { value: 'service', label: 'Services' },
];
const ONLY: readonly { value: TraceOnly; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'critical', label: 'Critical path' },
  { value: 'errors', label: 'Failed' },
];
const TYPING_MS = 250;

/** Find, fold and filter. */
export function WaterfallTools({
  trace,
  group,
  found,
  foundTotal,
  onJump,
  onLevel,
}: {
  trace: Trace;
  group: TraceGrouping;
  found: readonly string[] | null;
  foundTotal: number;
  onJump: (span: string) => void;
  onLevel: (level: number | null) => void;
}) {
  const [view, setView] = useTraceView();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(view.find);
  const [at, setAt] = useState(-1);
  const [errorAt, setErrorAt] = useState(-1);
  // The address is written when typing pauses: the server looks through the whole trace for each text.
  useEffect(() => {
    if (text === view.find) return;
    const timer = setTimeout(() => {
      setAt(-1);
      setView({ find: text });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, view.find, setView]);

  const step = (by: 1 | -1) => {
    if (found === null || found.length === 0) return;
    const next = (at + by + found.length) % found.length;
    setAt(next);
    const span = found[next];
    if (span !== undefined) onJump(span);
  };
  const nextError = () => {
    const { errorSpans } = trace;
    if (errorSpans.length === 0) return;
    const next = (errorAt + 1) % errorSpans.length;
    setErrorAt(next);
    const span = errorSpans[next];
    if (span !== undefined) onJump(span);
  };
  useShortcut({ keys: '/', label: 'Find in this trace', group: 'Page', run: () => input.current?.focus() });
  useShortcut({ keys: 'e', label: 'Next failed span', group: 'Page', run: nextError });
  useShortcut({
    keys: 'c',
    label: 'Critical path only',
    group: 'Page',
    run: () => setView({ only: view.only === 'critical' ? 'all' : 'critical' }),
  });
  return (
    <div className="flex flex-wrap items-center gap-2" data-noprint>
      <div className="flex items-center gap-1">
        <input
          ref={input}
          type="search"
          aria-label="Find in this trace"
          placeholder="Find a name, service, attribute"
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
            if (event.key === 'Escape') input.current?.blur();
          }}
          className="h-7 w-56 rounded-panel border border-line bg-raised px-2 text-small text-t1 placeholder:text-t3"
        />
        {found === null ? null : (
          <>
            <FindKeys onStep={step} />
            <span role="status" className="whitespace-nowrap text-small text-t2">
              {foundTotal === 0
                ? 'nothing found'
                : `${at >= 0 ? `${formatCount(at + 1)} of ` : ''}${formatCount(foundTotal)}`}
            </span>
            <IconButton label="Previous found span" onClick={() => step(-1)} disabled={foundTotal === 0}>
              <ChevronUp size={14} aria-hidden />
            </IconButton>
            <IconButton label="Next found span" onClick={() => step(1)} disabled={foundTotal === 0}>
              <ChevronDown size={14} aria-hidden />
            </IconButton>
          </>
        )}
      </div>
      <Choice label="Rows" options={GROUPS} value={group} onChange={(next) => setView({ group: next })} />
      <Choice label="Spans with rows" options={ONLY} value={view.only} onChange={(only) => setView({ only })} />
      <div className="flex">
        <IconButton label="Open all rows" onClick={() => onLevel(null)}>
          <ChevronsUpDown size={14} aria-hidden />
        </IconButton>
        <IconButton label="Close all rows" onClick={() => onLevel(1)}>
          <ChevronsDownUp size={14} aria-hidden />
        </IconButton>
      </div>
      {trace.errorCount === 0 ? null : (
        <Button look="quiet" onClick={nextError}>
          Next failed{errorAt < 0 ? '' : ` (${formatCount(errorAt + 1)} of ${formatCount(trace.errorCount)})`}
        </Button>
      )}
    </div>
  );
}

/** n and N belong to the search only while there is one; otherwise n is what it is on every page. */
function FindKeys({ onStep }: { onStep: (by: 1 | -1) => void }) {
  useShortcut({ keys: 'n', label: 'Next found span', group: 'Page', run: () => onStep(1) });
  useShortcut({ keys: 'shift+n', label: 'Previous found span', group: 'Page', run: () => onStep(-1) });
  return null;
}
