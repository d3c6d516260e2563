'use client';

import { ErrorReasonsPanel } from '@/components/model/ErrorReasonsPanel';
import { HeatmapPanel } from '@/components/signals/HeatmapPanel';
import { InFlightPanel } from '@/components/signals/InFlightPanel';
import { LatencyPanel } from '@/components/signals/LatencyPanel';
import { StageSplitPanel } from '@/components/signals/StageSplitPanel';
import { StagesPanel } from '@/components/signals/StagesPanel';
import { TrafficPanel } from '@/components/signals/TrafficPanel';
import type { DrawnDocument } from './answer-of';

/** A panel of a model's page, as it was. */
export function FrozenSignal({ document }: { document: DrawnDocument }) {
  const segment = /^models\/([^/]+)\//.exec(document.parts[0]?.path ?? '')?.[1] ?? '';
  const model = decodeURIComponent(segment);
  switch (document.kind) {
    case 'requests':
      return <TrafficPanel model={model} measure="requestsPerSecond" />;
    case 'errors':
      return <TrafficPanel model={model} measure="errorRatio" />;
    case 'latency':
      return <LatencyPanel model={model} titled />;
    case 'heatmap':
      return <HeatmapPanel model={model} />;
    case 'stages':
      return <StagesPanel model={model} />;
    case 'stage-split':
      return <StageSplitPanel model={model} />;
    case 'in-flight':
      return <InFlightPanel model={model} />;
    case 'error-reasons':
      return <ErrorReasonsPanel model={model} />;
    default:
      return null;
  }
}
