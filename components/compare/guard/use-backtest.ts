'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import type { BacktestLine, BacktestParams, BacktestStep } from '@/lib/contracts/rollout-backtest';
import { toApiError } from '@/lib/queries/api';
import { runBacktest } from '@/lib/queries/rollouts';

type Begin = Extract<BacktestLine, { type: 'begin' }>;
type Result = Extract<BacktestLine, { type: 'result' }>;

export interface Backtest {
  state: 'idle' | 'running' | 'done' | 'cancelled' | 'failed';
  begin: Begin | null;
  steps: readonly BacktestStep[];
  result: Result | null;
  error: string | null;
}

const IDLE: Backtest = { state: 'idle', begin: null, steps: [], result: null, error: null };
/** Lines come faster than a screen is drawn. */
const EVERY_MS = 100;

/** A backtest as it runs; leaving the page, starting another and cancelling stop the work on the server. */
export function useBacktest() {
  const [backtest, setBacktest] = useState<Backtest>(IDLE);
  const running = useRef<AbortController | null>(null);
  // The stream of the server: open for as long as it runs here.
  useEffect(() => () => running.current?.abort(), []);

  const start = useCallback(async (params: BacktestParams) => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    const found: { begin: Begin | null; steps: BacktestStep[]; result: Result | null } = {
      begin: null,
      steps: [],
      result: null,
    };
    const show = (state: Backtest['state'], error: string | null = null) => {
      if (running.current === own) setBacktest({ ...found, steps: [...found.steps], state, error });
    };
    show('running');
    let shownAtMs = performance.now();
    try {
      for await (const line of runBacktest(params, own.signal)) {
        if (line.type === 'begin') found.begin = line;
        else if (line.type === 'step') found.steps.push(line.step);
        else found.result = line;
        if (performance.now() - shownAtMs < EVERY_MS) continue;
        shownAtMs = performance.now();
        show('running');
      }
      show(
        found.result === null ? 'failed' : 'done',
        found.result === null ? 'The console stopped before the end.' : null,
      );
    } catch (error) {
      if (own.signal.aborted) show('cancelled');
      else show('failed', toApiError(error).message);
    }
  }, []);

  const cancel = useCallback(() => running.current?.abort(), []);
  return { backtest, start, cancel };
}
