'use client';

import { useQuery } from '@tanstack/react-query';
import { useView } from '@/components/shell/use-view';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Checkbox, Input } from '@/components/ui/Field';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import type { SamplingTraffic } from '@/lib/contracts/sampling';
import type { SamplingChoice } from '@/lib/domain/sampling';
import { samplingAnswer } from '@/lib/domain/sampling-answer';
import { samplingQuery } from '@/lib/queries/sampling';
import { CollectorPanel } from './CollectorPanel';
import { EstimatePanel } from './EstimatePanel';
import { useChoice } from './use-choice';

const HEIGHT = 320;

/** What head and tail rates would cost, and which traces they would lose, from the traffic of the range. */
export function SamplingPage() {
  const { range } = useView();
  const traffic = useQuery(samplingQuery(range));
  const chosen = useChoice();
  return (
    <div className="grid grid-cols-1 gap-3">
      <h1 className="truncate font-semibold text-title">Sampling</h1>
      {traffic.data === undefined || chosen.choice === null ? null : (
        <AnswerLine answer={samplingAnswer(traffic.data, chosen.choice)} />
      )}
      <Rates chosen={chosen} />
      <QueryState query={traffic} height={HEIGHT}>
        {(data) => <Estimates traffic={data} choice={chosen.choice} />}
      </QueryState>
    </div>
  );
}

function Estimates({ traffic, choice }: { traffic: SamplingTraffic; choice: SamplingChoice | null }) {
  if (choice === null) return <p className="text-t2">Set right what is marked above to see what it would keep.</p>;
  return (
    <div className="grid grid-cols-1 gap-3">
      <EstimatePanel traffic={traffic} choice={choice} />
      <CollectorPanel traffic={traffic} choice={choice} />
    </div>
  );
}

function Rates({ chosen: { texts, problems, set } }: { chosen: ReturnType<typeof useChoice> }) {
  return (
    <Panel title="Rates" definition="head: decided when a request begins; tail: once its trace is over">
      <div className="grid grid-cols-1 items-start gap-x-4 gap-y-2 sm:grid-cols-2 lg:grid-cols-4">
        <Input
          label="Head: traces begun, %"
          inputMode="decimal"
          value={texts.head}
          error={problems.head}
          onChange={(event) => set.head(event.target.value)}
        />
        <Input
          label="Tail: ordinary traces kept, %"
          inputMode="decimal"
          value={texts.rest}
          error={problems.rest}
          onChange={(event) => set.rest(event.target.value)}
        />
        <Input
          label="Tail: keep all slower than, ms"
          inputMode="decimal"
          placeholder="no such policy"
          value={texts.slow}
          error={problems.slow}
          onChange={(event) => set.slow(event.target.value)}
        />
        <div className="sm:pt-6">
          <Checkbox label="Tail: keep all with an error" checked={texts.errors !== 'off'} onChange={set.errors} />
        </div>
      </div>
    </Panel>
  );
}
