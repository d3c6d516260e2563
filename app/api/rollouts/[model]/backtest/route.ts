import { type BacktestLine, BacktestParams } from '@/lib/contracts/rollout-backtest';
import { planOf, runBacktest } from '@/lib/server/rollouts/backtest';
import { route } from '@/lib/server/route';
import { lineStream } from '@/lib/server/streams/line-stream';

/** A policy over past hours, as lines of JSON: what is run, each step, then the result or an error. */
export const POST = route('telemetry:read', BacktestParams, (params, { signal, nowMs }): Response => {
  // What cannot be run is refused before the first line.
  const plan = planOf(params);
  return lineStream<BacktestLine>((write, stop) => runBacktest(params, plan, write, { signal: stop, nowMs }), {
    signal,
    subject: 'this backtest',
    failed: (failure) => ({ type: 'error', ...failure }),
  });
});
