import { IntervalMark } from '@/components/ui/IntervalMark';
import { LEAST_RECALL_RATIO } from '@/lib/domain/fairness';
import { formatRatioPercent } from '@/lib/domain/format';

const WIDTH = 132;
/** Ratios drawn: from half to a quarter above. */
const FROM = 0.5;
const TO = 1.25;

/** A cohort's recall ÷ overall with its interval: 1 as a line, the limit of 0.9 as a dash, the same scale in every row. */
export function RatioBar({
  ratio,
  isBelow,
}: {
  ratio: { value: number; interval: { low: number; high: number } };
  isBelow: boolean;
}) {
  const x = (value: number): number => ((Math.min(TO, Math.max(FROM, value)) - FROM) / (TO - FROM)) * (WIDTH - 4) + 2;
  const label = `${formatRatioPercent(ratio.value)} of overall, 95 % interval ${formatRatioPercent(ratio.interval.low)} to ${formatRatioPercent(ratio.interval.high)}`;
  return (
    <IntervalMark
      label={label}
      width={WIDTH}
      at={{
        reference: x(1),
        limit: x(LEAST_RECALL_RATIO),
        ends: [x(ratio.interval.low), x(ratio.interval.high)],
        estimate: x(ratio.value),
      }}
      isBad={isBelow}
    />
  );
}
