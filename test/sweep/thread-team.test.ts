import { DROPTAIL } from '../../sim/base/device-spec.ts';
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { TopologySpec } from '../../sim/base/topology-spec.ts';
import { attemptCell } from '../../sweep/run-cell.ts';
import { runSweep } from '../../sweep/run-sweep.ts';
import { StopFlag } from '../../sweep/stop-flag.ts';
import { HOST_BALANCERS } from '../balancing/host-balancer-specs.ts';
import { fatTreeSpec, leafSpineSpec } from '../sim/scenarios.ts';
import { checkThreads, runOnThreads, usefulThreads } from './built-threads.ts';
import { SCENARIO, fakeCells, fakeInput, temporaryDir } from './fakes.ts';

const spec = (scenario: Scenario) => ({ runId: 'a', seed: scenario.seed, swept: {}, scenario });
const on = (topology: TopologySpec, changes: Partial<Scenario> = {}): Scenario => ({ ...SCENARIO, topology, ...changes });

describe('a run on several threads says what a run on one says, in every column and table', () => {
  const ring = { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 2 ** 20, ranks: 16 } as const;
  const scenarios: Record<string, Scenario> = {
    'on a leaf-spine with drops': on(leafSpineSpec(4, 4, 2), {
      workload: { kind: 'incast', senders: 15, receiver: 3, sizeBytes: 500_000, ranks: 16 },
      switch: { ...DROPTAIL, queueBytes: 60_000 },
    }),
    'on a fat tree, over many phases': on(fatTreeSpec(4), { workload: ring, balancer: { kind: 'drb' } }),
    'with a balancer that hears marks and losses': on(leafSpineSpec(4, 4, 2), {
      workload: { kind: 'permutation', pattern: { shift: 4 }, sizeBytes: 500_000, ranks: 16 },
      switch: { ...DROPTAIL, queueBytes: 16_640, ecn: { lowBytes: 4160, highBytes: 12_480, maxProbability: 1 } },
      balancer: HOST_BALANCERS['uec-mixed'],
    }),
    'that stops at a number of packets': on(leafSpineSpec(4, 4, 2), { workload: ring, stopPackets: 2000 }),
    'with probes of a fabric that pauses': on(leafSpineSpec(4, 4, 2), {
      workload: { kind: 'incast', senders: 15, receiver: 3, sizeBytes: 200_000, ranks: 16 },
      transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: null, nackIntervalPs: 0 },
      switch: { ...DROPTAIL, kind: 'lossless-input', pauseBytes: 20_000, resumeBytes: 12_000, ecn: 'off' },
      probes: { everyPs: 300_000, what: ['queues', 'links', 'pauses', 'reorder'], links: 'all' },
    }),
    'with probes, that stops at a number of packets': on(fatTreeSpec(4), {
      workload: ring,
      stopPackets: 2000,
      probes: { everyPs: 83_200, what: ['reorder', 'links', 'queues'], links: 'fabric' },
    }),
    'with probes, and long stretches in which nothing happens': on(leafSpineSpec(4, 4, 2), {
      workload: {
        kind: 'flows',
        flows: [0, 1, 2].map((i) => ({ src: i, dst: 15 - 4 * i, sizeBytes: 40_000, startPs: i * 3e9 })),
        ranks: 16,
      },
      probes: { everyPs: 100_000, what: ['queues', 'links', 'reorder'], links: 'all' },
    }),
    'that stops at a time': on(leafSpineSpec(4, 4, 2), { workload: ring, stopAtPs: 33_333_333 }),
    'without answers': on(leafSpineSpec(4, 4, 2), {
      workload: ring,
      nic: { ...SCENARIO.nic, acks: 'none' },
      transport: { kind: 'fixed', rateBps: 100e9, windowBytes: null, recovery: 'none', rtoPs: null, nackIntervalPs: 0 },
      switch: { ...DROPTAIL, queueBytes: Infinity, ecn: 'off' },
    }),
  };
  test.each(Object.entries(scenarios))('%s', async (_, scenario) => {
    const expected = attemptCell(spec(scenario));
    expect(expected.kind).toBe('done');
    expect(await runOnThreads(spec(scenario), 2)).toEqual(expected);
    expect(await runOnThreads(spec(scenario), 3)).toEqual(expected);
  });
});

test('an error in a thread is the outcome, not a hang', async () => {
  const failures = [{ link: 'leaf0-spine0' }, { link: 'leaf0-spine1' }];
  const outcome = await runOnThreads(spec({ ...SCENARIO, failures }), 2);
  expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'E132', exitCode: 2 } });
});

