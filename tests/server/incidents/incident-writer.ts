import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { NewIncident } from '@/lib/contracts/incident';
import { NewEntry } from '@/lib/contracts/incident-entry';
import { Permission } from '@/lib/contracts/permission';
import { receiveDelivery } from '@/lib/server/alert-intake/receive';
import { type Database, openDatabase } from '@/lib/server/db';
import { declareIncident } from '@/lib/server/incidents/declare';
import { addEntry } from '@/lib/server/incidents/entries';
import { bodyNumber } from '../alert-intake/webhook-bodies';

/**
 * A process of its own that declares incidents, adds entries and takes deliveries of alerts in on several databases at
 * once, until it is killed, and says on standard output `ok DATABASE KIND:ID` once each is acknowledged; a database is
 * named by its place. Arguments: addresses of the databases, separated by commas; writes at once on each; ignored; name
 * of its deliveries; ids of the incidents that get entries, one of each database.
 */
const [urls = '', atOnce = '1', , name = '', incidentIds = ''] = process.argv.slice(2);
const identity = { id: 'writer', name: 'Writer', permissions: new Set(Permission.options) };

async function declare(database: Database): Promise<string> {
  const incident = NewIncident.parse({ id: randomUUID(), title: 'By hand', severity: 'SEV3' });
  await database.write((transaction) => declareIncident(transaction, incident, { identity, nowMs: Date.now() }));
  return `incident:${incident.id}`;
}

async function enter(database: Database, incidentId: string): Promise<string> {
  const entry = NewEntry.parse({ incidentId, id: randomUUID(), kind: 'fact', text: 'seen' });
  await addEntry(entry, { identity, nowMs: Date.now() }, database);
  return `entry:${entry.id}`;
}

async function deliver(database: Database, k: number): Promise<string> {
  const received = { source: 'alertmanager' as const, body: bodyNumber(name, k), contentType: 'application/json' };
  await receiveDelivery(received, { database, nowMs: Date.now() });
  return `delivery:${k}`;
}

const targets = urls.split(',').map((url, place) => ({
  database: openDatabase(url, { patienceMs: 20_000 }),
  incidentId: incidentIds.split(',')[place] ?? '',
}));

async function writeTo({ database, incidentId }: (typeof targets)[number], place: number): Promise<void> {
  let delivered = 0;
  const writes = [
    () => declare(database),
    () => enter(database, incidentId),
    () => {
      delivered += 1;
      return deliver(database, delivered);
    },
  ];
  const lane = async (first: number): Promise<void> => {
    for (let turn = first; ; turn += 1) {
      const acknowledged = await writes[turn % writes.length]?.();
      // Synchronous, so that what is acknowledged is in the pipe before anything else can happen.
      writeSync(1, `ok ${place} ${acknowledged}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(atOnce) }, (_, first) => lane(first)));
}

try {
  // Nothing is said before every database takes writes: a kill that comes before that would be none to it.
  const first = await Promise.all(targets.map(({ database, incidentId }) => enter(database, incidentId)));
  writeSync(1, first.map((acknowledged, place) => `ok ${place} ${acknowledged}\n`).join(''));
  await Promise.all(targets.map(writeTo));
} catch (error) {
  writeSync(1, `failed none ${error instanceof Error ? error.message : String(error)}\n`);
}
process.exit(0);
