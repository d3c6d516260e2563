import 'server-only';
import { setTimeout as wait } from 'node:timers/promises';
import WebSocket from 'ws';
import type { SourceConfig } from '../config';
import { AppError } from '../errors';
import { fetchUpstream } from '../upstream';
import { malformed, plainWords, refusalError, UpstreamError } from '../upstream/error';
import { isUnreachable, unreachableError } from '../upstream/network';
import { upstreamUrl } from '../upstream/url';
import { explainLoki } from './api';
import { CATEGORIZE, entryHash, type LogEntry, mergeStreams } from './entries';
import { StreamsAnswer, TailFrameBody } from './schema';
import { addNs, compareNs, toNs } from './time';

/** Lines that arrived together. */
export interface TailFrame {
  entries: LogEntry[];
  /** Lines that Loki or this console left out because the reader was too slow; null when some were, uncounted. */
  dropped: number | null;
  categorized: boolean;
  /** True where Loki cannot be listened to and is asked every few seconds instead. */
  polled: boolean;
}

/** Lines held for a slow reader; beyond it the oldest are dropped and counted. */
export const TAIL_BUFFER_LINES = 10_000;
const MAX_FRAME_BYTES = 8 * 1024 * 1024;
const POLL_MS = 3_000;
/** Late lines arrive behind newer ones. */
const POLL_OVERLAP_NS = 5_000_000_000n;
const POLL_LIMIT = 1_000;
const MAX_REFUSAL_BYTES = 64 * 1024;

export interface TailAsked {
  startMs: number;
  limit?: number;
  /** Told when lines can come from now on: a quiet stream gives no frame to see it by. */
  onOpen?: (how: { polled: boolean }) => void;
}

/** What one connection hands over: frames, and why it ended. */
class Mailbox {
  #frames: TailFrame[] = [];
  #lines = 0;
  #dropped = 0;
  #end: { error: unknown } | null = null;
  #wake: (() => void) | null = null;

  put(frame: TailFrame): void {
    this.#frames.push(frame);
    this.#lines += frame.entries.length;
    while (this.#lines > TAIL_BUFFER_LINES && this.#frames.length > 1) {
      const oldest = this.#frames.shift();
      this.#lines -= oldest?.entries.length ?? 0;
      this.#dropped += (oldest?.entries.length ?? 0) + (oldest?.dropped ?? 0);
    }
    this.#wake?.();
  }

