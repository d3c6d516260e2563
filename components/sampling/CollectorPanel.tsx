'use client';

import { Copy } from 'lucide-react';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Panel } from '@/components/ui/Panel';
import type { SamplingTraffic } from '@/lib/contracts/sampling';
import type { SamplingChoice } from '@/lib/domain/sampling';
import { collectorYaml } from '@/lib/domain/sampling-config';

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announce('Configuration copied');
  } catch {
    announce('The browser refused the clipboard. Select the text and copy it.');
  }
}

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
        <Button onClick={() => void copy(text)}>
          <Copy size={13} aria-hidden /> Copy
        </Button>
      }
    >
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="Configuration of the collector"
        className="max-h-96 overflow-auto rounded-panel border border-line bg-bg p-2"
      >
        <pre className="font-mono text-small">{text}</pre>
      </section>
    </Panel>
  );
}
