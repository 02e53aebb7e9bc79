import type { AtCell } from '../sweep/preflight.ts';
import type { SweepInput } from '../sweep/run-sweep.ts';
import type { AnyScenario } from '../sweep/any-scenario.ts';
import type { Notice } from '../workloads/build-workload.ts';
import { refuseWarnings } from './notices.ts';
import type { ConfigOptions } from './options.ts';

/** The cells of a config, checked as far as that goes without a run. */
export interface LoadedCells extends SweepInput {
  readonly hasSweep: boolean;
  readonly at: AtCell;
  /** Of the trace of a run. */
  readonly trace: { readonly maxEvents: number } | null;
}

/**
 * Loads a config with its options for the commands that take any number of cells.
 *
 * @throws ConfigErrors, ConfigError, ImportError
 */
export const loadCells = (path: string, options: ConfigOptions): Promise<LoadedCells> => load(path, options, false);

/** The same for `run`: a config with a sweep is an error. */
export const loadSingle = (path: string, options: ConfigOptions): Promise<LoadedCells> => load(path, options, true);

async function load(path: string, { set, seed, strict }: ConfigOptions, single: boolean): Promise<LoadedCells> {
  const { loadConfig } = await import('../sweep/config/load.ts');
  const { plain } = await import('../sweep/config/tree.ts');
  const { cellsOf, refuseSweep } = await import('../sweep/cells.ts');
  const { atCellOf, checkBuildable } = await import('../sweep/preflight.ts');
  const loaded = await loadConfig(path, seed === undefined ? { set } : { set, seed });
  if (single) refuseSweep(loaded);
  const cells = cellsOf(loaded);
  const at = atCellOf(loaded);
  checkBuildable(cells, at);
  if (strict === true) for (const index of cells.keys.keys()) refuseWarnings(importNotices(cells.at(index).scenario));
  const { name, source, document, report, hasSweep, trace } = loaded;
  return { name, cells, source, document: plain(document), report, hasSweep, at, trace };
}

/** What importers said of the files of a run. */
function importNotices(scenario: AnyScenario): Notice[] {
  if ('system' in scenario) return [];
  const { workload, jobs } = scenario;
  return [workload, ...jobs.map((job) => job.workload)].flatMap((each) => (each.kind === 'file' ? each.imported.notices : []));
}
