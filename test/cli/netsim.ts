import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * `npm test` builds first, so there the built program is what is tested; a single `vitest run` may find an old one and takes the
 * sources.
 */
const isBuilt = process.env['npm_lifecycle_event'] === 'test';
const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PROGRAM = isBuilt
  ? [fromRoot('dist/cli/main.js')]
  : ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, fromRoot('cli/main.ts')];

/** Starts netsim in a folder, as a user would. */
export function startNetsim(args: readonly string[], cwd: string): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [...PROGRAM, ...args], { cwd, env: { ...process.env, NODE_OPTIONS: '' } });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });
  return { child, ended };
}

/** Runs netsim to its end. */
export const netsim = (args: readonly string[], cwd: string): Promise<Ended> => startNetsim(args, cwd).ended;

/** Waits until `isTrue`, looking every few milliseconds; gives up when the program has ended. */
export async function waitUntil(isTrue: () => boolean, child: ChildProcess): Promise<void> {
  while (!isTrue()) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the program ended before it was expected to');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
