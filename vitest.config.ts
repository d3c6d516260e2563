import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

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
    // A worker lives for one file: what Prisma's WebAssembly gains by being optimised costs more than it saves.
    execArgv: ['--liftoff-only'],
  },
});
