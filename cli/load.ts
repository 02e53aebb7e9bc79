import { NetsimError } from '../sim/base/errors.ts';
import type { Cell } from '../sweep/cells.ts';
import type { SweepInput } from '../sweep/run-sweep.ts';
import type { ConfigOptions } from './options.ts';

/** The cells of a config, checked as far as that goes without a run. */
export interface LoadedCells extends SweepInput {
  readonly hasSweep: boolean;
  /** Runs an action on a cell; an error that only knows its config key gets its place in the file. */
  at<T>(cell: Cell, action: () => T): T;
}

/**
 * Loads a config with its options for the commands that take any number of cells.
 *
 * @throws ConfigErrors, ConfigError, ImportError
 */
export const loadCells = (path: string, options: ConfigOptions): Promise<LoadedCells> => load(path, options, false);

/** The same for `run`: a config with a sweep is an error. */
export const loadSingle = (path: string, options: ConfigOptions): Promise<LoadedCells> => load(path, options, true);

async function load(path: string, { set, seed }: ConfigOptions, single: boolean): Promise<LoadedCells> {
  const { loadConfig, locate } = await import('../sweep/config/load.ts');
  const { expandCells, runSingle } = await import('../sweep/cells.ts');
  const { checkBuildable } = await import('../sweep/preflight.ts');
  const loaded = await loadConfig(path, seed === undefined ? { set } : { set, seed });
  const cells = single ? [await runSingle(loaded)] : await expandCells(loaded);
  const at = <T>(cell: Cell, action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw error instanceof NetsimError ? locate(error, loaded, cell.index) : error;
    }
  };
  checkBuildable(cells, at);
  return { name: loaded.name, cells, source: loaded.source, report: loaded.report, hasSweep: loaded.hasSweep, at };
}
