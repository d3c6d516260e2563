import 'server-only';
import { randomUUID } from 'node:crypto';
import type { Onlooker } from '@/lib/contracts/live';
import type { Identity } from '../auth/identity';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { log } from '../log';
import { processWide } from '../process-wide';
import type { Reader } from './find';

/** How often a process says that its streams are still open, and after how long of silence one is gone. */
const BEAT_MS = 10_000;
const GONE_AFTER_MS = 30_000;

/** Somebody who looks, as a stream names them. */
export interface Viewer {
  /** The browser tab. */
  viewerId: string;
  editing: readonly string[];
  identity: Pick<Identity, 'id' | 'name'>;
}

/** One open stream, as every console that shares the database sees it. */
export interface Present {
  viewerId: string;
  personId: string;
  personName: string;
  editing: readonly string[];
}

function readParts(text: string): string[] {
  try {
    const parts: unknown = JSON.parse(text);
    return Array.isArray(parts) ? parts.map(String) : [];
  } catch {
    return [];
  }
}

/**
 * Writes down who looks at what, for the consoles that share the database: a hint, which costs nobody anything where it
 * cannot be written. A row lives as long as its stream; of a process that died it counts for thirty seconds more.
 */
export class PresenceBook {
  #open = new Set<string>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly database: () => Database,
    private readonly now: () => number = Date.now,
  ) {}

  /** Enters a stream; the returned function takes it out. Neither throws. */
  async enter(topic: string, { viewerId, editing, identity }: Viewer): Promise<() => Promise<void>> {
    const id = randomUUID();
    const nowMs = BigInt(this.now());
    await this.#try(async (database) => {
      await database.write(async ({ livePresence }) => {
        await livePresence.deleteMany({ where: { seenAtMs: { lt: nowMs - BigInt(GONE_AFTER_MS) } } });
        await livePresence.create({
          data: {
            id,
            topic,
            viewerId,
            personId: identity.id,
            personName: identity.name,
            editing: JSON.stringify(editing),
            openedAtMs: nowMs,
            seenAtMs: nowMs,
          },
        });
      });
    });
    this.#open.add(id);
    this.#timer ??= setInterval(() => void this.beat(), BEAT_MS).unref();
    return async () => {
      this.#open.delete(id);
      if (this.#open.size === 0 && this.#timer !== null) {
        clearInterval(this.#timer);
        this.#timer = null;
      }
      await this.#try((database) => database.write(({ livePresence }) => livePresence.deleteMany({ where: { id } })));
    };
  }

  /** Says that the streams of this process are still open. */
  async beat(): Promise<void> {
    const ids = [...this.#open];
    const seenAtMs = BigInt(this.now());
    await this.#try((database) =>
      database.write(({ livePresence }) => livePresence.updateMany({ where: { id: { in: ids } }, data: { seenAtMs } })),
    );
  }

  async #try(write: (database: Database) => Promise<unknown>): Promise<void> {
    try {
      await write(this.database());
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.debug({ err: error }, 'Who looks could not be written down.');
    }
  }
}

/** The one book of this process; it asks for the database at each use, so it can be made before there is one. */
export const presenceBook = (): PresenceBook => processWide('presence-book', () => new PresenceBook(db));

/** Who looks at these topics now, by topic; a tab that has just opened a new stream counts once, by the newer one. */
export async function presentOn(
  reader: Reader,
  topics: readonly string[],
  nowMs: number,
): Promise<Map<string, Present[]>> {
  const rows = await reader.livePresence.findMany({
    where: { topic: { in: [...topics] }, seenAtMs: { gte: BigInt(nowMs - GONE_AFTER_MS) } },
    orderBy: [{ openedAtMs: 'asc' }, { id: 'asc' }],
  });
  const byTopic = new Map<string, Map<string, Present>>();
  for (const { topic, viewerId, personId, personName, editing } of rows) {
    const own = byTopic.get(topic) ?? new Map<string, Present>();
    own.set(viewerId, { viewerId, personId, personName, editing: readParts(editing) });
    byTopic.set(topic, own);
  }
  return new Map([...byTopic].map(([topic, own]) => [topic, [...own.values()]]));
}

/** The others, as one of those who look is told of them: by person, all windows of one together. */
export function onlookersOf(present: readonly Present[], reader: Viewer): Onlooker[] {
  const people = new Map<string, Onlooker>();
  for (const { viewerId, personId, personName, editing } of present) {
    if (viewerId === reader.viewerId) continue;
    const known = people.get(personId)?.editing ?? [];
    people.set(personId, {
      name: personName,
      isReader: personId === reader.identity.id,
      editing: [...new Set([...known, ...editing])].sort(),
    });
  }
  return [...people.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
