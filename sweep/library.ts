import type { Scenario } from '../sim/base/scenario.ts';
import { cellsOf, runSingle } from './cells.ts';
import { loadConfig, type LoadedConfig } from './config/load.ts';
import { plain } from './config/tree.ts';
import { defaultJobs } from './pool.ts';
import { atCellOf, checkBuildable } from './preflight.ts';
import { runSweep, type SweepOptions, type SweepOutcome } from './run-sweep.ts';

/** A config as a program writes it: the keys of a config file, quantities with their units. */
export type ConfigObject = Readonly<Record<string, unknown>>;

/**
 * The Scenario of a config without a sweep: the file's path, or its content as an object.
 *
 * @example simulate(await scenarioOf({ topology: { ... }, workload: { kind: 'all-reduce', size: '1MiB' } }))
 * @throws ConfigErrors all that is wrong with the config
 */
export async function scenarioOf(config: string | ConfigObject): Promise<Scenario> {
  return (await runSingle(await load(config))).scenario;
}

/**
 * `netsim sweep` for programs: runs every cell of a config and writes the result folder.
 *
 * @param options.dir the result folder; `jobs` defaults to the processors available
 * @example await sweep('spray-or-not.yaml', { dir: 'out/spray-or-not' })
 * @throws ConfigErrors all that is wrong with the config
 */
export async function sweep(
  config: string | ConfigObject,
  options: Omit<SweepOptions, 'jobs'> & { readonly jobs?: number },
): Promise<SweepOutcome> {
  const loaded = await load(config);
  const cells = cellsOf(loaded);
  checkBuildable(cells, atCellOf(loaded));
  const { name, source, report } = loaded;
  return runSweep({ name, cells, source, document: plain(loaded.document), report }, { jobs: defaultJobs(), ...options });
}

/** JSON is YAML, so an object takes the same way, with the same errors, as a file. */
async function load(config: string | ConfigObject): Promise<LoadedConfig> {
  if (typeof config === 'string') return loadConfig(config);
  const text = new TextEncoder().encode(JSON.stringify(config, null, 2));
  return loadConfig('config', { readFile: () => Promise.resolve(text) });
}
