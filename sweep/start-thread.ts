import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

const tsxUrl = (): string => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Node's options for a pool thread that imports TypeScript sources (development, tests): they need tsx. None for the built program. */
export const threadArgv = (file: URL): string[] => (file.pathname.endsWith('.ts') ? ['--import', tsxUrl()] : []);

/** Starts a thread with `file` as its module. A thread cannot begin with a `.ts` file: it registers tsx first, and then imports it. */
export function startThread(file: URL, options: WorkerOptions = {}): Worker {
  if (!file.pathname.endsWith('.ts')) return new Worker(file, options);
  const registerUrl = new URL('esm/api/index.mjs', tsxUrl()).href;
  const source = `import('${registerUrl}').then(({ register }) => { register(); return import('${file.href}'); })`;
  return new Worker(source, { ...options, eval: true });
}
