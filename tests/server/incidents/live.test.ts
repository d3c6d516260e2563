import { afterEach, describe, expect, it } from 'vitest';
import type { Database } from '@/lib/server/db';
import { AppError } from '@/lib/server/errors';
import { touchIncident } from '@/lib/server/incidents/append';
import { LiveWatcher, type WatchEvent } from '@/lib/server/incidents/live';
import { onlookersOf, PresenceBook, type Viewer } from '@/lib/server/incidents/presence';
import { declared, onBothDatabases } from './both-databases';

onBothDatabases('those who look at an incident', (stage) => {
  let isLost = false;
  const lossy = (): Database => {
    if (isLost) throw new AppError('storage_unavailable', 'The database is gone.');
    return stage().database;
  };
  const stops: (() => void)[] = [];
  afterEach(() => {
    isLost = false;
    for (const stop of stops.splice(0)) stop();
  });
  const change = (id: string) => stage().database.write((transaction) => touchIncident(transaction, id));

  async function watched(readers: number) {
    const watcher = new LiveWatcher(lossy);
    const { id } = await declared(stage());
    const { activity } = await change(id);
    const told = Array.from({ length: readers }, (): WatchEvent[] => []);
    const leave = told.map((events) =>
      watcher.watch({ kind: 'incident', id, activity }, (event) => void events.push(event)),
    );
    stops.push(...leave);
    return { watcher, id, activity, told, leave };
  }

  describe('from two consoles on one database', () => {
    const viewer = (viewerId: string, name: string, editing: string[] = []): Viewer => ({
      viewerId,
      editing,
      identity: { id: name, name },
    });

    it('are each told of the other and what the other writes, until the other leaves or falls silent', async () => {
      let nowMs = 1_700_000_000_000;
      const now = () => nowMs;
      const { id } = await declared(stage());
      const { activity } = await change(id);
      const [here, there] = [new PresenceBook(lossy, now), new PresenceBook(lossy, now)];
      const watcher = new LiveWatcher(lossy, now);
      const [ana, bo] = [viewer('a1', 'ana'), viewer('b1', 'bo', ['impact'])];
      let others: unknown = 'nothing told';
      stops.push(
        watcher.watch({ kind: 'incident', id, activity }, (event) => {
          if (event.type === 'people') others = onlookersOf(event.people, ana);
        }),
      );
      const topic = `incident:${id}`;
      const anaLeaves = await here.enter(topic, ana);
      const boLeaves = await there.enter(topic, bo);
      await watcher.look();
      expect(others).toEqual([{ name: 'bo', isReader: false, editing: ['impact'] }]);
      // Another part is another stream of the same tab: the newer one counts, whichever of the two is closed first.
      nowMs += 1;
      const boGoesOn = await there.enter(topic, viewer('b1', 'bo', ['lessons']));
      await boLeaves();
      await here.enter(topic, viewer('a2', 'ana'));
      await watcher.look();
      expect(others).toEqual([
        { name: 'ana', isReader: true, editing: [] },
        { name: 'bo', isReader: false, editing: ['lessons'] },
      ]);
      await boGoesOn();
      await watcher.look();
      expect(others).toEqual([{ name: 'ana', isReader: true, editing: [] }]);
      // A process that died beats no more.
      await there.enter(topic, bo);
      nowMs += 40_000;
      await here.beat();
      await watcher.look();
      expect(others).toEqual([{ name: 'ana', isReader: true, editing: [] }]);
      await anaLeaves();
    });

    it('hear nothing of each other where it cannot be written down, and lose nothing by it', async () => {
      isLost = true;
      const leave = await new PresenceBook(lossy).enter('incident:x', viewer('a1', 'ana'));
      await leave();
      isLost = false;
      expect(
        await stage().database.read((client) => client.livePresence.count({ where: { topic: 'incident:x' } })),
      ).toBe(0);
    });
  });

  describe('together', () => {
    it('are both told of one change, once', async () => {
      const { watcher, id, activity, told } = await watched(2);
      await watcher.look();
      expect(told).toEqual([[], []]);
      await change(id);
      await watcher.look();
      await watcher.look();
      const changed = [{ type: 'changed', activity: activity + 1 }];
      expect(told).toEqual([changed, changed]);
    });

    it('hear nothing more once they left', async () => {
      const { watcher, id, told, leave } = await watched(2);
      leave[0]?.();
      await change(id);
      await watcher.look();
      expect(told.map(({ length }) => length)).toEqual([0, 1]);
    });

    it('hear once that the database is lost, and of a change when it is back', async () => {
      const { watcher, id, activity, told } = await watched(2);
      isLost = true;
      await watcher.look();
      await watcher.look();
      const stale = { type: 'stale', sentence: 'The database is gone.' };
      expect(told).toEqual([[stale], [stale]]);
      isLost = false;
      await change(id);
      await watcher.look();
      const back = { type: 'changed', activity: activity + 1 };
      expect(told).toEqual([
        [stale, back],
        [stale, back],
      ]);
    });
  });
});
