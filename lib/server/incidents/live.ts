import 'server-only';
import type { LiveEvent } from '@/lib/contracts/live';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { processWide } from '../process-wide';
import { onlookersOf, type Present, presenceBook, presentOn, type Viewer } from './presence';

/**
 * Tells the viewers of an incident or an investigation that it changed, whichever process changed it. One watcher in
 * each process asks the database once a second for what somebody looks at here, and for nothing while nobody does.
 */

export type Watched = 'incident' | 'investigation';

/** What the watcher tells: what happened, and who looks, of whom each reader is told the others. */
export type WatchEvent = Exclude<LiveEvent, { type: 'present' }> | { type: 'people'; people: readonly Present[] };

type Listener = (event: WatchEvent) => void;

const BEAT_MS = 1_000;

interface Topic {
  kind: Watched;
  id: string;
  activity: number;
  stale: boolean;
  /** Who looked at the last look, as text to compare; null: somebody came who was told nothing yet. */
  people: string | null;
  listeners: Set<Listener>;
}

/** Nobody, as text. */
const NOBODY = '[]';

/** The watcher of one process. */
export class LiveWatcher {
  #topics = new Map<string, Topic>();
  #timer: NodeJS.Timeout | null = null;
  #looking = false;

  constructor(
    private readonly database: () => Database,
    private readonly now: () => number = Date.now,
  ) {}

  /** Calls the listener for each change after `activity`, until the returned function is called. */
  watch(place: { kind: Watched; id: string; activity: number }, listener: Listener): () => void {
    const key = `${place.kind}:${place.id}`;
    const topic = this.#topics.get(key) ?? { ...place, stale: false, people: NOBODY, listeners: new Set<Listener>() };
    if (topic.people !== NOBODY) topic.people = null;
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
      const { activities, present } = await this.#ask(topics);
      for (const topic of topics) {
        const key = `${topic.kind}:${topic.id}`;
        const tell = (event: WatchEvent) => {
          for (const listener of topic.listeners) listener(event);
        };
        const activity = activities.get(key);
        if (activity !== undefined && (activity !== topic.activity || topic.stale)) {
          topic.activity = activity;
          topic.stale = false;
          tell({ type: 'changed', activity });
        }
        const people = present.get(key) ?? [];
        const told = JSON.stringify(people);
        if (told === topic.people) continue;
        topic.people = told;
        tell({ type: 'people', people });
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

  async #ask(topics: readonly Topic[]): Promise<{ activities: Map<string, number>; present: Map<string, Present[]> }> {
    const idsOf = (kind: Watched) => topics.filter((topic) => topic.kind === kind).map(({ id }) => id);
    const [incidents, investigations] = [idsOf('incident'), idsOf('investigation')];
    const select = { id: true, activity: true };
    return this.database().read(async (client) => {
      const [seen, noted, present] = await Promise.all([
        incidents.length === 0 ? [] : client.incident.findMany({ where: { id: { in: incidents } }, select }),
        investigations.length === 0
          ? []
          : client.investigation.findMany({ where: { id: { in: investigations } }, select }),
        presentOn(
          client,
          topics.map(({ kind, id }) => `${kind}:${id}`),
          this.now(),
        ),
      ]);
      const activities = new Map([
        ...seen.map(({ id, activity }) => [`incident:${id}`, activity] as const),
        ...noted.map(({ id, activity }) => [`investigation:${id}`, activity] as const),
      ]);
      return { activities, present };
    });
  }
}

const watcher = (): LiveWatcher => processWide('live-watcher', () => new LiveWatcher(db));

/**
 * Tells a reader of changes until the reader leaves, and a reader who names a viewer of the others who look. Several
 * changes while the reader is busy are told as one.
 */
export async function followChanges(
  { viewer, ...place }: { kind: Watched; id: string; activity: number; viewer: Viewer | null },
  emit: (event: LiveEvent) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  // Each kind waits in a place of its own: who looks must not push out that something changed.
  const waiting = new Map<'change' | 'people', LiveEvent>();
  let wake: () => void = () => undefined;
  const stop = watcher().watch(place, (event) => {
    if (event.type !== 'people') waiting.set('change', event);
    else if (viewer !== null) waiting.set('people', { type: 'present', others: onlookersOf(event.people, viewer) });
    wake();
  });
  signal.addEventListener('abort', () => wake(), { once: true });
  let leave: (() => Promise<void>) | null = null;
  try {
    await emit({ type: 'hello', activity: place.activity });
    if (viewer !== null) leave = await presenceBook().enter(`${place.kind}:${place.id}`, viewer);
    while (!signal.aborted) {
      const [next] = waiting;
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      waiting.delete(next[0]);
      await emit(next[1]);
    }
  } finally {
    stop();
    await leave?.();
  }
}
