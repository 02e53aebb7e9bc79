import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../sim/base/scenario.ts';
import { expandCells, runSingle } from '../../sweep/cells.ts';
import { PROFILE_NAMES } from '../../sweep/config/profiles.ts';
import { loadText } from './load-text.ts';

const fabric = (
  rate: string,
): string => `topology: { kind: leaf-spine, leaves: 2, spines: 4, hostsPerLeaf: 8, hostLink: { rate: ${rate}, delay: 500ns } }
workload: { kind: permutation, size: 1MiB }
`;

const cellOf = async (text: string, rate = '400Gbps', set: readonly string[] = []) =>
  runSingle(await loadText(`${fabric(rate)}${text}\n`, { set }));
const scenarioOf = async (text: string, rate?: string, set?: readonly string[]): Promise<Scenario> =>
  (await cellOf(text, rate, set)).scenario;

test.each(PROFILE_NAMES)('profile %s is written out in the resolved config, which gives the same run', async (name) => {
  const cell = await cellOf(`profile: ${name}`);
  expect(cell.config).not.toHaveProperty('profile');
  const again = await runSingle(await loadText(JSON.stringify(cell.config)));
  expect(again.scenario).toEqual(cell.scenario);
  expect(again.runId).toBe(cell.runId);
});

describe('what profiles set', () => {
  test.each<[string, object]>([
    [
      'uec',
      {
        nic: { mtuBytes: 4096, headerBytes: 64, ackBytes: 64, acks: 'uec-sack', ackPriority: 'high', controlBurst: 10 },
        transport: { kind: 'nscc', recovery: 'trim' },
        switch: { kind: 'composite', trims: true, queueBytes: null, ecn: null, ecnAt: 'dequeue-after', ecnOnHostPorts: true },
        balancer: { kind: 'uec-mixed' },
      },
    ],
    [
      'uec-rccc',
      {
        transport: { kind: 'rccc', recovery: 'trim' },
        switch: { kind: 'composite', ecnOnHostPorts: false },
        balancer: { kind: 'spray-uec' },
      },
    ],
    [
      'ethereal-v2',
      {
        nic: { mtuBytes: 9000, acks: 'per-packet', controlBurst: null },
        transport: { kind: 'dctcp-rate', g: 1 / 256, additiveIncreaseBps: 1e9, recovery: 'gbn', rtoPs: 1e9, nackIntervalPs: 10e9 },
        switch: {
          kind: 'shared',
          bufferBytes: 64 * 2 ** 20,
          shift: 0,
          pfc: true,
          ecn: { lowBytes: 800_000, highBytes: 800_000, maxProbability: 1 },
        },
        balancer: { kind: 'ethereal' },
      },
    ],
    ['ethereal-v2-spray', { transport: { kind: 'dctcp-rate', recovery: 'timers', rtoPs: 1e9 }, balancer: { kind: 'spray-counter' } }],
    ['ethereal-v2-reps', { transport: { kind: 'dctcp-rate', recovery: 'timers', rtoPs: 1e9 }, balancer: { kind: 'reps-ethereal-v2' } }],
    [
      'roce-lossless',
      {
        nic: { mtuBytes: 4096, acks: 'per-packet' },
        transport: { kind: 'dcqcn-mlx', recovery: 'gbn', rtoPs: 1e9 },
        switch: {
          kind: 'shared',
          bufferBytes: 128 * 2 ** 20,
          shift: 3,
          pfc: true,
          ecn: { lowBytes: 1_600_000, highBytes: 6_400_000, maxProbability: 0.2 },
        },
        balancer: { kind: 'ecmp' },
      },
    ],
    [
      'ideal',
      {
        nic: { acks: 'none' },
        transport: { kind: 'fixed', recovery: 'none', rateBps: null, windowBytes: null },
        switch: { kind: 'droptail', queueBytes: Infinity, ecn: 'off' },
      },
    ],
  ])('%s', async (name, expected) => {
    expect(await scenarioOf(`profile: ${name}`)).toMatchObject(expected);
  });

  test.each([
    ['25Gbps', 100_000],
    ['40Gbps', 200_000],
    ['100Gbps', 400_000],
    ['200Gbps', 600_000],
    ['1.6Tbps', 800_000],
  ])('ethereal-v2 marks at its threshold for %s', async (rate, bytes) => {
    expect((await scenarioOf('profile: ethereal-v2', rate)).switch.ecn).toMatchObject({ lowBytes: bytes, highBytes: bytes });
  });

  test('roce-lossless at 100 Gb/s has the buffer and thresholds of the published script', async () => {
    const { switch: device } = await scenarioOf('profile: roce-lossless', '100Gbps');
    expect(device).toMatchObject({ bufferBytes: 32 * 2 ** 20, ecn: { lowBytes: 400_000, highBytes: 1_600_000 } });
  });
});

