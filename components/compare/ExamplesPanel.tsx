'use client';

import { useQuery } from '@tanstack/react-query';
import { ViewLink } from '@/components/shell/ViewLink';
import { tracePath } from '@/components/shell/view-address';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { RoleMark } from '@/components/ui/RoleMark';
import type { Compare, CompareResult, CompareTrace } from '@/lib/contracts/compare';
import { exampleTraces } from '@/lib/domain/compare-examples';
import { formatMs } from '@/lib/domain/format';
import { compareTracesQuery } from '@/lib/queries/compare';

const HEIGHT = 130;
/** Never asked: the page shows this panel of two sides only. */
const NO_SIDES = { model: '', champion: '', challenger: '', startMs: 0, endMs: 0 };

/** Traces of both sides near their P95, with the time inference took in each. */
export function ExamplesPanel({ compare: { inputs }, result }: { compare: Compare; result: CompareResult }) {
  const asked = exampleTraces(inputs, result);
  const query = useQuery({ ...compareTracesQuery(asked ?? NO_SIDES), enabled: asked !== null });
  return (
    <QueryPanel
      title="Example traces"
      definition="near each side’s P95"
      query={query}
      height={HEIGHT}
      diagnosis={({ champion, challenger, gaps }) =>
        champion.length + challenger.length > 0
          ? null
          : {
              what: 'No trace of either version was found.',
              why: gaps[0] ?? 'Tempo has none in this window: not sampled, or older than it keeps.',
              action: null,
            }
      }
    >
      {({ champion, challenger, gaps }) => (
        <div className="grid gap-2 text-small">
          <Side side="champion" traces={champion} />
          <Side side="challenger" traces={challenger} />
          <SideBySide champion={champion[0]} challenger={challenger[0]} />
          {gaps.map((gap) => (
            <p key={gap} className="text-t2">
              {gap}
            </p>
          ))}
        </div>
      )}
    </QueryPanel>
  );
}

/** The trace page lays one trace beside another, in milliseconds of the critical path. */
function SideBySide({ champion, challenger }: { champion?: CompareTrace; challenger?: CompareTrace }) {
  if (champion === undefined || challenger === undefined) return null;
  const to = `${tracePath(challenger.traceId)}?against=${encodeURIComponent(champion.traceId)}`;
  return (
    <ViewLink to={to} className="link justify-self-start">
      Lay the first two side by side
    </ViewLink>
  );
}

function Side({ side, traces }: { side: 'champion' | 'challenger'; traces: readonly CompareTrace[] }) {
  return (
    <ul className="grid gap-0.5" aria-label={`Traces of the ${side}`}>
      {traces.length === 0 ? (
        <li className="text-t2">
          <RoleMark role={side} /> none found
        </li>
      ) : null}
      {traces.map(({ traceId, durationMs, inferMs, failed }) => (
        <li key={traceId} className="whitespace-nowrap">
          <RoleMark role={side} /> {formatMs(durationMs)}
          <span className="text-t2"> · infer {inferMs === null ? 'has no span' : formatMs(inferMs)}</span>{' '}
          <ViewLink to={tracePath(traceId)} className="link font-mono" title={traceId}>
            {traceId.slice(0, 8)}
          </ViewLink>
          {failed ? <span className="text-bad"> failed</span> : null}
        </li>
      ))}
    </ul>
  );
}
