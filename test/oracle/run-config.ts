import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { prepare } from '../../sim/prepare.ts';
import { runSingle } from '../../sweep/cells.ts';
import { loadConfig, type LoadedConfig } from '../../sweep/config/load.ts';
import { comparable, comparableEngine, differences } from './compare.ts';
import { runEngine } from './engine-run.ts';
import { runOracle, type OracleOptions } from './oracle.ts';

/** What engine and oracle say differently of a config without a sweep, one line each. */
export async function configDifferences(loaded: LoadedConfig, options: OracleOptions = {}): Promise<string[]> {
  const { scenario } = await runSingle(loaded);
  const input = prepare(scenario);
  return differences(comparable(runOracle(input, options)), comparableEngine(runEngine(input)));
}

// npx tsx test/oracle/run-config.ts case.yaml
const [, program, file] = process.argv;
if (program !== undefined && file !== undefined && import.meta.url === pathToFileURL(program).href) {
  const lines = await configDifferences(await loadConfig(file, { readFile: (path) => readFile(path) }));
  process.stdout.write(lines.length === 0 ? 'engine and oracle agree\n' : `${lines.join('\n')}\n`);
  process.exitCode = lines.length === 0 ? 0 : 1;
}