describe('what a config says itself comes before its profile', () => {
  test('a key overrides, the rest of the block stays', async () => {
    const {
      transport,
      nic,
      switch: device,
    } = await scenarioOf('profile: ethereal-v2\ntransport: { g: 0.5 }\nnic: { mtu: 4kB }\nswitch: { shift: 2, ecn: { probability: 0.5 } }');
    expect(transport).toMatchObject({ kind: 'dctcp-rate', g: 0.5, recovery: 'gbn', rtoPs: 1e9 });
    expect(nic).toMatchObject({ mtuBytes: 4000, headerBytes: 64 });
    expect(device).toMatchObject({ kind: 'shared', shift: 2, ecn: { lowBytes: 800_000, maxProbability: 0.5 } });
  });

  test('a block of another kind replaces that of the profile', async () => {
    const {
      transport,
      switch: device,
      balancer,
    } = await scenarioOf('profile: ethereal-v2\ntransport: dctcp\nswitch: composite\nbalancer: spray');
    expect(transport).toMatchObject({ kind: 'dctcp', recovery: 'sr', rtoPs: null });
    expect(device).toMatchObject({ kind: 'composite', ecn: null });
    expect(balancer).toMatchObject({ kind: 'spray' });
  });

  test('a block of the same kind keeps what it leaves open', async () => {
    expect((await scenarioOf('profile: ethereal-v2\ntransport: { kind: dctcp-rate, rto: 2ms }')).transport).toMatchObject({
      recovery: 'gbn',
      rtoPs: 2e9,
    });
  });

  test('so do options and swept keys', async () => {
    expect((await scenarioOf('profile: ethereal-v2', '400Gbps', ['transport.g=0.5'])).transport).toMatchObject({
      kind: 'dctcp-rate',
      g: 0.5,
    });
    const cells = await expandCells(
      await loadText(`${fabric('400Gbps')}sweep: { grid: { profile: [ethereal-v2, ideal], balancer: [ecmp, spray] } }\n`),
    );
    expect(cells.map(({ swept, scenario }) => [swept['profile'], scenario.transport.kind, scenario.balancer.kind])).toEqual([
      ['ethereal-v2', 'dctcp-rate', 'ecmp'],
      ['ethereal-v2', 'dctcp-rate', 'spray'],
      ['ideal', 'fixed', 'ecmp'],
      ['ideal', 'fixed', 'spray'],
    ]);
  });

  test('jobs have the balancer and the transport of the profile unless they name their own', async () => {
    const jobs =
      'jobs: [{ name: a, workload: { kind: permutation, size: 1B } }, { name: b, workload: { kind: permutation, size: 1B }, balancer: spray }]';
    const text = `${fabric('400Gbps').split('\n')[0]}\nprofile: ethereal-v2\n${jobs}\n`;
    const { scenario } = await runSingle(await loadText(text));
    expect(scenario.jobs.map(({ balancer, transport }) => [balancer.kind, transport.kind])).toEqual([
      ['ethereal', 'dctcp-rate'],
      ['spray', 'dctcp-rate'],
    ]);
  });
});
