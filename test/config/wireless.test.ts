import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ConfigErrors } from '../../sim/base/errors.ts';
import { cellsOf } from '../../sweep/cells.ts';
import { loadConfig } from '../../sweep/config/load.ts';
import { resolvedWirelessConfig } from '../../sweep/config/wireless-resolved.ts';
import { isWireless } from '../../sweep/any-scenario.ts';
import { atCellOf, checkBuildable } from '../../sweep/preflight.ts';
import { runCell } from '../../sweep/run-cell.ts';
import { loadText } from './load-text.ts';

const HEAD = 'kind: wireless\nrun: { duration: 1s, warmup: 0s }\n';

async function scenarioOf(text: string) {
  const { scenario } = cellsOf(await loadText(text)).at(0);
  if (!isWireless(scenario)) throw new TypeError('no wireless scenario');
  return scenario;
}

/** What is wrong with a config that has `block` in its third line. */
async function errorOf(block: string): Promise<string> {
  try {
    const loaded = await loadText(`${HEAD}${block}\n`);
    checkBuildable(cellsOf(loaded), atCellOf(loaded));
  } catch (error) {
    if (error instanceof ConfigErrors) return error.errors.map((each) => each.describe()).join('\n');
    return (error as Error).message;
  }
  return 'nothing is wrong';
}

test.each([
  ['chanel: { snr: 3dB }', ['3:1', 'chanel', 'did you mean "channel"?']],
  ['channel: { snr: 15 }', ['3:17', 'channel.snr', '15 has no unit', 'dB']],
  ['channel: { snr: 15db }', ['channel.snr', 'did you mean "dB"?']],
  ['channel: { snr: 400dB }', ['channel.snr', '"400dB" is too large', 'at most 100dB']],
  ['channel: { dopler: 10Hz }', ['3:12', 'channel.dopler', 'did you mean "doppler"?']],
  ['channel: { m: 0.3 }', ['channel.m', 'at least 0.5']],
  ['app: { kind: vidoe }', ['app.kind', 'did you mean "video"?']],
  ['mac: { kind: m-lwfd }', ['mac.kind', 'did you mean "m-lwdf"?']],
  ['slot: { packetsPerSlot: 2 }', ['slot.packetsPerSlot', '4.5 packets', 'set slot.packetsPerSlot: 4, or phy.table: TM2Q with 2']],
  ['csi: { delaySlots: 1 }', ['csi.delaySlots', 'channel.correlation: clarke']],
  ['transport: tfrc', ['transport.kind', 'needs the path']],
  ['path: { wirelessLoss: 0.01 }\narq: { kind: none }', ['4:6', 'arq', 'means nothing to a flow over a path']],
  ['app: svc\nqos: { delay: none }', ['qos.delay', 'such as 100ms']],
  ['controller: integrated', ['app', 'use app: svc']],
  ['energy: { transmit: 100 }', ['energy.transmit', 'mW']],
  ['users: { count: 2, mix: [ { app: voice, channel: { snr: loud } } ] }', ['users.mix[0].channel.snr', '"loud" is not a quantity']],
  ['channel: { correlation: fsmc, doppler: 100Hz }', ['Doppler', 'does not exist']],
])('%s is an error with its place, its key and a remedy', async (block, parts) => {
  const message = await errorOf(block);
  for (const part of parts) expect(message).toContain(part);
});

test('the config of a run, with every default written out, gives the same scenario again', async () => {
  const configs = [
    HEAD,
    `${HEAD}channel: { snr: -3.5dB, correlation: clarke }\nphy: { table: TM1, rule: B, power: inversion }\ncsi: { quantiser: { step: 0.5dB } }`,
    `${HEAD}channel: { correlation: clarke }\napp: svc\ncontroller: { kind: integrated, signals: { queue: { enabled: false } } }`,
    `${HEAD}users: { count: 5, mix: [ { app: video }, { app: voice, channel: { budget: { distance: 120m } } } ] }`,
    `${HEAD}path: { wirelessLoss: 0.02 }\ntransport: westwood`,
    `${HEAD}path: { wirelessLoss: cell, wireless: backbone }\nqueue: { packets: 400 }\ntransport: { lossClassifier: zbs }`,
    `${HEAD}path: { wirelessLoss: cell }\nusers: 3\napp: voice\nmac: lwg`,
    `${HEAD}arq: { pauseNacks: 4, pauseSlots: 7 }\nenergy: { sleeps: true, wake: 2ms }`,
    `${HEAD}channel: { correlation: gilbert-elliott, gilbertElliott: { badToGood: 0.2 } }\nphy: { fixedMode: 2 }\ncontroller: layered`,
    `${HEAD}users: 4\nmac: m-lwdf\napp: { kind: on-off, rate: 64kbps }\nqos: { delay: 80ms, miss: 0.02 }`,
  ];
  for (const text of configs) {
    const scenario = await scenarioOf(text);
    expect(await scenarioOf(JSON.stringify(resolvedWirelessConfig(scenario)))).toEqual(scenario);
  }
});

