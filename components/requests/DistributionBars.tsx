import { clsx } from 'clsx';
import type { Distribution } from '@/lib/contracts/request-story';
import { formatCount, formatNumber, formatRatioPercent } from '@/lib/domain/format';

const bound = (value: number | null): string => (value === null ? '∞' : formatNumber(value, 4));

/** Bounds of a bucket as people write them: "5 to 10", "up to 5", "over 1 280". */
export function bucketWords({ lower, upper }: Distribution, index: number, unit: string): string {
  const from = lower[index] ?? null;
  const to = upper[index] ?? null;
  if (to === null) return `over ${bound(from)}${unit}`;
  if (from === null) return `up to ${bound(to)}${unit}`;
  return `${bound(from)} to ${bound(to)}${unit}`;
}

export interface DistributionBarsProps {
  distribution: Distribution;
  /** What is distributed: "amount in training". */
  label: string;
  unit?: string;
  height?: number;
  isOdd?: boolean;
}

/** A histogram as bars of one width a bucket, the value's own bucket marked by colour and by a tick beneath. */
export function DistributionBars({
  distribution,
  label,
  unit = '',
  height = 28,
  isOdd = false,
}: DistributionBarsProps) {
  const { share, at, total } = distribution;
  const most = Math.max(...share, 1e-9);
  const own = `${bucketWords(distribution, at, unit)} holds ${formatRatioPercent(share[at] ?? 0)} of ${formatCount(total)}`;
  return (
    <div
      role="img"
      aria-label={`${label}: ${own}`}
      title={own}
      className="keeps-colour flex items-end gap-px"
      style={{ height }}
    >
      {share.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: buckets have no identity but their order
        <span key={index} className="flex h-full min-w-1 flex-1 flex-col justify-end">
          <span
            className={clsx('w-full rounded-t-[1px]', index === at ? (isOdd ? 'bg-watch' : 'bg-accent') : 'bg-t3/50')}
            style={{ height: `${Math.max(part > 0 ? 4 : 0, (part / most) * 88)}%` }}
          />
          <span
            className={clsx('mt-px h-[3px] w-full', index === at ? (isOdd ? 'bg-watch' : 'bg-accent') : 'bg-line')}
          />
        </span>
      ))}
    </div>
  );
}
