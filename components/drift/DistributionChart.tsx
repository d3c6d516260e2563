'use client';

import { Chart } from '@/components/charts/Chart';
import {
  type DistributionInput,
  describeDistribution,
  distributionOption,
  distributionTable,
} from '@/lib/charts/distribution';

/** Both sides of a feature as bars, with what is what above them. */
export function DistributionChart({
  title,
  height = 200,
  ...input
}: DistributionInput & { title: string; height?: number }) {
  return (
    <div>
      <p className="flex flex-wrap gap-x-4 text-small text-t2">
        <span>
          <span
            aria-hidden
            className="keeps-colour mr-1 inline-block size-2.5 border border-t3 bg-t3/35 align-[-1px]"
          />
          {input.names.reference}
        </span>
        <span>
          <span aria-hidden className="keeps-colour mr-1 inline-block size-2.5 bg-accent align-[-1px]" />
          {input.names.current}
        </span>
      </p>
      <Chart
        label={describeDistribution(title, input)}
        option={(theme) => distributionOption(input, theme)}
        table={() => distributionTable(input)}
        height={height}
      />
    </div>
  );
}
