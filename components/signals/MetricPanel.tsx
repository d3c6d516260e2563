'use client';

import { useQuery } from '@tanstack/react-query';
import { TimeChart } from '@/components/charts/TimeChart';
import { useView } from '@/components/shell/use-view';
import { pinOf } from '@/components/ui/pin';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { formatDuration } from '@/lib/domain/format';
import { seriesNamer } from '@/lib/domain/series-names';
import { metricQuery } from '@/lib/queries/metric';
import { hasValues } from './missing';

const HEIGHT = 200;

export interface MetricPanelProps {
  query: string;
  source?: string | undefined;
  /** Absent: PromQL. */
  language?: 'promql' | 'logql' | undefined;
}

/** A query that somebody wrote, over the view's range. */
export function MetricPanel({ query, source, language }: MetricPanelProps) {
  const { range } = useView();
  const asked = metricQuery({ query, source, language, startMs: range.startMs, endMs: range.endMs });
  const metric = useQuery(asked);
  return (
    <QueryPanel
      title="Metric"
      definition={
        <>
          <code className="font-mono [overflow-wrap:anywhere]">{query}</code> ·{' '}
          {formatDuration(metric.data?.set.stepMs ?? range.stepMs)} step
        </>
      }
      pin={pinOf('metric', asked)}
      query={metric}
      height={HEIGHT}
      diagnosis={({ set }) =>
        hasValues(set)
          ? null
          : {
              what: 'No series has a value in this range.',
              why: 'The query is read, but matches nothing here: a name or a label may be another, or nothing was scraped.',
              action: 'A longer range, or the query without its label matchers, says which.',
            }
      }
    >
      {({ set, truncated }) => (
        <>
          <TimeChart
            title="Metric"
            unit="number"
            set={set}
            nameOf={seriesNamer(set.series.map(({ labels }) => labels))}
            height={HEIGHT}
          />
          {truncated === null ? null : <p className="text-axis text-t3">{truncated}</p>}
        </>
      )}
    </QueryPanel>
  );
}
