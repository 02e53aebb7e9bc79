import { defineConfig } from 'vitest/config';

const isNightly = process.env.NETSIM_SCENARIOS !== undefined;
/** One for all workers; test/property-runs.ts takes it. */
const seed = process.env.NETSIM_SEED ?? (isNightly ? String(Math.floor(Math.random() * 2 ** 31)) : undefined);
if (isNightly) console.warn(`fast-check seed ${seed} (repeat with NETSIM_SEED=${seed})`);

// Long enough that a loaded machine never decides a test; no test asserts a time.
const timeout = isNightly ? 3_600_000 : 300_000;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // No test changes a module: files share them, and a quarter of the time is saved.
    isolate: false,
    maxWorkers: 2,
    env: seed === undefined ? {} : { NETSIM_SEED: seed },
    testTimeout: timeout,
    hookTimeout: timeout,
  },
});
