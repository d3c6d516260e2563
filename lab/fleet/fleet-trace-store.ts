import type { Trace, TraceStore } from '../stores';
import type { BatchJobs } from './batch-jobs';
import { completedUs } from './log-lines';
import { CELLS } from './models';
import { WINDOW_MS } from './scenario';
import { batchTrace, requestTraces } from './trace-spans';
import type { World } from './world';

/** No request takes longer: how far after its first span a trace may complete. */
const LONGEST_REQUEST_MS = WINDOW_MS;

/** The fleet's Tempo: the traces that tail sampling kept, made of the same requests that the metrics count. */
export class FleetTraceStore implements TraceStore {
  constructor(
    private readonly world: World,
    private readonly jobs: BatchJobs,
  ) {}

  byId(traceId: string): Trace | null {
    const job = this.jobs.ofTrace(traceId);
    if (job !== null)
      return job.endMs <= this.world.now() && job.endMs >= this.world.firstMs() ? batchTrace(this.world, job) : null;
    const home = this.world.placeOfTrace(traceId);
    const found = home === null ? null : this.world.find(home.place);
    if (found === null || found.requests.sampled[found.index] !== 1) return null;
    return requestTraces(this.world, found.requests, found.index).find((trace) => trace.traceId === traceId) ?? null;
  }

  *scan(startMs: number, endMs: number): Iterable<Trace> {
    const { first, last } = this.world.windowsOf(startMs, endMs + LONGEST_REQUEST_MS);
    const nowMs = this.world.now();
    const startUs = startMs * 1000;
    const endUs = endMs * 1000;
    for (let window = last; window >= first; window--) {
      const found: { fromUs: number; make: () => Trace[] }[] = [];
      for (const cell of CELLS) {
        const requests = this.world.requests(cell, window);
        for (let index = 0; index < requests.count; index++) {
          if (requests.sampled[index] === 0) continue;
          const toUs = completedUs(requests, index);
          const fromUs = toUs - (requests.latencyUs[index] ?? 0);
          // The last stage's span starts after the root: a trace of the range's edge has one on either side.
          if (toUs / 1000 > nowMs || toUs < startUs || fromUs >= endUs) continue;
          found.push({ fromUs, make: () => requestTraces(this.world, requests, index) });
        }
      }
      const windowMs = window * WINDOW_MS;
      for (const job of this.jobs.endedIn(windowMs, windowMs + WINDOW_MS)) {
        if (job.endMs > nowMs || job.endMs < startMs || job.startMs >= endMs) continue;
        found.push({ fromUs: job.startMs * 1000, make: () => [batchTrace(this.world, job)] });
      }
      found.sort((a, b) => b.fromUs - a.fromUs);
      for (const { make } of found) {
        for (const trace of make()) {
          if (trace.spans.some(({ startNs }) => Number(startNs) >= startMs * 1e6 && Number(startNs) < endMs * 1e6))
            yield trace;
        }
      }
    }
  }

  push(): void {
    throw new Error('the simulated fleet writes its own traces; pushed spans belong into the layer above it');
  }
}
