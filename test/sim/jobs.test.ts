import { fc, test as propTest } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import type { JobSpec } from '../../sim/base/job-spec.ts';
import { AT_ONCE, jobSeed } from '../../sim/base/job-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { WorkloadSpec } from '../../sim/base/workload-spec.ts';
import { planFlows } from '../../sim/balancing/plan.ts';
import { prepare } from '../../sim/prepare.ts';
import { simulate } from '../../sim/simulate.ts';
import { buildWorkload } from '../../workloads/build-workload.ts';
import { leafSpineSpec, plainEthereal, scenarioOf } from './scenarios.ts';

const ETHEREAL: BalancerSpec = { ...plainEthereal, shuffleFlows: true, shufflePaths: true };

const FIXED: Scenario['transport'] = { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'none', rtoPs: null, nackIntervalPs: 0 };
const LOSSLESS = { transport: FIXED, switch: { ...DROPTAIL, queueBytes: Infinity, ecn: 'off' as const } };
const NOBODY: WorkloadSpec = { kind: 'flows', flows: [], ranks: 16 };

const permutation = (ranks: number, sizeBytes = 100_000): WorkloadSpec => ({
  kind: 'permutation',
  pattern: { shift: 1 },
  sizeBytes,
  ranks,
});
const ring = (ranks: number): WorkloadSpec => ({ kind: 'all-reduce', algorithm: 'ring', sizeBytes: 1e6, ranks });
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

const job = (name: string, workload: WorkloadSpec, ranks: readonly number[], changes: Partial<JobSpec> = {}): JobSpec => ({
  name,
  workload,
  ranks,
  balancer: { kind: 'ecmp' },
  transport: FIXED,
  trafficClass: 3,
  start: AT_ONCE,
  ...changes,
});

/** Four leaves of four hosts. */
const withJobs = (jobs: readonly JobSpec[], changes: Partial<Scenario> = {}): Scenario =>
  scenarioOf({ topology: leafSpineSpec(4, 4, 2), workload: NOBODY, ...LOSSLESS, jobs, ...changes });

const background = (untilPs: number): NonNullable<Scenario['background']> => ({
  load: 0.3,
  sizes: [{ sizeBytes: 20_000, probability: 1 }],
  untilPs,
  ranks: range(0, 16),
  balancer: { kind: 'ecmp' },
  transport: FIXED,
  trafficClass: 3,
});

describe('several jobs on one fabric', () => {
  test('are one Schedule: the operations of one after those of the other, on the ranks that they name', () => {
    const { schedule, jobs } = prepare(withJobs([job('a', permutation(3), [9, 4, 2]), job('b', ring(2), [15, 0])]));
    const alone = [permutation(3), ring(2)].map((workload) => buildWorkload(workload, 1).schedule);
    expect(jobs.map(({ firstOp }) => firstOp)).toEqual([0, alone[0]!.ops]);
    expect(schedule.ops).toBe(alone[0]!.ops + alone[1]!.ops);
    expect([...schedule.jobOfOp]).toEqual([...alone[0]!.kind.map(() => 0), ...alone[1]!.kind.map(() => 1)]);
    expect([...schedule.rank]).toEqual([
      ...Array.from(alone[0]!.rank, (rank) => [9, 4, 2][rank]!),
      ...Array.from(alone[1]!.rank, (rank) => [15, 0][rank]!),
    ]);
    expect([...schedule.match.subarray(alone[0]!.ops)]).toEqual(Array.from(alone[1]!.match, (op) => op + alone[0]!.ops));
    expect(schedule.phaseNames).toEqual([
      ...alone[0]!.phaseNames.map((name) => `a: ${name}`),
      ...alone[1]!.phaseNames.map((name) => `b: ${name}`),
    ]);
  });

  test('each has its messages cut by its own balancer, with draws of its own; flows are numbered by host, then by job', () => {
    const kinds: readonly BalancerSpec[] = [{ kind: 'ecmp-split', k: 3 }, ETHEREAL, ETHEREAL];
    const scenario = withJobs(
      kinds.map((balancer, i) =>
        job(`j${i}`, { kind: 'all-to-all', algorithm: 'direct', sizeBytes: 1e6, ranks: 16 }, range(0, 16), { balancer }),
      ),
    );
    const { plan, jobOfFlow, jobs, topology } = prepare(scenario);
    const plans = jobs.map(({ schedule }, i) =>
      planFlows(topology, schedule, kinds[i]!, { seed: jobSeed(1, i), mtuBytes: PLAIN_NIC.mtuBytes }),
    );
    const expected = range(0, 16).flatMap((host) =>
      plans.flatMap((own, i) =>
        range(own.hostOffset[host]!, own.hostOffset[host + 1]! - own.hostOffset[host]!).map((flow) => [
          i,
          host,
          own.dstHost[flow]!,
          own.message[flow]! + jobs[i]!.firstOp,
          own.bytes[flow]!,
          own.path[flow]!,
          own.startDelayPs[flow]!,
        ]),
      ),
    );
    const actual = range(0, plan.flows).map((flow) => [
      jobOfFlow[flow]!,
      plan.srcHost[flow]!,
      plan.dstHost[flow]!,
      plan.message[flow]!,
      plan.bytes[flow]!,
      plan.path[flow]!,
      plan.startDelayPs[flow]!,
    ]);
    expect(actual).toEqual(expected);
    // The same balancer twice draws different paths.
    expect([...plans[1]!.path]).not.toEqual([...plans[2]!.path]);
  });

  test('that share no link end as if each were alone', () => {
    const one = simulate(scenarioOf({ topology: leafSpineSpec(4, 4, 2), workload: ring(4), ...LOSSLESS }));
    const both = simulate(
      withJobs([job('a', ring(4), range(0, 4)), job('b', ring(4), range(8, 4), { start: { ...AT_ONCE, startPs: 7e6 } })]),
    );
    expect(both.jobs.map(({ name, completionPs }) => [name, completionPs])).toEqual([
      ['a', one.completionPs],
      ['b', one.completionPs! + 7e6],
    ]);
    expect(both.completionPs).toBe(one.completionPs! + 7e6);
    expect(both.jobs.map(({ flows, fctPs }) => [flows, fctPs])).toEqual([
      [one.flows, one.tables.fctPs],
      [one.flows, one.tables.fctPs],
    ]);
    expect([both.flows, both.packets, both.packetHops]).toEqual([2 * one.flows, 2 * one.packets!, 2 * one.packetHops!]);
  });

  test('that are only one have nothing to tell apart, and run like a workload', () => {
    const { jobs, ...rest } = simulate(withJobs([job('a', ring(16), range(0, 16))]));
    expect(jobs).toEqual([]);
    expect({ jobs, ...rest }).toEqual(simulate(scenarioOf({ topology: leafSpineSpec(4, 4, 2), workload: ring(16), ...LOSSLESS })));
  });
});

