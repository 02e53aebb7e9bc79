// Builds dist/: the compiled program and library, the bundled random generators, the JSON Schema of the config.
import { chmodSync, copyFileSync, readFileSync, rmSync } from 'node:fs';
import { compile } from './compile.mjs';

const MAIN = 'dist/cli/main.js';

rmSync('dist', { recursive: true, force: true });
compile('tsconfig.build.json');
for (const file of ['stdlib-random.js', 'stdlib-random.d.ts']) copyFileSync(`sim/base/${file}`, `dist/sim/base/${file}`);
copyFileSync('schema.json', 'dist/schema.json');
if (!readFileSync(MAIN, 'utf8').startsWith('#!/usr/bin/env node\n')) throw new Error(`cli/main.ts must start with "#!/usr/bin/env node"`);
chmodSync(MAIN, 0o755);
