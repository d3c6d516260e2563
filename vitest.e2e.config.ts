import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config';

/** Tests in a real browser against the built console and the lab, started once for all of them. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: undefined, exclude: undefined, setupFiles: undefined } },
  defineConfig({
    test: {
      include: ['tests/e2e/**/*.test.ts'],
      globalSetup: ['tests/e2e/global-setup.ts'],
      testTimeout: 90_000,
      hookTimeout: 120_000,
      fileParallelism: false,
    },
  }),
);
