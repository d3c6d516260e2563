'use client';

import { WindowChart } from '@/components/charts/WindowChart';
import { Diagnosis } from '@/components/ui/Diagnosis';
import type { Quality, QualityProxy } from '@/lib/contracts/quality';
import { formatNumber } from '@/lib/domain/format';

const HEIGHT = 110;

/** Stand-ins for quality over time, each in its own unit; never a verdict: a proxy only says where to look. */
export function ProxyCharts({ quality }: { quality: Quality }) {
  const { proxies, startMs, windowMs, windows } = quality;
  if (proxies.length === 0) {
    return (
      <Diagnosis
        diagnosis={{
          what: 'No proxy is named for this model.',
          why: 'Where labels come late, a figure that moves with quality (clicks, appeals, overrides) can stand in.',
          action: 'Name one under proxies of this model in windsock.yaml.',
        }}
      />
    );
  }
  return (
    <div className="grid gap-3">
      {proxies.map((proxy) => (
        <section key={proxy.name} aria-label={proxy.name}>
          <p className="text-small">
            <span className="font-medium text-t1">{proxy.name}</span> <span className="text-t2">{words(proxy)}</span>
          </p>
          {proxy.values.some((value) => value !== null) ? (
            <WindowChart
              title={proxy.name}
              height={HEIGHT}
              window={{ startMs, endMs: startMs + windows * windowMs }}
              set={{
                startMs: startMs + windowMs / 2,
                stepMs: windowMs,
                series: [{ labels: { name: proxy.name }, values: proxy.values }],
              }}
              nameOf={({ name }) => name ?? ''}
              unit={proxy.unit === 'ratio' ? 'ratio' : 'number'}
              thresholds={proxy.reference === null ? [] : [{ value: proxy.reference, label: 'before' }]}
            />
          ) : (
            <p className="text-small text-t2">Not measured in this time.</p>
          )}
        </section>
      ))}
    </div>
  );
}

function words({ now, reference, unit, better }: QualityProxy): string {
  const of = (value: number | null) => `${formatNumber(value)}${unit === null || value === null ? '' : ` ${unit}`}`;
  const side = better === null ? '' : `; ${better === 'up' ? 'more' : 'less'} is better`;
  return `${of(now)} now, ${of(reference)} before${side}`;
}
