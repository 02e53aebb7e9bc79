import { defineConfig } from 'vitest/config';

const isNightly = process.env.NETSIM_SCENARIOS !== undefined;
/** One for all workers; test/property-runs.ts takes it. */
const seed = process.env.NETSIM_SEED ?? (isNightly ? String(Math.floor(Math.random() * 2 ** 31)) : undefined);
if (isNightly) console.warn(`fast-check seed ${seed} (repeat with NETSIM_SEED=${seed})`);

// Long enough that a loaded machine never decides a test; no test asserts a time.
const timeout = isNightly ? 3_600_000 : 300_000;

/** The arena as a constant of the module that uses it, as in what is built (scripts/compile.mjs): the tests that simulate take a quarter less. */
const ownArena = {
  name: 'own-arena',
  enforce: 'pre' as const,
  transform(code: string): string {
    return code.replace(/^import \{([^}]*)\} from '([^']*\/arena\.ts)';$/gm, (_, names: string, file: string) => {
      const arrays = names
        .split(',')
        .map((name) => name.trim())
        .filter((name) => ['arena', 'clock', 'doubles'].includes(name));
      const renamed = names.replace(/\b(arena|clock|doubles)\b/g, '$1 as $1$$');
      return `import {${renamed}} from '${file}'; ${arrays.map((name) => `const ${name} = ${name}$;`).join(' ')}`;
    });
  },
};

export default defineConfig({
  plugins: [ownArena],
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
