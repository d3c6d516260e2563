import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { beginWith } from './tests/file-order';

const root = fileURLToPath(new URL('.', import.meta.url));

/** What took longest when it was measured, longest first. */
const SLOWEST = [
  'server/db-crash',
  'server/incidents/kills',
  'server/rollouts/guard-crash',
  'api/rollouts/backtest',
  'server/migrate',
  'server/alert-intake/intake',
  'server/slos/rules-real',
  'api/readiness-faults',
  'scripts/windsock',
  'server/webhooks/delivery',
  'server/backup/backup',
  'lab/server-command',
  'server/db-faults',
  'domain/rollout-simulation',
];

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic' } },
  resolve: {
    alias: [
      { find: /^server-only$/, replacement: `${root}tests/server-only.ts` },
      { find: /^fast-check$/, replacement: `${root}tests/seeded-fast-check.ts` },
      { find: /^@\//, replacement: root },
    ],
  },
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    exclude: ['tests/e2e/**'],
    setupFiles: ['tests/patience.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    sequence: { sequencer: beginWith(SLOWEST.map((name) => `/tests/${name}.test.ts`)) },
    // A worker lives for one file: what Prisma's WebAssembly gains by being optimised costs more than it saves.
    execArgv: ['--liftoff-only'],
  },
});
