import { describe, expect, test } from 'vitest';
import type { SwitchSpec } from '../../sim/base/device-spec.ts';
import { DROPTAIL } from '../../sim/base/device-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import { prepare } from '../../sim/prepare.ts';
import { safeHeadroomBytes } from '../../sim/headroom.ts';
import { runSingle } from '../../sweep/cells.ts';
import { loadText } from './load-text.ts';

const FABRIC = `topology: { kind: leaf-spine, leaves: 2, spines: 4, hostsPerLeaf: 8, hostLink: { rate: 400Gbps, delay: 500ns } }
workload: { kind: permutation, size: 1MiB }
`;

const cellOf = async (text: string) => runSingle(await loadText(`${FABRIC}${text}\n`));
const scenarioOf = async (text: string): Promise<Scenario> => (await cellOf(text)).scenario;

const COMMON = {
  ecn: null,
  ecnAt: 'dequeue-after',
  ecnOnHostPorts: true,
  hash: 'ideal',
  failHash: DROPTAIL.failHash,
  sameSalt: false,
  classWeights: null,
} as const;

describe('a switch block becomes a SwitchSpec in base units', () => {
  test.each<[string, SwitchSpec]>([
    ['switch: {}', DROPTAIL],
    ['switch: droptail', DROPTAIL],
    ['switch: { sameSalt: true, queue: infinite, ecn: off }', { ...DROPTAIL, sameSalt: true, queueBytes: Infinity, ecn: 'off' }],
    ['switch: composite', { kind: 'composite', queueBytes: null, trims: true, headerQueueBytes: null, headerShare: null, ...COMMON }],
    [
      'switch: { kind: composite, queue: 1MiB, trim: false, headerQueue: 64kB, headerShare: 0.25, ecn: { at: dequeue-before } }',
      {
        kind: 'composite',
        queueBytes: 2 ** 20,
        trims: false,
        headerQueueBytes: 64_000,
        headerShare: 0.25,
        ...COMMON,
        ecnAt: 'dequeue-before',
      },
    ],
    [
      'switch: shared',
      {
        kind: 'shared',
        queueBytes: null,
        bufferBytes: 128 * 2 ** 20, // 16 MiB for every 50 Gb/s
        shift: 3,
        egressShift: null,
        reserveBytes: 4096,
        headroomBytes: null,
        resumeOffsetBytes: 3072,
        pfc: true,
        ...COMMON,
      },
    ],
    [
      'switch: { kind: shared, buffer: 64MiB, shift: 0, egressShift: 2, reserve: 0B, headroom: 80kB, resumeOffset: 0B, pfc: false, classWeights: [1, 2, 3, 4, 5, 6, 7] }\nbackground: { load: 0.1, sizes: web-search, until: 1us, class: 4 }',
      {
        kind: 'shared',
        queueBytes: null,
        bufferBytes: 64 * 2 ** 20,
        shift: 0,
        egressShift: 2,
        reserveBytes: 0,
        headroomBytes: 80_000,
        resumeOffsetBytes: 0,
        pfc: false,
        ...COMMON,
        classWeights: [0, 1, 2, 3, 4, 5, 6, 7],
      },
    ],
    ['switch: lossless-input', { kind: 'lossless-input', queueBytes: null, pauseBytes: 15 * 4096, resumeBytes: 12 * 4096, ...COMMON }],
    [
      'switch: { kind: lossless-input, pause: 40kB, ecn: { low: 1kB, high: 2kB, probability: 0.2, hostPorts: false } }',
      {
        kind: 'lossless-input',
        queueBytes: null,
        pauseBytes: 40_000,
        resumeBytes: 40_000, // less than 12 packets
        ...COMMON,
        ecn: { lowBytes: 1000, highBytes: 2000, maxProbability: 0.2 },
        ecnOnHostPorts: false,
      },
    ],
  ])('%s', async (text, expected) => {
    const cell = await cellOf(text);
    expect(cell.scenario.switch).toEqual(expected);
    const again = await runSingle(await loadText(JSON.stringify(cell.config)));
    expect(again.scenario).toEqual(cell.scenario);
  });
});

test('answers go before data where switches trim, and with the data elsewhere, unless the config says so', async () => {
  const priority = async (text: string) => (await scenarioOf(text)).nic.ackPriority;
  expect(await priority('switch: composite')).toBe('high');
  expect(await priority('switch: shared')).toBe('data');
  expect(await priority('switch: composite\nnic: { ackPriority: data }')).toBe('data');
});

test('the keys of a NIC', async () => {
  const cell = await cellOf('nic: { scheduler: oldest-first, controlBurst: 10, maxFlows: 7, pcie: 200Gbps, channelRate: 90Gbps }');
  expect(cell.scenario.nic).toMatchObject({ scheduler: 'oldest-first', controlBurst: 10, maxFlows: 7, pcieBps: 200e9, channelBps: 90e9 });
  expect((await runSingle(await loadText(JSON.stringify(cell.config)))).scenario).toEqual(cell.scenario);
});

describe('limits', () => {
  const limits = async (text: string) => prepare(await scenarioOf(text)).limits;
  // T = 4.33792 us, so 1 BDP is 53 packets of 4160 B.
  test('a trimming queue has 1 BDP of data and 2 of headers, others have 5', async () => {
    expect(await limits('switch: composite')).toMatchObject({ queueBytes: 53 * 4160, headerQueueBytes: 106 * 4160 });
    expect(await limits('switch: { kind: composite, trim: false }')).toMatchObject({ queueBytes: 5 * 53 * 4160 });
    expect(await limits('switch: droptail')).toMatchObject({ queueBytes: 5 * 53 * 4160 });
  });

  test('thresholds are 11 and 43 packets', async () => {
    expect((await limits('switch: composite')).ecn).toEqual({ lowBytes: 11 * 4160, highBytes: 43 * 4160, maxProbability: 1 });
  });
});

describe('headroom', () => {
  test('the three-packet form for 9,064 B packets at 400 Gb/s and 500 ns is 77,256 B, above three times what the link holds', () => {
    expect(safeHeadroomBytes(400e9, 500_000, 9064)).toBe(77_256);
  });

  test('less than it is a warning that names it, as much is none', async () => {
    const notices = async (text: string) => prepare(await scenarioOf(`nic: { mtu: 9kB }\n${text}`)).notices.map(({ text: said }) => said);
    expect(await notices('switch: shared')).toEqual([
      '75000 B of headroom cannot promise that nothing is dropped: 2 x rate x delay, three packets and a PAUSE frame are 77256 B (switch.headroom)',
    ]);
    expect(await notices('switch: { kind: shared, headroom: 77255B }')).toHaveLength(1);
    expect(await notices('switch: { kind: shared, headroom: 77256B }')).toEqual([]);
    expect(await notices('switch: { kind: shared, headroom: 0B, pfc: false }')).toEqual([]);
  });
});
