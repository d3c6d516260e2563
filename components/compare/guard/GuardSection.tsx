'use client';

import { useQuery } from '@tanstack/react-query';
import { QueryState } from '@/components/ui/QueryState';
import type { Compare } from '@/lib/contracts/compare';
import type { WhatIf } from '@/lib/contracts/compare-params';
import { guardQuery, guardsQuery } from '@/lib/queries/rollouts';
import { BacktestPanel } from './BacktestPanel';
import { GatePanel } from './GatePanel';
import { GuardPanel } from './GuardPanel';

const HEIGHT = 320;

/** The guard of this model, its backtest, and the gate for other tools. */
export function GuardSection({ compare, whatIf }: { compare: Compare; whatIf: WhatIf }) {
  const guard = useQuery(guardQuery(compare.inputs.model));
  const { data: guards } = useQuery(guardsQuery());
  return (
    <QueryState query={guard} height={HEIGHT}>
      {(state) => (
        <div className="grid grid-cols-1 items-start gap-3 lg:grid-cols-[minmax(0,1fr)_minmax(0,380px)]">
          <div className="grid grid-cols-1 gap-3">
            <GuardPanel guard={state} globalSwitch={guards?.globalSwitch ?? null} />
            <BacktestPanel key={state.model} guard={state} compare={compare} whatIf={whatIf} />
          </div>
          <GatePanel guard={state} publicUrl={guards?.publicUrl ?? null} />
        </div>
      )}
    </QueryState>
  );
}
