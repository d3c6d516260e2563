import { startLoop } from '@/lib/server/background/loop';
import { openDatabase } from '@/lib/server/db';
import { deliveryLoop } from '@/lib/server/webhooks/deliver';
import { configured } from './endpoint';

/**
 * A console's delivering half as a process of its own, to be killed: DATABASE ENDPOINT LEASE-MS AHEAD-MS, with its clock
 * AHEAD-MS later than the machine's.
 */
const [, , url = '', endpoint = '', leaseTtlMs = '0', aheadMs = '0'] = process.argv;
const database = openDatabase(url);
startLoop(
  deliveryLoop({
    endpoints: () => [configured(endpoint, { timeoutMs: 2_000 })],
    intervalMs: 20,
    leaseTtlMs: Number(leaseTtlMs),
    redactAnswer: (answer) => answer,
    now: () => Date.now() + Number(aheadMs),
  }),
  database,
);
process.stdout.write('started\n');
// The loop lets a process end that has nothing else to do.
setInterval(() => undefined, 60_000);
