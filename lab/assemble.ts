import type { Server } from 'node:http';
import type { Fleet } from './fleet/fleet';
import { storyOf } from './fleet/scenario';
import { LayeredLogStore } from './layered-logs';
import { LayeredTraceStore } from './layered-traces';
import { lokiEngine } from './loki/engine';
import { attachTail, refuseTail } from './loki/tail';
import { logStoreFromPushBody } from './memory-logs';
import { MemoryTraceStore } from './memory-traces';
import { prometheusEngine } from './prometheus/engine';
import { createLabServer } from './server';
import type { LogStore, MetricStore, TraceStore } from './stores';
import { tempoEngine } from './tempo/engine';

export interface LabStores {
  metrics: MetricStore;
  logs: LogStore;
  traces: TraceStore;
  /** What is in them, for the front page. */
  describe: () => string;
}

/** The stores of a fleet, with room above them for what is pushed. */
export function fleetStores(fleet: Fleet): LabStores {
  const story = storyOf(fleet.scenario).map(({ atMs, text }) => `  ${new Date(atMs).toISOString()}  ${text}`);
  return {
    metrics: fleet.metrics,
    logs: new LayeredLogStore(fleet.logs, logStoreFromPushBody({ streams: [] })),
    traces: new LayeredTraceStore(fleet.traces, new MemoryTraceStore()),
    describe: () =>
      `It holds a simulated fleet with its history and live traffic. What happens in it:\n\n${story.join('\n')}\n`,
  };
}

/** The lab's server over stores: the three engines and the live tail, not yet listening. */
export function assembleLab(stores: LabStores): Server {
  return createLabServer({
    engines: {
      prometheus: prometheusEngine(stores.metrics),
      loki: lokiEngine(stores.logs),
      tempo: tempoEngine(stores.traces),
    },
    tail: {
      refuse: refuseTail,
      attach: (socket, params, headers) => attachTail(socket, params, stores.logs, headers),
    },
    frontPage: () =>
      `This is the Windsock lab: the read APIs of Prometheus (/prometheus), Loki (/loki) and Tempo (/tempo), and the push APIs of Loki and OTLP.\n${stores.describe()}`,
    now: Date.now,
  });
}
