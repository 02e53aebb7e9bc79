import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Long enough that a loaded machine never decides a test; no test asserts a time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
