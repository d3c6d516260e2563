import { defineConfig, mergeConfig } from 'vitest/config';
import { beginWith } from './tests/file-order';
import base from './vitest.config';

/** Those that wait most, for a scrape or a refresh, first: meanwhile others compute. */
const FIRST = ['synthetic', 'faults', 'overview', 'incidents', 'traces', 'drift', 'logs', 'compare'];

/**
 * Tests in a real browser against the built console and the lab, started once for all of them. Two files run at a time:
 * each keeps to things of its own in the shared console. A test that fails is tried once more, and `npm test` names it.
 */
export default mergeConfig(
  { ...base, test: { ...base.test, include: undefined, exclude: undefined, setupFiles: undefined } },
  defineConfig({
    test: {
      include: ['tests/e2e/**/*.test.ts'],
      globalSetup: ['tests/e2e/global-setup.ts'],
      testTimeout: 180_000,
      hookTimeout: 120_000,
      maxWorkers: 2,
      // As long as a page itself is waited for; a second, which is what vitest waits, is a matter of speed.
      expect: { poll: { timeout: 60_000 } },
      retry: 1,
      sequence: { sequencer: beginWith(FIRST.map((name) => `/e2e/${name}.test.ts`)) },
    },
  }),
);
