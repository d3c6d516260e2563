'use client';

import dynamic from 'next/dynamic';
import type { ComponentType } from 'react';
import { Skeleton } from '@/components/ui/Skeleton';
import type { EvidenceKind } from '@/lib/contracts/evidence-kinds';
import type { DrawnDocument } from './answer-of';

interface Drawn {
  document: DrawnDocument;
}

const loading = () => <Skeleton height={240} words="Unpacking …" />;

// Each loads with the first pin of its kind: a timeline of pins is not every page of the console at once.
const Fleet = dynamic(() => import('./FrozenFleet').then((file) => file.FrozenFleet), { ssr: false, loading });
const Signal = dynamic(() => import('./FrozenSignal').then((file) => file.FrozenSignal), { ssr: false, loading });
const MetricOf = dynamic(() => import('./FrozenMetric').then((file) => file.FrozenMetric), { ssr: false, loading });
const Comparison = dynamic(() => import('./FrozenComparison').then((file) => file.FrozenComparison), {
  ssr: false,
  loading,
});
const Logs = dynamic(() => import('./FrozenLogs').then((file) => file.FrozenLogs), { ssr: false, loading });
const Traces = dynamic(() => import('./FrozenTraces').then((file) => file.FrozenTraces), { ssr: false, loading });
const Trace = dynamic(() => import('./FrozenTrace').then((file) => file.FrozenTrace), { ssr: false, loading });
const Drift = dynamic(() => import('./FrozenDrift').then((file) => file.FrozenDrift), { ssr: false, loading });
const Slos = dynamic(() => import('./FrozenSlos').then((file) => file.FrozenSlos), { ssr: false, loading });
const AlertsOf = dynamic(() => import('./FrozenAlerts').then((file) => file.FrozenAlerts), { ssr: false, loading });
const Ready = dynamic(() => import('./FrozenReadiness').then((file) => file.FrozenReadiness), { ssr: false, loading });
const ImpactOf = dynamic(() => import('./FrozenImpact').then((file) => file.FrozenImpact), { ssr: false, loading });
const Request = dynamic(() => import('./FrozenRequest').then((file) => file.FrozenRequest), { ssr: false, loading });

/** What draws each kind, and what it is called. A new kind needs a line here beside the server's. */
const KINDS: Readonly<Record<EvidenceKind, { name: string; Draw: ComponentType<Drawn> }>> = {
  fleet: { name: 'Fleet', Draw: Fleet },
  jobs: { name: 'Jobs and pipelines', Draw: Fleet },
  changes: { name: 'Changes', Draw: Fleet },
  model: { name: 'State of a model', Draw: Fleet },
  requests: { name: 'Chart', Draw: Signal },
  errors: { name: 'Chart', Draw: Signal },
  latency: { name: 'Chart', Draw: Signal },
  heatmap: { name: 'Heat map', Draw: Signal },
  stages: { name: 'Chart', Draw: Signal },
  'stage-split': { name: 'Chart', Draw: Signal },
  'in-flight': { name: 'Chart', Draw: Signal },
  metric: { name: 'Metric', Draw: MetricOf },
  'error-reasons': { name: 'Errors by reason', Draw: Signal },
  comparison: { name: 'Comparison', Draw: Comparison },
  'log-lines': { name: 'Log lines', Draw: Logs },
  'log-volume': { name: 'Log volume', Draw: Logs },
  traces: { name: 'Traces', Draw: Traces },
  trace: { name: 'Trace', Draw: Trace },
  request: { name: 'Request', Draw: Request },
  drift: { name: 'Drift and quality', Draw: Drift },
  slos: { name: 'Objectives', Draw: Slos },
  impact: { name: 'Impact in predictions', Draw: ImpactOf },
  alert: { name: 'Alert', Draw: AlertsOf },
  alerts: { name: 'Alerts', Draw: AlertsOf },
  readiness: { name: 'Readiness', Draw: Ready },
};

/** What a kind of pin is called: "Chart", "Log lines". */
export const kindName = (kind: EvidenceKind): string => KINDS[kind].name;

/** The panels of a document, as they were; belongs into a FrozenFrame, and of an answer that just came into a LiveFrame. */
export function FrozenPanels({ document }: Drawn) {
  const { Draw } = KINDS[document.kind];
  return <Draw document={document} />;
}