describe('a background', () => {
  const workload = permutation(16);
  const alone = scenarioOf({ topology: leafSpineSpec(4, 4, 2), workload, ...LOSSLESS });

  test('is not part of the completion, the flows and the bound of a run, but of its loads and packets', () => {
    const quiet = simulate(alone);
    const loud = simulate({ ...alone, background: background(50e6) });
    expect(loud.finished).toBe(true);
    expect(loud.flows).toBe(quiet.flows);
    expect(loud.tables.fctPs).toHaveLength(quiet.flows);
    expect(loud.boundPs).toBe(quiet.boundPs);
    expect(loud.completionPs!).toBeGreaterThan(quiet.completionPs!);
    expect(loud.packets!).toBeGreaterThan(quiet.packets!);
    expect(loud.idealLinkLoadBytes).toBeGreaterThan(quiet.idealLinkLoadBytes);
    const [front, back] = loud.jobs;
    expect([front!.name, back!.name, back!.isBackground]).toEqual(['workload', 'background', true]);
    expect(front!.completionPs).toBe(loud.completionPs);
    expect(back!.completionPs!).toBeGreaterThan(loud.completionPs!);
  });

  test('that has not started a flow changes nothing', () => {
    const { jobs, ...rest } = simulate({ ...alone, background: background(1) });
    expect(jobs.at(-1)).toMatchObject({ name: 'background', flows: 0, finished: true, completionPs: 0 });
    const { jobs: _none, ...quiet } = simulate(alone);
    expect(rest).toEqual(quiet);
  });

  test('that ends before the foreground can is a notice', () => {
    const notices = (untilPs: number): string[] => prepare({ ...alone, background: background(untilPs) }).notices.map(({ text }) => text);
    expect(notices(1e6).join()).toContain('background');
    expect(notices(1e9)).toEqual([]);
  });
});

test('a common late start moves the end of a run by as much, and its bound', () => {
  const scenario = scenarioOf({ topology: leafSpineSpec(4, 4, 2), workload: ring(16), ...LOSSLESS });
  const late = simulate({ ...scenario, start: { ...AT_ONCE, startPs: 12_345 } });
  const { completionPs, boundPs, tables } = simulate(scenario);
  expect(late.completionPs).toBe(completionPs! + 12_345);
  expect(late.boundPs).toBeLessThanOrEqual(boundPs + 12_345);
  expect(late.tables.fctPs).toEqual(tables.fctPs);
});

const jobCases = fc.record({
  seed: fc.nat(1000),
  balancers: fc.array(fc.constantFrom<BalancerSpec>({ kind: 'ecmp' }, { kind: 'ecmp-split', k: 2 }, ETHEREAL), {
    minLength: 2,
    maxLength: 3,
  }),
  startJitterPs: fc.constantFrom(0, 3_000_000),
  hasBackground: fc.boolean(),
});

propTest.prop([jobCases], { numRuns: 15 })(
  'no job ends before its bound, nor the foreground before those that count loads: packets take at least what fidelity: bound says',
  ({ seed, balancers, startJitterPs, hasBackground }) => {
    const scenario = withJobs(
      balancers.map((balancer, i) =>
        job(`j${i}`, { kind: 'permutation', pattern: 'random', sizeBytes: 60_000 + i, ranks: 12 }, range(2 * i, 12), {
          balancer,
          start: { ...AT_ONCE, startJitterPs },
        }),
      ),
      { seed, background: hasBackground ? background(10e6) : null },
    );
    const packets = simulate(scenario);
    expect(packets.finished).toBe(true);
    for (const { completionPs, boundPs } of packets.jobs) expect(completionPs!).toBeGreaterThanOrEqual(boundPs);
    const bound = simulate({ ...scenario, fidelity: 'bound' });
    expect(packets.boundPs).toBe(bound.boundPs);
    expect(packets.completionPs!).toBeGreaterThanOrEqual(bound.completionPs!);
    expect(bound.completionPs!).toBeGreaterThanOrEqual(bound.boundPs);
    // Nothing is lost and every path is known before the run.
    expect(packets.tables.linkLoadBytes).toEqual(bound.tables.linkLoadBytes);
  },
);
