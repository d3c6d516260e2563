'use client';

import { MetricPanel } from '@/components/signals/MetricPanel';
import type { DrawnDocument } from './answer-of';

/** A query that somebody wrote, as it was answered. */
export function FrozenMetric({ document }: { document: DrawnDocument }) {
  const { query, source, language } = document.parts[0]?.params ?? {};
  return (
    <MetricPanel
      query={String(query ?? '')}
      source={source === undefined ? undefined : String(source)}
      language={language === 'logql' ? 'logql' : undefined}
    />
  );
}
