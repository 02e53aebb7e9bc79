import { ConfigError } from '../sim/base/errors.ts';
import type { Scenario } from '../sim/base/scenario.ts';
import type { WirelessScenario } from '../wireless/scenario.ts';
import { isWireless } from './any-scenario.ts';
import { cellsOf, refuseSweep, runSingle } from './cells.ts';
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
 * The same of a config of kind wireless.
 *
 * @example simulateWireless(await wirelessScenarioOf({ kind: 'wireless', channel: { snr: '15dB' } })).goodput_bps
 * @throws ConfigErrors all that is wrong with the config; ConfigError when it is of another kind
 */
export async function wirelessScenarioOf(config: string | ConfigObject): Promise<WirelessScenario> {
  const loaded = await load(config);
  refuseSweep(loaded);
  const { scenario } = cellsOf(loaded).at(0);
  if (isWireless(scenario)) return scenario;
  throw new ConfigError('E183', 'this is for kind: wireless', { where: { path: 'kind' }, hint: 'use scenarioOf for a fabric' });
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
