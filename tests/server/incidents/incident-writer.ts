import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { NewIncident } from '@/lib/contracts/incident';
import { NewEntry } from '@/lib/contracts/incident-entry';
import { Permission } from '@/lib/contracts/permission';
import { receiveDelivery } from '@/lib/server/alert-intake/receive';
import { openDatabase } from '@/lib/server/db';
import { declareIncident } from '@/lib/server/incidents/declare';
import { addEntry } from '@/lib/server/incidents/entries';
import { alert, bodyOf, message } from '../alert-intake/webhook-bodies';

/**
 * A process of its own that declares incidents, adds entries and takes deliveries of alerts in, and says on standard
 * output `ok KIND:ID` once each is acknowledged. Arguments: address of the database, writes at once, writes in all (0:
 * until killed), name of its deliveries, id of an incident that gets entries.
 */
const [url = '', atOnce = '1', , name = '', incidentId = ''] = process.argv.slice(2);
const database = openDatabase(url, { patienceMs: 20_000 });
const identity = { id: 'writer', name: 'Writer', permissions: new Set(Permission.options) };

/** Synchronous, so that what is acknowledged is in the pipe before anything else can happen. */
const acknowledge = (what: string): void => void writeSync(1, `ok ${what}\n`);

async function declare(): Promise<void> {
  const incident = NewIncident.parse({ id: randomUUID(), title: 'By hand', severity: 'SEV3' });
  await database.write((transaction) => declareIncident(transaction, incident, { identity, nowMs: Date.now() }));
  acknowledge(`incident:${incident.id}`);
}

async function enter(): Promise<void> {
  const entry = NewEntry.parse({ incidentId, id: randomUUID(), kind: 'fact', text: 'seen' });
  await addEntry(entry, { identity, nowMs: Date.now() }, database);
  acknowledge(`entry:${entry.id}`);
}

/** The k-th body of a writer: the test sends the same again for what was not acknowledged. */
const bodyNumber = (writer: string, k: number) =>
  bodyOf(
    message([0, 1].map((i) => alert({ fingerprint: `${writer}-${k}-${i}`, labels: { model_name: `${writer}-${k}` } }))),
  );

async function deliver(k: number): Promise<void> {
  const received = { source: 'alertmanager' as const, body: bodyNumber(name, k), contentType: 'application/json' };
  await receiveDelivery(received, { database, nowMs: Date.now() });
  acknowledge(`delivery:${k}`);
}

let delivered = 0;
async function write(lane: number): Promise<void> {
  for (let turn = lane; ; turn += 1) {
    try {
      if (turn % 3 === 0) await declare();
      else if (turn % 3 === 1) await enter();
      else {
        delivered += 1;
        await deliver(delivered);
      }
    } catch (error) {
      writeSync(1, `failed none ${error instanceof Error ? error.message : String(error)}\n`);
      return;
    }
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, (_, lane) => write(lane)));
process.exit(0);
