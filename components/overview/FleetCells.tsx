import { clsx } from 'clsx';
import { Hint } from '@/components/ui/Tooltip';
import type { BudgetState, Quantile } from '@/lib/contracts/fleet';
import { formatChange, formatNumber, formatPercentFigure, formatRatioPercent, NOT_MEASURED } from '@/lib/domain/format';

/** Changes under these are within what a quiet hour does, and stay grey. */
const NOTABLE_CHANGE_RATIO = 0.1;
const NOTABLE_ERROR_POINTS = 0.003;

/** A dash for the eye, "not measured" for whoever asks. */
export function NotMeasured({ why }: { why?: string }) {
  return (
    <Hint text={why ?? NOT_MEASURED}>
      <span className="text-t3">
        <span aria-hidden>–</span>
        <span className="sr-only">{NOT_MEASURED}</span>
      </span>
    </Hint>
  );
}

/** A change beside its value: grey while small, in the colour of a warning where worse is up and it rose. */
function Change({ text, isNotable }: { text: string; isNotable: boolean }) {
  return (
    <span className={clsx('ml-1.5 inline-block min-w-10 text-left', isNotable ? 'text-bad' : 'text-t3')}>{text}</span>
  );
}

/**
 * Requests a second. `change` is a ratio to the time before: undefined shows no column for it, null a gap in the
 * column.
 */
export function RateCell({ value, change }: { value: number | null; change?: number | null }) {
  if (value === null) return <NotMeasured />;
  return (
    <>
      {formatNumber(value)}
      {change === undefined ? null : <Change text={change === null ? '' : formatChange(change)} isNotable={false} />}
    </>
  );
}

/**
 * `ratio` from 0 to 1, shown in per cent; `change` a difference of ratios, shown in percentage points. Null: not
 * measured.
 */
export function ErrorCell({ ratio, change }: { ratio: number | null; change?: number | null }) {
  if (ratio === null) return <NotMeasured />;
  const points = change === undefined || change === null ? null : change * 100;
  return (
    <>
      {formatPercentFigure(ratio)}
      {change === undefined ? null : (
        <Change
          text={points === null ? '' : `${points > 0 ? '+' : points < 0 ? '−' : ''}${Math.abs(points).toFixed(1)}`}
          isNotable={change !== null && change > NOTABLE_ERROR_POINTS}
        />
      )}
    </>
  );
}

/** Milliseconds, with "≥" where the value lies in the histogram's open last bucket. `change` as in RateCell. */
export function QuantileCell({ quantile, change }: { quantile: Quantile; change?: number | null }) {
  if (quantile.ms === null) return <NotMeasured />;
  return (
    <>
      {quantile.atLeast ? <span title="in the histogram's open last bucket">≥ </span> : null}
      {formatNumber(quantile.ms)}
      {change === undefined ? null : (
        <Change
          text={change === null ? '' : formatChange(change)}
          isNotable={change !== null && change > NOTABLE_CHANGE_RATIO}
        />
      )}
    </>
  );
}

/** What is left of the budget as a bar and a figure; the bar takes a status colour only when little is left. */
export function BudgetCell({ budget }: { budget: BudgetState }) {
  if (budget.objective === null) return <NotMeasured why="No objective is configured for this model." />;
  if (budget.leftRatio === null) {
    return <NotMeasured why={`The source covers too little of the last ${budget.windowDays} days.`} />;
  }
  const left = Math.min(1, Math.max(0, budget.leftRatio));
  const colour = budget.leftRatio <= 0.25 ? 'bg-bad' : budget.leftRatio <= 0.5 ? 'bg-watch' : 'bg-t3';
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden className="keeps-colour inline-block h-1.5 w-14 overflow-hidden rounded-full bg-raised">
        <span className={clsx('block h-full rounded-full', colour)} style={{ width: `${left * 100}%` }} />
      </span>
      <span className="min-w-9 text-right">{formatRatioPercent(budget.leftRatio)}</span>
    </span>
  );
}
