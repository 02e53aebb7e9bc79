import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { WorkloadSpec } from '../sim/base/workload-spec.ts';
import { isWireless } from './any-scenario.ts';
import type { AnyCell } from './cells.ts';
import type { Json, JsonBlock } from './config/tree.ts';
import { writeAtomic } from './write-atomic.ts';

/** `netsim` with its arguments, quoted for a POSIX shell. */
export const shellCommand = (args: readonly string[]): string => ['netsim', ...args.map(shellQuoted)].join(' ');

const shellQuoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);

const folder = (dir: string): string => join(dir, 'repeat');

/** The command that runs one cell alone, from the config that `writeRepeatConfig` leaves. */
export const repeatCommand = (dir: string, runId: string): string => shellCommand(['run', join(folder(dir), `${runId}.json`)]);

/**
 * The resolved config of a cell as it runs from a file in `folder`: the path of a workload file, which is relative to the folder of its
 * config, leads from there.
 *
 * @param configFile the config that the cell came from
 */
export function configInFolder(cell: AnyCell, configFile: string, folder: string): JsonBlock {
  if (isWireless(cell.scenario)) return cell.config;
  const { workload, jobs } = cell.scenario;
  const moved = (block: Json | undefined, spec: WorkloadSpec): Json => {
    if (spec.kind !== 'file' || isAbsolute(spec.path)) return block!;
    return { ...(block as JsonBlock), path: relative(resolve(folder), resolve(dirname(configFile), spec.path)) };
  };
  const { config } = cell;
  if (jobs.length === 0) return { ...config, workload: moved(config['workload'], workload) };
  const blocks = config['jobs'] as readonly JsonBlock[];
  return { ...config, jobs: blocks.map((block, i) => ({ ...block, workload: moved(block['workload'], jobs[i]!.workload) })) };
}

/**
 * Writes DIR/repeat/<run_id>.json: the resolved config of one cell. A file of its own rather than the sweep's config with `--set`
 * options: it repeats the cell also after the config was edited, and `run` takes no config with a sweep.
 *
 * @param configFile the config that the cell came from
 */
export function writeRepeatConfig(dir: string, cell: AnyCell, configFile: string): void {
  mkdirSync(folder(dir), { recursive: true });
  const config = configInFolder(cell, configFile, folder(dir));
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
