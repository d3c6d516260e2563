import { afterEach, describe, expect, it } from 'vitest';
import type { LiveEvent } from '@/lib/contracts/incident';
import type { Database } from '@/lib/server/db';
import { AppError } from '@/lib/server/errors';
import { touchIncident } from '@/lib/server/incidents/append';
import { LiveWatcher } from '@/lib/server/incidents/live';
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
    const told = Array.from({ length: readers }, (): LiveEvent[] => []);
    const leave = told.map((events) =>
      watcher.watch({ kind: 'incident', id, activity }, (event) => void events.push(event)),
    );
    stops.push(...leave);
    return { watcher, id, activity, told, leave };
  }

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