test('a raised flag ends the run of all threads, and progress counts them all', async () => {
  const endless = { ...SCENARIO, workload: { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 2 ** 36, ranks: 4 } } as const;
  const stop = new StopFlag();
  let packets = 0;
  const onProgress = (progress: { packets: number }): void => {
    packets = progress.packets;
    stop.raise();
  };
  const outcome = await runOnThreads(spec(endless), 2, { stop, onProgress });
  expect(outcome.kind).toBe('stopped');
  const { row } = (outcome as Extract<typeof outcome, { kind: 'stopped' }>).record;
  expect(row['finished']).toBe(false);
  expect(packets).toBeGreaterThan(0);
  expect(packets).toBeLessThanOrEqual(row['packets'] as number);
});

describe('threads of a cell', () => {
  const large = on(leafSpineSpec(32, 64, 32));

  test('are as many as pay: one for 256 hosts at most, one where no packets are sent, at most one a ToR', () => {
    expect(usefulThreads(large, 4)).toBe(4);
    expect(usefulThreads(large, 99)).toBe(8);
    expect(usefulThreads(on(leafSpineSpec(3, 1000, 32)), 99)).toBe(3);
    expect(usefulThreads(on(leafSpineSpec(16, 31, 32)), 4)).toBe(1);
    expect(usefulThreads({ ...large, fidelity: 'bound' }, 4)).toBe(1);
    expect(usefulThreads(on(fatTreeSpec(16)), 9)).toBe(4);
  });

  test('that no partition could be made for are refused', () => {
    expect(() => checkThreads(large, 32)).not.toThrow();
    expect(() => checkThreads(large, 33)).toThrow(/33 threads are too many: the fabric has 32 ToR switches/);
    expect(() => checkThreads({ ...large, fidelity: 'bound' }, 2)).toThrow(/fidelity "bound" sends no packets/);
  });

  test.each([
    [9, 4, [1, 1, 1, 1, 1, 1, 1, 1, 1]],
    [2, 4, [2, 2]],
    [3, 8, [2, 3, 3]],
    [1, 4, [4]],
  ])('of %i cells for %i jobs are %j', async (cells, jobs, expected) => {
    const given: number[] = [];
    const runner = () =>
      Promise.resolve({
        run: (cell: Parameters<typeof attemptCell>[0], _control: unknown, threads = 1) => {
          given.push(threads);
          return Promise.resolve(attemptCell({ ...cell, scenario: SCENARIO }));
        },
        close: () => Promise.resolve(),
      });
    const chosen = fakeCells(3)
      .slice(0, cells)
      .map((cell) => ({ ...cell, scenario: { ...large, seed: cell.seed } }));
    await runSweep(fakeInput(chosen), { dir: `${temporaryDir()}/out`, jobs, runner });
    expect(given).toEqual(expected);
  });
});

test('of a sweep with threads the cells that send no packets run on one', async () => {
  const given: [string, number][] = [];
  const runner = () =>
    Promise.resolve({
      run: (cell: Parameters<typeof attemptCell>[0], _control: unknown, threads = 1) => {
        given.push([(cell.scenario as Scenario).fidelity, threads]);
        return Promise.resolve(attemptCell(cell));
      },
      close: () => Promise.resolve(),
    });
  const cells = fakeCells(1).map((cell, i) => ({ ...cell, scenario: { ...SCENARIO, fidelity: i === 1 ? 'bound' : 'packet' } as Scenario }));
  await runSweep(fakeInput(cells), { dir: `${temporaryDir()}/out`, jobs: 1, threads: 8, runner });
  expect(given).toEqual([
    ['packet', 2],
    ['bound', 1],
    ['packet', 2],
  ]);
  await expect(runSweep(fakeInput(cells), { dir: `${temporaryDir()}/out`, jobs: 1, threads: 1.5, runner })).rejects.toThrow(/whole number/);
  expect(await runOnThreads(spec({ ...SCENARIO, fidelity: 'bound' }), 2)).toMatchObject({ kind: 'failed', failure: { code: 'E163' } });
});

test('a run that has done everything when it is asked to stop is done, not stopped', () => {
  const whole = attemptCell(spec(SCENARIO));
  for (let poll = 1; poll < 60; poll++) {
    let polls = 0;
    const outcome = attemptCell(spec(SCENARIO), { shouldStop: () => ++polls === poll });
    if (outcome.kind === 'done') expect(outcome).toEqual(whole);
    else expect(polls).toBe(poll);
  }
});
