import { startLoop } from '@/lib/server/background/loop';
import { getConfig } from '@/lib/server/config';
import { openDatabase } from '@/lib/server/db';
import { syntheticLoop } from '@/lib/server/synthetic/loop';
import { fastClock } from './fast-clock';

/** A console of its own as far as synthetic checks go. Argument: when its fast clock began, so that all have the same. */
const { now, wait } = fastClock(Number(process.argv[2]));
const database = openDatabase(getConfig().database.url, { patienceMs: 20_000 });
startLoop(syntheticLoop({ now, clock: now, wait, everyMs: 20, leaseTtlMs: 1_500 }), database);
// The loop alone keeps no process alive.
setInterval(() => undefined, 60_000);
