import { writeSync } from 'node:fs';
import { startLoop } from '@/lib/server/background/loop';
import { getConfig } from '@/lib/server/config';
import { openDatabase } from '@/lib/server/db';
import { guardLoop } from '@/lib/server/rollouts/loop';
import { deliveryLoop } from '@/lib/server/webhooks/deliver';

/**
 * A console of its own as far as the guard goes: it evaluates and delivers, on a clock that goes on by a minute after
 * each evaluation, from where what is stored ends. Says `evaluated AT_MS DECISION` after each commit. Arguments: the
 * instant to begin at, the last one, `deliver` or `hold` (the process dies before it delivers).
 */
const [startMs = '0', endMs = '0', delivers = 'deliver'] = process.argv.slice(2);
const MINUTE_MS = 60_000;
/** Scrapes of the lab are 30 s apart. */
const SETTLE_MS = 30_000;
const database = openDatabase(getConfig().database.url, { patienceMs: 20_000 });

let nowMs = 0;
const guard = guardLoop({ now: () => nowMs });
startLoop(
  {
    ...guard,
    leaseTtlMs: 1_500,
    async run(context) {
      const last = await database.read((client) => client.guardEvaluation.findFirst({ orderBy: { atMs: 'desc' } }));
      const atMs = last === null ? Number(startMs) : Number(last.atMs) + MINUTE_MS;
      if (atMs > Number(endMs)) return 50;
      nowMs = atMs + SETTLE_MS;
      await guard.run({ ...context, nowMs });
      const stored = await database.read((client) => client.guardEvaluation.findFirst({ orderBy: { atMs: 'desc' } }));
      // Synchronous, so that it is in the pipe before anything else can happen.
      writeSync(1, `evaluated ${stored?.atMs} ${stored?.decision}\n`);
      return 1;
    },
  },
  database,
);
if (delivers === 'deliver') startLoop(deliveryLoop({ intervalMs: 50, leaseTtlMs: 1_500 }), database);
// The loops alone keep no process alive.
setInterval(() => undefined, 60_000);
