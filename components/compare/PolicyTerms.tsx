import type { ComparePolicy } from '@/lib/contracts/compare-params';
import { formatCount, formatNumber } from '@/lib/domain/format';

/** What a policy allows, a line a limit. */
export function PolicyTerms({ policy }: { policy: ComparePolicy }) {
  return (
    <ul className="grid gap-x-4 gap-y-0.5 text-small text-t2 sm:grid-cols-2">
      <li>P95 may rise by {formatNumber(policy.maxP95IncreaseRatio * 100)} %</li>
      <li>Errors may rise by {formatNumber(policy.maxErrorIncrease * 100)} points</li>
      <li>Quality may fall by {formatNumber(policy.maxQualityDrop * 100)} points, where labels exist</li>
      <li>
        At least {formatCount(policy.minRequests)} requests a side, {formatNumber(policy.minMinutes)} min
      </li>
      <li>
        Configured split:{' '}
        {policy.challengerShare === null
          ? 'none said, so it is not checked'
          : `${formatNumber(policy.challengerShare * 100)} % to the challenger`}
      </li>
    </ul>
  );
}
