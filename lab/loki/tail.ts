import type { WebSocket } from 'ws';
import { type LabAnswer, type LabRequest, textAnswer } from '../http';
import type { Labels, LogEntry, LogStore } from '../stores';
import { toStreams } from './answers';
import type { LogExpr } from './ast';
import { LokiError, toLokiError } from './errors';
import { LineLabels } from './labels';
import { withDetectedLevel } from './level';
import { checkEntries, integerParam, limitOf, rangeOf } from './params';
import { parseQuery } from './parse';
import { compilePipeline, type Passing, type Step } from './pipeline';
import { wantsCategories } from './query-api';
import { type FoundLine, findLines } from './scan';
import { noCost } from './windows';

const FRAME_ENTRIES = 100;
const FLUSH_MS = 100;
const PING_MS = 1000;
/** tail_max_duration of Loki's defaults. */
const MAX_DURATION_MS = 3_600_000;
/** What waits for a slow reader: past these the oldest lines are dropped and named in `dropped_entries`. */
const MAX_WAITING = 5000;
const MAX_BUFFERED_BYTES = 2 ** 20;
const MAX_DROPPED_NAMED = 1000;
const MAX_DELAY_S = 5;

interface TailRequest {
  expr: LogExpr;
  steps: readonly Step[];
  limit: number;
  delayMs: number;
  startNs: bigint;
  endNs: bigint;
}

function readTail(params: URLSearchParams, nowMs: number): TailRequest {
  const expr = parseQuery(params.get('query') ?? '');
  if (expr.kind !== 'log') throw new LokiError(400, 'only log queries can be tailed');
  const delayS = integerParam(params, 'delay_for', 0);
  if (delayS < 0 || delayS > MAX_DELAY_S) throw new LokiError(400, `delay_for can't be greater than ${MAX_DELAY_S}`);
  const limit = limitOf(params);
  checkEntries(limit);
  const { startNs } = rangeOf(params, nowMs);
  const endNs = BigInt(Math.floor(nowMs)) * 1_000_000n + 1n;
  return { expr, steps: compilePipeline(expr.stages, null), limit, delayMs: delayS * 1000, startNs, endNs };
}

/** The refusal of a tail request before the upgrade: Loki answers a bad query with plain HTTP. Null when it is good. */
export function refuseTail(params: URLSearchParams): LabAnswer | null {
  try {
    readTail(params, Date.now());
    return null;
  } catch (error) {
    const { status, message } = toLokiError(error);
    return textAnswer(status, message);
  }
}

class Tail {
  private readonly waiting: { readyMs: number; line: FoundLine }[] = [];
  private dropped: { timestamp: string; labels: Record<string, string> }[] = [];
  private readonly passing: Passing = { line: '', timeNs: 0n, labels: new LineLabels() };
  private readonly socket: WebSocket;
  private readonly request: TailRequest;
  private readonly categorized: boolean;

  constructor(socket: WebSocket, request: TailRequest, categorized: boolean) {
    this.socket = socket;
    this.request = request;
    this.categorized = categorized;
  }

  history(store: LogStore): void {
    const { expr, startNs, endNs, limit } = this.request;
    if (startNs >= endNs) return;
    const query = { expr, startNs, endNs, limit, backward: true, intervalNs: 0n };
    for (const line of findLines(store, query, noCost()).reverse()) this.waiting.push({ readyMs: 0, line });
    this.flush();
  }

  take(labels: Labels, entry: LogEntry): void {
    const { passing, request } = this;
    passing.line = entry.line;
    passing.timeNs = entry.timeNs;
    passing.labels.reset(labels, withDetectedLevel(labels, entry));
    if (!request.steps.every((step) => step(passing))) return;
    const line = {
      timeNs: entry.timeNs,
      line: passing.line,
      stream: passing.labels.streamLabels(),
      metadata: passing.labels.metadataLabels(),
      parsed: passing.labels.parsedLabels(),
    };
    this.waiting.push({ readyMs: Date.now() + request.delayMs, line });
    while (this.waiting.length > MAX_WAITING) {
      const oldest = this.waiting.shift();
      if (!oldest || this.dropped.length >= MAX_DROPPED_NAMED) continue;
      this.dropped.push({ timestamp: oldest.line.timeNs.toString(), labels: oldest.line.stream });
    }
  }

  flush(): void {
    while (this.socket.readyState === this.socket.OPEN && this.socket.bufferedAmount < MAX_BUFFERED_BYTES) {
      const now = Date.now();
      const due = this.waiting.findIndex(({ readyMs }) => readyMs > now);
      const count = Math.min(FRAME_ENTRIES, due < 0 ? this.waiting.length : due);
      if (count === 0 && this.dropped.length === 0) return;
      const lines = this.waiting.splice(0, count).map(({ line }) => line);
      const frame = {
        streams: toStreams(lines, this.categorized),
        ...(this.dropped.length > 0 && { dropped_entries: this.dropped }),
        ...(this.categorized && { encodingFlags: ['categorize-labels'] }),
      };
      this.dropped = [];
      this.socket.send(JSON.stringify(frame));
    }
  }
}

/**
 * Serves one tail on an open WebSocket until it closes: the newest `limit` lines since `start`, oldest first, then
 * what arrives. Slow readers lose the oldest lines and are told which. Refuse bad requests before with refuseTail;
 * here they close the socket with 1011 and the reason.
 */
export function attachTail(
  socket: WebSocket,
  params: URLSearchParams,
  store: LogStore,
  headers: LabRequest['headers'] = {},
): void {
  let stop: () => void = () => undefined;
  const timers: NodeJS.Timeout[] = [];
  const end = (): void => {
    stop();
    for (const timer of timers) clearInterval(timer);
  };
  socket.on('close', end);
  socket.on('error', () => socket.terminate());
  try {
    const request = readTail(params, Date.now());
    const tail = new Tail(socket, request, wantsCategories(headers));
    stop = store.tail(request.expr.matchers, (labels, entry) => tail.take(labels, entry));
    tail.history(store);
    timers.push(
      setInterval(() => tail.flush(), FLUSH_MS),
      setInterval(() => socket.ping(), PING_MS),
      setTimeout(() => socket.close(1011, 'reached tail max duration limit'), MAX_DURATION_MS),
    );
  } catch (error) {
    end();
    // A close reason holds 123 bytes at most.
    socket.close(
      1011,
      Buffer.from(toLokiError(error).message)
        .subarray(0, 120)
        .toString('utf8')
        .replace(/\ufffd+$/, ''),
    );
  }
}
