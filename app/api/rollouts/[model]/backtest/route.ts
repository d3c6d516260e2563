import { BacktestParams } from '@/lib/contracts/rollout-backtest';
import { planOf, runBacktest } from '@/lib/server/rollouts/backtest';
import { backtestStream } from '@/lib/server/rollouts/backtest-stream';
import { route } from '@/lib/server/route';

/** A policy over past hours, as lines of JSON: what is run, each step, then the result or an error. */
export const POST = route('telemetry:read', BacktestParams, (params, { signal, nowMs }): Response => {
  // What cannot be run is refused before the first line.
  const plan = planOf(params);
  return backtestStream((tell, stop) => runBacktest(params, plan, tell, { signal: stop, nowMs }), signal);
});
