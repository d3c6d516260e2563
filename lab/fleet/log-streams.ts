import type { Labels } from '../stores';
import { BATCH_JOB_NAME, type BatchJobs } from './batch-jobs';
import { type FleetEntry, RequestEntry, TextEntry } from './log-entries';
import {
  completedUs,
  fetchLine,
  gatewayLine,
  loggedRequest,
  missingLine,
  ownMetadata,
  predictionLine,
  SLOW_FETCH_US,
} from './log-lines';
import { CELLS, type Cell, FEATURES, MODELS, type Model } from './models';
import { keyOf } from './random';
import type { Scenario } from './scenario';
import { WINDOW_MS } from './scenario';
import type { RequestWindow } from './window';
import type { World } from './world';

/** A stream and how its entries of one window are made, in any order; the store sorts and cuts them. */
export interface FleetStream {
  labels: Labels;
  /** The cells whose requests every one leaves a line here: what a reader must expect to read. */
  everyRequestOf: readonly Cell[];
  entries(window: number): FleetEntry[];
}

/** The lines that a window's few noteworthy requests leave; each must be printed at once, for only a glance is taken. */
function fewEntries(
  world: World,
  window: number,
  cells: readonly Cell[],
  entryOf: (requests: RequestWindow, index: number) => FleetEntry | null,
): FleetEntry[] {
  const entries: FleetEntry[] = [];
  for (const cell of cells) {
    const requests = world.glance(cell, window);
    for (let index = 0; index < requests.count; index++) {
      const entry = entryOf(requests, index);
      if (entry !== null) entries.push(entry);
    }
  }
  return entries;
}

/** A line about a request by another service, at a moment kept inside the request's window. */
function besideRequest(
  world: World,
  requests: RequestWindow,
  {
    index,
    afterUs,
    print,
  }: { index: number; afterUs: number; print: (request: ReturnType<typeof loggedRequest>, us: number) => string },
): FleetEntry {
  const request = loggedRequest(world, requests, index);
  const startUs = requests.startMs * 1000;
  const us = Math.min(Math.max(completedUs(requests, index) + afterUs, startUs), startUs + WINDOW_MS * 1000 - 1);
  return new TextEntry(us, print(request, us), { trace_id: request.traceId, request_id: request.requestId });
}

function modelStreams(world: World, model: Model): FleetStream[] {
  const cells = CELLS.filter((cell) => cell.model === model);
  const labels = (level: string): Labels => ({ service_name: model.service, level, model_name: model.name });
  const line = (requests: RequestWindow, index: number): FleetEntry => {
    const request = loggedRequest(world, requests, index);
    return new TextEntry(completedUs(requests, index), predictionLine(world, request), ownMetadata(world, request));
  };
  return [
    {
      labels: labels('info'),
      everyRequestOf: cells,
      entries: (window) =>
        cells.flatMap((cell) => {
          const requests = world.requests(cell, window);
          const entries: FleetEntry[] = [];
          for (let index = 0; index < requests.count; index++) {
            if (requests.failure[index] === 0) entries.push(new RequestEntry(world, requests, index));
          }
          return entries;
        }),
    },
    {
      labels: labels('error'),
      everyRequestOf: [],
      entries: (window) =>
        fewEntries(world, window, cells, (requests, index) =>
          requests.failure[index] === 0 ? null : line(requests, index),
        ),
    },
    {
      labels: labels('warn'),
      everyRequestOf: [],
      entries: (window) =>
        fewEntries(world, window, cells, (requests, index) => {
          const missing = FEATURES.find((_, f) => Number.isNaN(requests.features[index * FEATURES.length + f]));
          if (missing === undefined) return null;
          return besideRequest(world, requests, {
            index,
            afterUs: -600,
            print: (request, us) => missingLine(request, us, missing.name),
          });
        }),
    },
    {
      labels: labels('debug'),
      everyRequestOf: [],
      entries: (window) => {
        const us = window * WINDOW_MS * 1000 + (keyOf(world.seed, window, model.name.length, 31) % 30_000) * 1000;
        const hits = 900 + (keyOf(world.seed, window, 32) % 100);
        return [
          new TextEntry(
            us,
            JSON.stringify({
              ts: new Date(us / 1000).toISOString(),
              level: 'DEBUG',
              service: model.service,
              event: 'cache_stats',
              hits_per_1000: hits,
            }),
          ),
        ];
      },
    },
  ];
}

/** Plain text with colours, as a console logger writes it, or a line like the gateway's others. */
function healthLine(world: World, window: number): string {
  const connections = keyOf(world.seed, window, 33) % 40;
  if (world.scenario.gatewayPrintsText) {
    return `\u001b[32mDEBUG\u001b[0m \u001b[1mgateway\u001b[0m health check ok: ${MODELS.length} upstreams, ${connections} connections`;
  }
  return JSON.stringify({
    level: 'DEBUG',
    service: 'gateway',
    event: 'health_check',
    upstreams: MODELS.length,
    connections,
  });
}

