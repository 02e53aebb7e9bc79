// Lint and format check. The folders are named because oxlint, run bare, also reads what it should not (node_modules, dist).
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const FOLDERS = [
  'sim',
  'topologies',
  'workloads',
  'wireless',
  'analysis',
  'sweep',
  'cli',
  'viewer',
  'test',
  'bench',
  'notebooks',
  'examples',
  'scripts',
];
const present = [...FOLDERS, 'index.ts', 'vitest.config.ts'].filter((path) => existsSync(path));

const steps = [
  ['oxlint', '--deny-warnings', ...present],
  ['prettier', '--check', '--log-level', 'warn', '.'],
];
let failed = false;
for (const [tool, ...args] of steps) {
  const { status, error } = spawnSync(`node_modules/.bin/${tool}`, args, { stdio: 'inherit' });
  if (error !== undefined) console.error(`${tool}: ${error.message}`);
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
