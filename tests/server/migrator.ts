import { migrate } from '@/lib/server/db/migrate';

/** A process of its own that migrates a database, for a test to kill: `migrator.ts URL`. */
await migrate(process.argv[2] ?? '');
process.exit(0);
