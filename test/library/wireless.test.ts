import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as netsim from '../../index.ts';
import { ConfigError, ConfigErrors, simulateWireless, WIRELESS_COLUMNS, wirelessScenarioOf } from '../../index.ts';

const config = { kind: 'wireless', channel: { snr: '12dB' }, run: { duration: '1s', warmup: '0s' } };

describe('the library for kind: wireless', () => {
  test('makes a scenario from a config object, and its run has all columns', async () => {
    const result = simulateWireless(await wirelessScenarioOf(config));
    expect(Object.keys(result)).toEqual([...WIRELESS_COLUMNS]);
    expect(result).toMatchObject({ slots: 500, finished: true });
  });

  test('reports a wrong config object as it would a file', async () => {
    await expect(wirelessScenarioOf({ ...config, channel: { snr: 12 } })).rejects.toThrow(ConfigErrors);
    await expect(wirelessScenarioOf({ ...config, sweep: { repeat: 2 } })).rejects.toThrow(/this config has a sweep/);
    await expect(netsim.scenarioOf(config)).rejects.toThrow(ConfigError);
  });

  test('runs the program of its document', async () => {
    const code = /```js\n([^`]+)```/.exec(readFileSync('docs/wireless.md', 'utf8'))![1]!;
    const body = code.replace(/^import \{([^}]+)\} from 'netsim';$/m, 'const {$1} = netsim;');
    const lines: number[][] = [];
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
      ...args: readonly string[]
    ) => (library: typeof netsim, output: { log: (...values: number[]) => void }) => Promise<void>;
    await new AsyncFunction('netsim', 'console', body)(netsim, { log: (...values) => void lines.push(values) });
    expect(lines.map(([retransmissions]) => retransmissions)).toEqual([0, 1, 2]);
    const losses = lines.map(([, loss]) => loss!);
    expect(losses[0]! > losses[1]! && losses[1]! > losses[2]!).toBe(true);
    expect(lines.flat().every((value) => Number.isFinite(value))).toBe(true);
  });
});
