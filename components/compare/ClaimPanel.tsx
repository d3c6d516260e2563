'use client';

import { useQuery } from '@tanstack/react-query';
import { ViewLink } from '@/components/shell/ViewLink';
import { tracePath } from '@/components/shell/view-address';
import { Panel } from '@/components/ui/Panel';
import { RoleMark } from '@/components/ui/RoleMark';
import { StatusIcon } from '@/components/ui/Status';
import type { Compare, CompareResult, CompareTrace } from '@/lib/contracts/compare';
import { type ClaimState, claimOf, claimWord, latencyQueries } from '@/lib/domain/compare-claim';
import { exampleTraces } from '@/lib/domain/compare-examples';
import { formatMs } from '@/lib/domain/format';
import { compareTracesQuery } from '@/lib/queries/compare';

const STATUS = { proven: 'ok', refuted: 'bad', open: 'unknown' } as const;
const WORD: Readonly<Record<ClaimState, string>> = {
  proven: 'proven',
  refuted: 'the opposite is certain',
  open: 'not proven',
};
/** Never asked: without two sides there is no example to look for. */
const NO_SIDES = { model: '', champion: '', challenger: '', startMs: 0, endMs: 0 };

/** The claim of a release owner, and what anybody needs to check it: metric query, quantile, a trace of each side. */
export function ClaimPanel({ compare, result }: { compare: Compare; result: CompareResult }) {
  const claim = claimOf(result);
  const asked = exampleTraces(compare.inputs, result);
  const traces = useQuery({ ...compareTracesQuery(asked ?? NO_SIDES), enabled: asked !== null });
  const why = latencyQueries(compare.why);
  const query = why[0]?.query;
  return (
    <Panel title="Prove it" definition={`“${claim.words}”`} why={why}>
      <p className="font-medium text-small">
        <StatusIcon status={STATUS[claim.state]} label={WORD[claim.state]} /> {claim.words}: {claimWord(claim)}.
      </p>
      <ul className="mt-1.5 grid gap-1 text-small text-t2">
        {claim.unsound === null ? null : <li>{claim.unsound}</li>}
        {[claim.p95, claim.errors].map(({ state, text }) => (
          <li key={text}>
            <StatusIcon status={STATUS[state]} label={WORD[state]} /> {text}
          </li>
        ))}
        {query === undefined ? null : (
          <li className="min-w-0">
            Quantile 0.95, linear inside its bucket, of{' '}
            <code className="font-mono text-t1 [overflow-wrap:anywhere]">{query}</code>
          </li>
        )}
        <Example side="champion" trace={traces.data?.champion[0]} isPending={traces.isLoading} />
        <Example side="challenger" trace={traces.data?.challenger[0]} isPending={traces.isLoading} />
      </ul>
    </Panel>
  );
}

function Example({
  side,
  trace,
  isPending,
}: {
  side: 'champion' | 'challenger';
  trace: CompareTrace | undefined;
  isPending: boolean;
}) {
  if (trace === undefined) {
    return (
      <li>
        <RoleMark role={side} /> {isPending ? 'looking for a trace…' : 'no example trace'}
      </li>
    );
  }
  const { traceId, durationMs, inferMs, inferSpanId = null } = trace;
  const span = inferSpanId === null ? '' : `?span=${encodeURIComponent(inferSpanId)}`;
  return (
    <li>
      <RoleMark role={side} />{' '}
      <ViewLink to={`${tracePath(traceId)}${span}`} className="link" title={traceId}>
        {inferSpanId === null ? 'trace' : 'model.infer'} of {traceId.slice(0, 8)}
      </ViewLink>
      , {inferMs === null ? 'without a model.infer span' : formatMs(inferMs)} of {formatMs(durationMs)}
    </li>
  );
}
