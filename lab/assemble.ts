import type { Server } from 'node:http';
import { alertmanagerEngine } from './alertmanager/engine';
import type { Fleet } from './fleet/fleet';
import { storyOf } from './fleet/scenario';
import type { LabEngine } from './http';
import { LayeredLogStore } from './layered-logs';
import { LayeredTraceStore } from './layered-traces';
import { lokiEngine } from './loki/engine';
import { attachTail, refuseTail } from './loki/tail';
import { logStoreFromPushBody } from './memory-logs';
import { MemoryTraceStore } from './memory-traces';
import { predictEngine } from './predict';
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
  /** The models' own endpoints, where there are models. */
  predict?: LabEngine;
}

/** The stores of a fleet, with room above them for what is pushed. */
export function fleetStores(fleet: Fleet): LabStores {
  const story = storyOf(fleet.scenario).map(({ atMs, text }) => `  ${new Date(atMs).toISOString()}  ${text}`);
  const logs = new LayeredLogStore(fleet.logs, logStoreFromPushBody({ streams: [] }));
  const traces = new LayeredTraceStore(fleet.traces, new MemoryTraceStore());
  return {
    metrics: fleet.metrics,
    logs,
    traces,
    predict: predictEngine(fleet, { traces, logs }),
    describe: () =>
      `It holds a simulated fleet with its history and live traffic. What happens in it:\n\n${story.join('\n')}\n`,
  };
}

/** The lab's server over stores: the four engines and the live tail, not yet listening. */
export function assembleLab(stores: LabStores): Server {
  return createLabServer({
    engines: {
      prometheus: prometheusEngine(stores.metrics),
      loki: lokiEngine(stores.logs),
      tempo: tempoEngine(stores.traces),
      alertmanager: alertmanagerEngine(stores.metrics),
      ...(stores.predict === undefined ? {} : { predict: stores.predict }),
    },
    tail: {
      refuse: refuseTail,
      attach: (socket, params, headers) => attachTail(socket, params, stores.logs, headers),
    },
    frontPage: () =>
      `This is the Windsock lab: the read APIs of Prometheus (/prometheus), Loki (/loki) and Tempo (/tempo), an Alertmanager (/alertmanager), the push APIs of Loki and OTLP, and where it holds a fleet the models themselves (POST /predict/MODEL).\n${stores.describe()}`,
    now: Date.now,
  });
}