function gatewayStreams(world: World): FleetStream[] {
  const stream = (level: string, isWanted: (requests: RequestWindow, index: number) => boolean): FleetStream => ({
    labels: { service_name: 'gateway', level },
    everyRequestOf: [],
    entries: (window) =>
      fewEntries(world, window, CELLS, (requests, index) =>
        isWanted(requests, index) ? besideRequest(world, requests, { index, afterUs: 400, print: gatewayLine }) : null,
      ),
  });
  return [
    stream('error', (requests, index) => requests.failure[index] !== 0),
    stream(
      'warn',
      (requests, index) =>
        requests.failure[index] === 0 && (requests.latencyUs[index] ?? 0) > requests.cell.model.slowMs * 1000,
    ),
    {
      labels: { service_name: 'gateway', level: 'debug' },
      everyRequestOf: [],
      entries: (window) => [new TextEntry(window * WINDOW_MS * 1000 + 5_000_000, healthLine(world, window))],
    },
  ];
}

/** What the feature store says about the story's outage and failover, at the moment each begins or ends. */
const storeNotices = (scenario: Scenario): { atMs: number; level: string; event: string; message: string }[] => [
  {
    atMs: scenario.outageStartMs,
    level: 'ERROR',
    event: 'redis_down',
    message: 'redis primary unreachable, 3 of 3 sentinels agree',
  },
  { atMs: scenario.outageEndMs, level: 'INFO', event: 'redis_up', message: 'redis primary back, cache warm' },
  {
    atMs: scenario.failoverStartMs,
    level: 'WARN',
    event: 'redis_failover',
    message: 'promoted replica in another zone, round trips are longer',
  },
];

function storeStreams(world: World): FleetStream[] {
  const notices = (level: string, window: number): FleetEntry[] =>
    storeNotices(world.scenario)
      .filter((notice) => notice.level === level && Math.floor(notice.atMs / WINDOW_MS) === window)
      .map(({ atMs, event, message }) => {
        const ts = new Date(atMs).toISOString();
        return new TextEntry(atMs * 1000, JSON.stringify({ ts, level, service: 'feature-store', event, message }));
      });
  const stream = (level: string, isWanted: (requests: RequestWindow, index: number) => boolean): FleetStream => ({
    labels: { service_name: 'feature-store', level: level.toLowerCase() },
    everyRequestOf: [],
    entries: (window) => [
      ...notices(level, window),
      ...fewEntries(world, window, CELLS, (requests, index) => {
        if (!isWanted(requests, index)) return null;
        const afterFetchUs = (requests.stageUs[index * 4] ?? 0) + 1000 - (requests.latencyUs[index] ?? 0);
        return besideRequest(world, requests, { index, afterUs: afterFetchUs, print: fetchLine });
      }),
    ],
  });
  return [
    stream('ERROR', (requests, index) => requests.failure[index] === 1),
    stream(
      'WARN',
      (requests, index) => requests.failure[index] !== 1 && (requests.stageUs[index * 4] ?? 0) > SLOW_FETCH_US,
    ),
    {
      labels: { service_name: 'feature-store', level: 'info' },
      everyRequestOf: [],
      entries: (window) => notices('INFO', window),
    },
  ];
}

/** The batch job's own stream; its labels are those of the service, so it joins the service's info stream in the store. */
function batchStream(jobs: BatchJobs): FleetStream {
  const line = (us: number, event: string, job: { traceId: string }, more: object): FleetEntry => {
    const text = JSON.stringify({
      ts: new Date(us / 1000).toISOString(),
      level: 'INFO',
      service: 'churn-batch',
      event,
      model_name: 'churn_scorer',
      model_version: '1.8.2',
      job_name: BATCH_JOB_NAME,
      trace_id: job.traceId,
      ...more,
    });
    return new TextEntry(us, text, { trace_id: job.traceId });
  };
  return {
    labels: { service_name: 'churn-batch', level: 'info', model_name: 'churn_scorer' },
    everyRequestOf: [],
    entries: (window) => {
      const fromMs = window * WINDOW_MS;
      const toMs = fromMs + WINDOW_MS;
      return jobs.between(fromMs, toMs).flatMap((job) => [
        ...(job.startMs >= fromMs ? [line(job.startMs * 1000, 'batch_job_started', job, {})] : []),
        ...(job.endMs < toMs
          ? [
              line(job.endMs * 1000, 'batch_job_completed', job, {
                rows: job.rows,
                duration_s: (job.endMs - job.startMs) / 1000,
              }),
            ]
          : []),
      ]);
    },
  };
}

/** Every stream of the fleet; two may have the same labels, and are one to the reader. */
export function fleetStreams(world: World, jobs: BatchJobs): FleetStream[] {
  return [
    ...MODELS.flatMap((model) => modelStreams(world, model)),
    batchStream(jobs),
    ...gatewayStreams(world),
    ...storeStreams(world),
  ];
}
