'use client';

import { Copy } from 'lucide-react';
import { Button } from '@/components/ui/Button';
import { copyText } from '@/components/ui/clipboard';
import { Panel } from '@/components/ui/Panel';
import { ScrollRegion } from '@/components/ui/ScrollRegion';
import type { SamplingTraffic } from '@/lib/contracts/sampling';
import type { SamplingChoice } from '@/lib/domain/sampling';
import { collectorYaml } from '@/lib/domain/sampling-config';

/** The rates as a configuration of the OpenTelemetry Collector. */
export function CollectorPanel({ traffic, choice }: { traffic: SamplingTraffic; choice: SamplingChoice }) {
  const rates = traffic.models.flatMap(({ requestsPerSecond }) =>
    requestsPerSecond === null ? [] : [requestsPerSecond],
  );
  const slowest = traffic.models.flatMap(({ p99Ms }) => (p99Ms === null ? [] : [p99Ms]));
  const text = collectorYaml(choice, {
    requestsPerSecond: rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0),
    p99Ms: slowest.length === 0 ? null : Math.max(...slowest),
  });
  return (
    <Panel
      title="OpenTelemetry Collector"
      definition="tail_sampling of the contrib distribution, sized for this traffic"
      actions={
        <Button onClick={() => void copyText(text, 'Configuration copied')}>
          <Copy size={13} aria-hidden /> Copy
        </Button>
      }
    >
      <ScrollRegion
        label="Configuration of the collector"
        className="max-h-96 overflow-auto rounded-panel border border-line bg-bg p-2"
      >
        <pre className="font-mono text-small">{text}</pre>
      </ScrollRegion>
    </Panel>
  );
}
