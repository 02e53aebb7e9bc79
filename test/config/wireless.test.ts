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
  const { arq, mac, phy } = await scenarioOf(`${HEAD}app: svc\ncontroller: top-down\nmac: { kind: edf }`);
  expect([arq.maxRetransmissions, arq.byClass, mac.kind, mac.dropLate, phy.perTarget]).toEqual([6, true, 'edf', true, null]);
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
