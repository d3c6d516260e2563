import 'server-only';
import type { LiveEvent } from '@/lib/contracts/incident';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { processWide } from '../process-wide';

/**
 * Tells the viewers of an incident or an investigation that it changed, whichever process changed it. One watcher in
 * each process asks the database once a second for what somebody looks at here, and for nothing while nobody does.
 */

export type Watched = 'incident' | 'investigation';

type Listener = (event: LiveEvent) => void;

const BEAT_MS = 1_000;

interface Topic {
  kind: Watched;
  id: string;
  activity: number;
  stale: boolean;
  listeners: Set<Listener>;
}

/** The watcher of one process. */
export class LiveWatcher {
  #topics = new Map<string, Topic>();
  #timer: NodeJS.Timeout | null = null;
  #looking = false;

  constructor(private readonly database: () => Database) {}

  /** Calls the listener for each change after `activity`, until the returned function is called. */
  watch(place: { kind: Watched; id: string; activity: number }, listener: Listener): () => void {
    const key = `${place.kind}:${place.id}`;
    const topic = this.#topics.get(key) ?? { ...place, stale: false, listeners: new Set<Listener>() };
    // Who comes later may know more than the last look did; those before hear of it at the next.
    topic.activity = Math.min(topic.activity, place.activity);
    topic.listeners.add(listener);
    this.#topics.set(key, topic);
    this.#timer ??= setInterval(() => void this.look(), BEAT_MS).unref();
    return () => {
      topic.listeners.delete(listener);
      if (topic.listeners.size === 0 && this.#topics.get(key) === topic) this.#topics.delete(key);
      if (this.#topics.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }

  /** One look at the database; does nothing while the last one is still out. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const topics = [...this.#topics.values()];
    try {
      const now = await this.#activities(topics);
      for (const topic of topics) {
        const activity = now.get(`${topic.kind}:${topic.id}`);
        if (activity === undefined || (activity === topic.activity && !topic.stale)) continue;
        topic.activity = activity;
        topic.stale = false;
        for (const listener of topic.listeners) listener({ type: 'changed', activity });
      }
    } catch (error) {
      const sentence = error instanceof AppError ? error.message : 'The database cannot be asked at the moment.';
      for (const topic of topics.filter(({ stale }) => !stale)) {
        topic.stale = true;
        for (const listener of topic.listeners) listener({ type: 'stale', sentence });
      }
    } finally {
      this.#looking = false;
    }
  }

  async #activities(topics: readonly Topic[]): Promise<Map<string, number>> {
    const idsOf = (kind: Watched) => topics.filter((topic) => topic.kind === kind).map(({ id }) => id);
    const [incidents, investigations] = [idsOf('incident'), idsOf('investigation')];
    const select = { id: true, activity: true };
    return this.database().read(async (client) => {
      const [seen, noted] = await Promise.all([
        incidents.length === 0 ? [] : client.incident.findMany({ where: { id: { in: incidents } }, select }),
        investigations.length === 0
          ? []
          : client.investigation.findMany({ where: { id: { in: investigations } }, select }),
      ]);
      return new Map([
        ...seen.map(({ id, activity }) => [`incident:${id}`, activity] as const),
        ...noted.map(({ id, activity }) => [`investigation:${id}`, activity] as const),
      ]);
    });
  }
}

const watcher = (): LiveWatcher => processWide('live-watcher', () => new LiveWatcher(db));

/** Tells a reader of changes until the reader leaves. Several changes while the reader is busy are told as one. */
export async function followChanges(
  place: { kind: Watched; id: string; activity: number },
  emit: (event: LiveEvent) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let next: LiveEvent | null = null;
  let wake: () => void = () => undefined;
  const stop = watcher().watch(place, (event) => {
    next = event;
    wake();
  });
  signal.addEventListener('abort', () => wake(), { once: true });
  try {
    await emit({ type: 'hello', activity: place.activity });
    while (!signal.aborted) {
      if (next === null) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const event: LiveEvent = next;
      next = null;
      await emit(event);
    }
  } finally {
    stop();
  }
}
