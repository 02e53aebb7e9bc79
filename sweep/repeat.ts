import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Cell } from './cells.ts';
import { writeAtomic } from './write-atomic.ts';

/** `netsim` with its arguments, quoted for a POSIX shell. */
export const shellCommand = (args: readonly string[]): string => ['netsim', ...args.map(shellQuoted)].join(' ');

const shellQuoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);

const folder = (dir: string): string => join(dir, 'repeat');

/** The command that runs one cell alone, from the config that `writeRepeatConfig` leaves. */
export const repeatCommand = (dir: string, runId: string): string => shellCommand(['run', join(folder(dir), `${runId}.json`)]);

/**
 * Writes DIR/repeat/<run_id>.json: the resolved config of one cell. A file of its own rather than the sweep's config with `--set`
 * options: it repeats the cell also after the config was edited, and `run` takes no config with a sweep.
 *
 * @param configFile the config that the cell came from: the path of a workload file is relative to its folder
 */
export function writeRepeatConfig(dir: string, cell: Cell, configFile: string): void {
  mkdirSync(folder(dir), { recursive: true });
  const { workload } = cell.scenario;
  const config =
    workload.kind === 'file'
      ? {
          ...cell.config,
          workload: {
            ...(cell.config['workload'] as object),
            path: relative(resolve(folder(dir)), resolve(dirname(configFile), workload.path)),
          },
        }
      : cell.config;
  writeAtomic(join(folder(dir), `${cell.runId}.json`), `${JSON.stringify(config, null, 2)}\n`);
}

/** Removes the configs of cells that an earlier run of this folder failed on and this one did not. */
export function removeRepeatConfigs(dir: string, keep: ReadonlySet<string>): void {
  let names: string[];
  try {
    names = readdirSync(folder(dir));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  for (const name of names) {
    if (name.endsWith('.json') && !keep.has(name.slice(0, -'.json'.length))) rmSync(join(folder(dir), name));
  }
  if (keep.size === 0 && readdirSync(folder(dir)).length === 0) rmSync(folder(dir), { recursive: true });
}
