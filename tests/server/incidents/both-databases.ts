import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { NewIncident, type NewIncidentAsked } from '@/lib/contracts/incident';
import { Permission } from '@/lib/contracts/permission';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { declareIncident } from '@/lib/server/incidents/declare';
import { useConfig } from '@/tests/api/console';
import { onEachDatabase } from '../databases';

export const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0);
export const MINUTE_MS = 60_000;

const permissions = new Set(Permission.options);
export const ada = { id: 'ada', name: 'Ada', permissions };
export const ben = { id: 'ben', name: 'Ben', permissions };

export const CONFIG = `
sources:
  prometheus:
    - url: http://127.0.0.1:9
`;

export interface Stage {
  /** The address of the database, migrated. */
  url: string;
  database: Database;
  /** Makes one more of the same kind, migrated; its address. */
  another(): Promise<string>;
}

/** Runs the same tests on SQLite and on PostgreSQL, each with one database for the file. */
export function onBothDatabases(name: string, tests: (stage: () => Stage) => void, config = CONFIG): void {
  onEachDatabase(name, (kind) => {
    let stage: Stage | null = null;
    beforeAll(async () => {
      useConfig(config);
      const another = async (): Promise<string> => {
        const address = await kind.create();
        await migrate(address);
        return address;
      };
      const url = await another();
      // The database of the configuration is this one, for what asks for it by itself.
      process.env.DATABASE_URL = url;
      stage = { url, database: openDatabase(url), another };
    });
    afterAll(async () => {
      await stage?.database.close();
    });
    tests(() => {
      if (stage === null) throw new Error('the database is not up yet');
      return stage;
    });
  });
}

/** Declares an incident as a person would; what is not named has a default. */
export async function declared(
  { database }: Pick<Stage, 'database'>,
  asked: Partial<NewIncidentAsked> = {},
  { identity = ada, nowMs = NOW_MS }: { identity?: typeof ada; nowMs?: number } = {},
): Promise<{ id: string; number: number }> {
  const incident = NewIncident.parse({
    id: randomUUID(),
    title: 'Predictions fail',
    severity: 'SEV2',
    ...asked,
  });
  const { incident: row } = await database.write((transaction) =>
    declareIncident(transaction, incident, { identity, nowMs }),
  );
  return { id: row.id, number: row.number };
}
