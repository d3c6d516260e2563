import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The schema for PostgreSQL: the one schema with another provider and another place for its client. */
export function derivePostgresSchema(schema: string): string {
  const derived = schema
    .replace(/^\/\/ The one schema\..*$/m, '// Derived from prisma/schema.prisma by `npm run db:schema`. Do not edit.')
    .replace('provider = "sqlite"', 'provider = "postgresql"')
    .replace('"../generated/sqlite"', '"../../generated/postgresql"');
  if (!derived.includes('provider = "postgresql"') || !derived.includes('"../../generated/postgresql"')) {
    throw new Error('prisma/schema.prisma no longer holds the lines that are replaced here');
  }
  return derived;
}

/** Writes prisma/postgresql/schema.prisma anew. */
export function writePostgresSchema(root: URL): void {
  mkdirSync(new URL('prisma/postgresql/', root), { recursive: true });
  const schema = readFileSync(new URL('prisma/schema.prisma', root), 'utf8');
  writeFileSync(new URL('prisma/postgresql/schema.prisma', root), derivePostgresSchema(schema));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writePostgresSchema(new URL('..', import.meta.url));
