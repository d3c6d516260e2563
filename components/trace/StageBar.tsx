'use client';

import { useChartTheme } from '@/components/charts/use-chart-theme';
import { STAGES, stageColour, stageName } from '@/lib/charts/palette';
import type { Trace } from '@/lib/contracts/trace';
import { formatMs, formatRatioPercent } from '@/lib/domain/format';

/** Where the root's time went by stage: feature fetch, infer, the rest. Stages may run beside each other. */
export function StageBar({ trace }: { trace: Trace }) {
  const theme = useChartTheme();
  const stages = trace.stages.toSorted((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage));
  const sum = stages.reduce((total, { ms }) => total + ms, 0);
  const overlaps = sum > trace.rootDurationMs * 1.001;
  return (
    <section aria-label="Time by stage" className="grid gap-1">
      <div className="keeps-colour flex h-2.5 gap-px overflow-hidden rounded-sm bg-raised" aria-hidden>
        {stages
          .filter(({ ms }) => ms > 0)
          .map(({ stage, ms }) => (
            <span
              key={stage}
              style={{ flexGrow: ms, background: stageColour(stage, theme) }}
              className="min-w-px basis-0"
            />
          ))}
      </div>
      <dl className="flex flex-wrap gap-x-4 gap-y-0.5 text-small">
        {stages.map(({ stage, ms }) => (
          <div key={stage} className="flex items-baseline gap-1.5">
            <span
              aria-hidden
              className="keeps-colour size-2 self-center rounded-[2px]"
              style={{ background: stageColour(stage, theme) }}
            />
            <dt className="text-t2">{stageName(stage)}</dt>
            <dd className="text-t1">
              {formatMs(ms)}
              {trace.rootDurationMs > 0 ? (
                <span className="text-t3"> {formatRatioPercent(Math.min(1, ms / trace.rootDurationMs))}</span>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
      {overlaps ? (
        <p className="text-small text-t3">Stages ran beside each other: more than the root&rsquo;s time in all.</p>
      ) : null}
    </section>
  );
}
