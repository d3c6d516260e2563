import { randomBytes } from 'node:crypto';
import { lifeOf, rolesOf } from './fleet/conditions';
import type { Fleet } from './fleet/fleet';
import { completedUs, predictionLine } from './fleet/log-lines';
import { CELLS, type Cell } from './fleet/models';
import { WINDOW_MS } from './fleet/scenario';
import { requestTraceOf } from './fleet/trace-spans';
import { RequestWindow, simulateWindow } from './fleet/window';
import { jsonAnswer, type LabEngine, textAnswer } from './http';
import type { LogStore, TraceStore } from './stores';

/** How long a collector and an agent take to bring spans and lines on, milliseconds. */
export interface PredictDelays {
  traceMs: number;
  logMs: number;
}

const DELAYS: PredictDelays = { traceMs: 1_200, logMs: 400 };
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;
const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** The version that answers: the champion of now. */
function championOf(model: string, atMs: number, { scenario }: Fleet): Cell | null {
  const living = CELLS.filter((cell) => {
    const { startMs, endMs } = lifeOf(cell, scenario);
    return cell.model.name === model && atMs >= startMs && atMs < endMs;
  });
  const roleOf = (cell: Cell) =>
    rolesOf(cell, scenario)
      .filter(({ startMs }) => startMs <= atMs)
      .at(-1)?.role;
  return living.find((cell) => roleOf(cell) === 'champion') ?? living[0] ?? null;
}

/**
 * The models' own endpoints: `POST /predict/MODEL` answers as the champion would, takes as long as it does, and leaves
 * what every request of the fleet leaves: a count at the next scrape, a trace that goes on from `traceparent`, and a log
 * line with `x-request-id`.
 */
export function predictEngine(
  fleet: Fleet,
  { traces, logs }: { traces: TraceStore; logs: LogStore },
  delays: PredictDelays = DELAYS,
): LabEngine {
  return async ({ method, path, headers, body }) => {
    const nowMs = fleet.world.now();
    const cell = championOf(path.slice(1), nowMs, fleet);
    if (cell === null) return textAnswer(404, 'the fleet has no such model; try /predict/fraud_detector\n');
    if (method !== 'POST') return textAnswer(405, 'a prediction is a POST\n');
    if (!isObject(body.toString('utf8'))) return jsonAnswer(422, { error: 'the body must be a JSON object' });
    const request = oneRequest(fleet, cell, nowMs);
    const latencyMs = (request.latencyUs[0] ?? 0) / 1000;
    await new Promise((resolve) => setTimeout(resolve, latencyMs));
    const [, traceId = randomBytes(16).toString('hex'), parentSpanId = ''] =
      TRACEPARENT.exec(headers.traceparent ?? '') ?? [];
    const given = headers['x-request-id'] ?? '';
    const requestId = REQUEST_ID.test(given) ? given : `req-${randomBytes(4).toString('hex')}`;
    const endMs = fleet.world.now();
    request.window = Math.floor(endMs / WINDOW_MS);
    request.offsetUs.set([Math.floor((endMs - request.startMs) * 1000)]);
    fleet.metrics.count(cell, { requests: request, traceId, atMs: endMs });
    const logged = { requests: request, index: 0, requestId, traceId };
    const later = (ms: number, run: () => void) => (ms === 0 ? run() : void setTimeout(run, ms).unref());
    later(delays.traceMs, () => traces.push(requestTraceOf(fleet.world, { ...logged, parentSpanId }).spans));
    later(delays.logMs, () =>
      logs.push([
        {
          labels: { service_name: cell.model.service, level: 'info', model_name: cell.model.name },
          entries: [
            {
              timeNs: BigInt(completedUs(request, 0)) * 1000n,
              line: predictionLine(fleet.world, logged),
              structuredMetadata: { trace_id: traceId, request_id: requestId },
            },
          ],
        },
      ]),
    );
    const score = request.score[0] ?? 0;
    const { positive, negative } = cell.model.labels;
    return jsonAnswer(200, {
      model_name: cell.model.name,
      model_version: cell.version,
      request_id: requestId,
      prediction: { label: score >= 0.5 ? positive : negative, score },
    });
  };
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** A request like those of now that went well; every one is the same within a window. */
function oneRequest({ world }: Fleet, cell: Cell, nowMs: number): RequestWindow {
  for (let window = Math.floor(nowMs / WINDOW_MS); ; window--) {
    const all = simulateWindow(world, cell, window);
    const index = all.failure.subarray(0, all.count).indexOf(0);
    if (index < 0) continue;
    const one = new RequestWindow(cell, window);
    one.reserve(1);
    one.latencyUs.set([all.latencyUs[index] ?? 0]);
    one.stageUs.set(all.stageUs.subarray(index * 4, index * 4 + 4));
    one.segment.set([all.segment[index] ?? 0]);
    one.country.set([all.country[index] ?? 0]);
    const features = one.features.length;
    one.features.set(all.features.subarray(index * features, index * features + features));
    one.score.set([all.score[index] ?? 0]);
    one.sampled.set([1]);
    return one;
  }
}