  end(error: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  /** The next frame, or null at the end; throws what the connection ended with. */
  async take(): Promise<TailFrame | null> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) {
        this.#lines -= frame.entries.length;
        const dropped = (frame.dropped ?? 0) + this.#dropped;
        this.#dropped = 0;
        return { ...frame, dropped };
      }
      if (this.#end !== null) {
        if (this.#end.error === null) return null;
        throw this.#end.error;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }
}

/** Loki closes a tail after an hour with this reason; the listener goes on with a new one. */
class TailExpired extends Error {}

/**
 * Lines as they arrive, until the signal aborts; then it returns. A gateway without WebSocket is polled instead, which
 * the frames say. Throws when the query is refused or the connection breaks.
 */
export async function* tailLoki(
  source: SourceConfig,
  query: string,
  asked: TailAsked,
  signal: AbortSignal,
): AsyncGenerator<TailFrame, void> {
  let startNs = toNs(asked.startMs);
  for (;;) {
    try {
      for await (const frame of listen(
        source,
        query,
        { startNs, limit: asked.limit ?? 100, onOpen: asked.onOpen },
        signal,
      )) {
        startNs = newest(frame.entries, startNs, 1n);
        yield frame;
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof TailExpired) continue;
      if (!(error instanceof UpstreamError) || ![404, 405, 426, 501].includes(error.upstreamStatus)) throw error;
      yield* poll(source, query, { startNs, onOpen: asked.onOpen }, signal);
      return;
    }
  }
}

function newest(entries: readonly LogEntry[], floorNs: string, add: bigint): string {
  let latest = floorNs;
  for (const { ns } of entries) {
    const next = addNs(ns, add);
    if (compareNs(next, latest) > 0) latest = next;
  }
  return latest;
}

async function* listen(
  source: SourceConfig,
  query: string,
  { startNs, limit, onOpen }: { startNs: string; limit: number; onOpen: TailAsked['onOpen'] },
  signal: AbortSignal,
): AsyncGenerator<TailFrame, void> {
  signal.throwIfAborted();
  const path = '/loki/api/v1/tail';
  const url = upstreamUrl(source, path, { query, start: startNs, limit });
  const mailbox = new Mailbox();
  const socket = new WebSocket(url.full.replace(/^http/, 'ws'), {
    headers: { 'x-loki-response-encoding-flags': CATEGORIZE, ...url.authorization, ...source.headers },
    handshakeTimeout: source.timeoutMs,
    maxPayload: MAX_FRAME_BYTES,
    followRedirects: false,
  });
  const leave = () => {
    mailbox.end(null);
    socket.terminate();
  };
  signal.addEventListener('abort', leave, { once: true });
  socket.on('open', () => onOpen?.({ polled: false }));
  socket.on('message', (body: Buffer) => {
    const frame = toFrame(body.toString('utf8'));
    if (frame === null) {
      mailbox.end(malformed(source, 'sent a live line in a form this console does not know.'));
      socket.terminate();
    } else if (frame.entries.length > 0 || frame.dropped !== 0) mailbox.put(frame);
  });
  socket.on('unexpected-response', (_request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const refuse = () => {
      const headers = new Headers();
      for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
      const refusal = {
        status: response.statusCode ?? 500,
        contentType: headers.get('content-type') ?? '',
        text: Buffer.concat(chunks).toString('utf8'),
        headers,
      };
      mailbox.end(refusalError(source, path, refusal, explainLoki(refusal)));
      socket.terminate();
    };
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= MAX_REFUSAL_BYTES) chunks.push(chunk);
      else response.destroy();
    });
    response.setTimeout(source.timeoutMs, () => response.destroy());
    response.on('close', refuse);
  });
  socket.on('error', (error) => {
    mailbox.end(
      isUnreachable(error) || 'code' in error
        ? unreachableError(source, error)
        : new AppError('upstream_unreachable', `The live tail of ${source.name} broke: ${plainWords(error.message)}.`, {
            source: source.name,
            cause: error,
          }),
    );
  });
  socket.on('close', (code, reason) => {
    const words = plainWords(reason.toString('utf8'));
    if (/max duration/.test(words)) mailbox.end(new TailExpired(words));
    else {
      const why = words === '' ? `code ${code}` : words;
      mailbox.end(
        new AppError('upstream_unreachable', `${source.name} ended the live tail: ${why}. Start it again.`, {
          source: source.name,
        }),
      );
    }
  });
  try {
    for (;;) {
      const frame = await mailbox.take();
      if (frame === null) return;
      yield frame;
    }
  } finally {
    signal.removeEventListener('abort', leave);
    socket.terminate();
  }
}

function toFrame(text: string): TailFrame | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = TailFrameBody.safeParse(raw);
  if (!parsed.success) return null;
  const { streams, dropped_entries, encodingFlags } = parsed.data;
  return {
    entries: mergeStreams(streams ?? [], 'forward'),
    dropped: dropped_entries?.length ?? 0,
    categorized: encodingFlags?.includes(CATEGORIZE) ?? false,
    polled: false,
  };
}

/** Asks again and again with an overlap, since late lines arrive behind newer ones, and gives each line once. */
async function* poll(
  source: SourceConfig,
  query: string,
  { startNs, onOpen }: { startNs: string; onOpen: TailAsked['onOpen'] },
  signal: AbortSignal,
): AsyncGenerator<TailFrame, void> {
  let fromNs = startNs;
  let isOpen = false;
  let given = new Map<string, string>();
  while (!signal.aborted) {
    try {
      const answer = await fetchUpstream({
        source,
        path: '/loki/api/v1/query_range',
        params: { query, start: fromNs, end: toNs(Date.now() + POLL_MS), limit: POLL_LIMIT, direction: 'backward' },
        headers: { 'x-loki-response-encoding-flags': CATEGORIZE },
        schema: StreamsAnswer,
        signal,
        explain: explainLoki,
      });
      if (!isOpen) onOpen?.({ polled: true });
      isOpen = true;
      const { result, encodingFlags } = answer.value.data;
      const all = mergeStreams(result, 'forward');
      const entries = all.filter((entry) => !given.has(`${entry.ns} ${entryHash(entry)}`));
      // A full page of new lines means that others in between were not fetched; how many is not known.
      const dropped = entries.length >= POLL_LIMIT ? null : 0;
      for (const entry of entries) given.set(`${entry.ns} ${entryHash(entry)}`, entry.ns);
      const nextNs = newest(all, fromNs, -POLL_OVERLAP_NS);
      if (compareNs(nextNs, fromNs) > 0) fromNs = nextNs;
      given = new Map([...given].filter(([, ns]) => compareNs(ns, fromNs) >= 0));
      if (entries.length > 0) {
        yield { entries, dropped, categorized: encodingFlags?.includes(CATEGORIZE) ?? false, polled: true };
      }
      await wait(POLL_MS, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
  }
}