test('user i is as entry i of the mix modulo its length, and takes what the entry leaves out from the blocks above', async () => {
  const mix = 'users: { count: 5, mix: [ { app: voice }, { app: full-buffer, channel: { m: 2 } } ] }\nchannel: { snr: 7dB }';
  const { users } = await scenarioOf(`${HEAD}${mix}`);
  expect(users.map(({ app }) => app.kind)).toEqual(['voice', 'full-buffer', 'voice', 'full-buffer', 'voice']);
  expect(users.map(({ channel }) => [channel.snrDb, channel.m])).toEqual([1, 2, 1, 2, 1].map((m) => [7, m]));
});

test('the architecture of a controller sets what the config leaves open', async () => {
  const { arq, mac, phy } = await scenarioOf(`${HEAD}app: svc\ncontroller: top-down\nusers: 2\nmac: { kind: edf }`);
  expect([arq.maxRetransmissions, arq.byClass, mac.kind, mac.dropLate, phy.perTarget]).toEqual([6, true, 'edf', true, null]);
});

test('a sender pauses after the failures that are given, for five slots, or never', async () => {
  const arqOf = async (arq: string) => (await scenarioOf(`${HEAD}arq: ${arq}`)).arq;
  expect(await arqOf('{ pauseNacks: 3 }')).toMatchObject({ pauseNacks: 3, pauseSlots: 5 });
  expect(await arqOf('{ harq: ir }')).toMatchObject({ pauseNacks: null });
  // In deep fades the pauses save attempts that would fail.
  const attempts = 'channel: { correlation: clarke, doppler: 2Hz, snr: 8dB }\nphy: { fixedMode: 3 }\n';
  const row = async (arq: string) =>
    runCell(cellsOf(await loadText(`kind: wireless\n${attempts}arq: ${arq}\nrun: { duration: 20s }\n`)).at(0)).record.row;
  const [plain, paused] = [await row('{ kind: persistent }'), await row('{ kind: persistent, pauseNacks: 3 }')];
  expect(Number(paused['packet_error_rate'])).toBeLessThan(0.7 * Number(plain['packet_error_rate']));
  expect(Number(paused['energy_per_bit_j'])).toBeLessThan(Number(plain['energy_per_bit_j']));
});

test('a key that one combination has no use for makes another run of it all the same', async () => {
  const grid = 'sweep: { grid: { csi.olla.on: [false, true], csi.olla.bler: [0.01, 0.1] } }';
  const cells = cellsOf(await loadText(`${HEAD}channel: { correlation: clarke }\n${grid}`));
  expect(new Set(cells.keys.map(({ runId }) => runId)).size).toBe(4);
  // What is written out of it is a config again.
  for (const index of [0, 1, 2, 3]) await expect(scenarioOf(JSON.stringify(cells.at(index).config))).resolves.toBeDefined();
});

test('a range of mean SNRs has the rows of a run each, with the columns of a wireless run', async () => {
  const cells = cellsOf(await loadText(`${HEAD}sweep: { grid: { channel.snr: { from: -1dB, to: 1dB, step: 0.5dB } } }`));
  expect(cells.keys.map(({ swept }) => swept['channel.snr'])).toEqual([-1, -0.5, 0, 0.5, 1]);
  const { row } = runCell(cells.at(4)).record;
  expect(row).toMatchObject({ fidelity: 'slot', 'channel.snr': 1, slots: 500, finished: true });
});

test.each(readdirSync('examples').filter((name) => name.startsWith('wireless-')))('examples/%s is valid', async (name) => {
  const loaded = await loadConfig(`examples/${name}`);
  const cells = cellsOf(loaded);
  checkBuildable(cells, atCellOf(loaded));
  expect(loaded.report.charts).not.toBeNull();
});
