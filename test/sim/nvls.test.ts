import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { mergeSchedules } from '../../sim/base/merge-schedules.ts';
import { type Schedule, ScheduleBuilder } from '../../sim/base/schedule.ts';
import type { RailSpec, ServerSpec } from '../../sim/base/topology-spec.ts';
import { prepare } from '../../sim/prepare.ts';
import { simulate, simulatePrepared } from '../../sim/simulate.ts';
import { collectiveTime, type MessageCost } from '../../workloads/collectives/closed-forms.ts';
import { collectiveSchedule } from '../../workloads/collectives/collective.ts';
import { goalProgram } from '../../workloads/export/goal-program.ts';
import { withLateRanks } from '../../workloads/late-ranks.ts';
import { ideal, leafSpineSpec, scenarioOf } from './scenarios.ts';

/** 4096 bytes take 81,920 ps at 400 Gb/s. */
const X = 81_920;
const D = 500_000;

const railOf = (servers: number, gpus: number, nvlink: ServerSpec['nvlink']): RailSpec => ({
  kind: 'rail',
  servers,
  serversPerSegment: servers,
  spines: 1,
  hostLink: { rateBps: 400e9, delayPs: 500_000 },
  fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 1 },
  placement: 'packed',
  server: { gpus, nics: gpus, nvlink },
});

type Message = readonly [src: number, dst: number, bytes: number];

/** Operations of the switch and lone messages, all posted at 0: ends of the receives, and the run. */
function run(groups: readonly (readonly Message[])[]) {
  const builder = new ScheduleBuilder(4);
  const phase = builder.phase('all');
  for (const group of groups) builder.inSwitch(group.map(([src, dst, bytes]) => builder.message(src, dst, bytes, phase)));
  const topology = railOf(1, 4, { rateBps: 400e9, delayPs: D });
  const scenario = scenarioOf({ topology, workload: { kind: 'flows', flows: [], ranks: 4 } });
  const result = simulatePrepared(prepare(scenario, builder.build()));
  const ends = [...result.tables.operations!.endPs];
  return { sends: ends.filter((_, op) => op % 2 === 0), receives: ends.filter((_, op) => op % 2 === 1), result };
}

describe('operations of a switch (docs/model-servers.md 2.1)', () => {
  test('a multicast occupies its egress once, and each ingress', () => {
    const { receives, sends } = run([[[0, 1, 4096], [0, 2, 4096], [0, 3, 4096]], [[0, 1, 4096]], [[2, 3, 4096]]]); // prettier-ignore
    // The lone message of rank 0 leaves at X; that of rank 2 meets the copy at rank 3, whose number is lower.
    expect(receives).toEqual([X + D, X + D, X + D, 2 * X + D, 2 * X + D]);
    expect(sends).toEqual(receives.map((ps) => ps + D));
  });

  test('a sum occupies each egress, and its ingress once, from its last head on', () => {
    const { receives, sends } = run([[[2, 3, 40_960]], [[1, 0, 4096], [2, 0, 4096], [3, 0, 4096]], [[1, 0, 4096]]]); // prettier-ignore
    // Rank 2 is busy until 10 X. The second message of rank 1, with its head at X + D, passes by the sum, which waits for it till 10 X + D.
    expect(receives).toEqual([10 * X + D, 11 * X + D, 11 * X + D, 11 * X + D, 2 * X + D]);
    expect(sends).toEqual(receives.map((ps) => ps + D));
  });

  test('bounds count the shared port once', () => {
    const copies = run([[[0, 1, 4096], [0, 2, 4096], [0, 3, 4096]]]).result; // prettier-ignore
    const sum = run([[[1, 0, 4096], [2, 0, 4096], [3, 0, 4096]]]).result; // prettier-ignore
    for (const each of [copies, sum]) expect([each.completionPs, each.boundPs]).toEqual([X + 2 * D, X + 2 * D]);
  });

  test('go on in merged Schedules, and behind late ranks', () => {
    const spec: CollectiveSpec = { kind: 'all-gather', algorithm: 'nvls', sizeBytes: 4096 * 4, ranks: 4, ranksPerServer: 4 };
    const alone = collectiveSchedule(spec);
    expect([...alone.switchOperation!].filter((operation) => operation >= 0)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
    const merged = mergeSchedules([alone, alone]);
    expect([...merged.switchOperation!.subarray(alone.ops)]).toEqual([...alone.switchOperation!].map((i) => (i < 0 ? i : i + 4)));
    const late = withLateRanks(alone, { startPs: 7e6, startJitterPs: 0, stragglers: null }, 1);
    const timeOf = (schedule: Schedule): number => {
      const topology = railOf(1, 4, { rateBps: 400e9, delayPs: D });
      const { tables } = simulatePrepared(prepare(scenarioOf({ topology, workload: spec }), schedule));
      return Math.max(...tables.operations!.endPs);
    };
    expect(timeOf(late)).toBe(7e6 + timeOf(alone));
    // Two at once: each egress carries two blocks, each ingress six.
    expect([timeOf(alone), timeOf(merged)]).toEqual([3 * X + 2 * D, 6 * X + 2 * D]);
  });
});

/** A server of g GPUs on its own. */
function timeOf(spec: CollectiveSpec, nvlink: ServerSpec['nvlink']): number {
  const result = simulate(scenarioOf({ ...ideal, topology: railOf(1, spec.ranks, nvlink), workload: spec }));
  expect([result.packets, result.finished]).toEqual([0, true]);
  expect(result.boundPs).toBeLessThanOrEqual(result.completionPs!);
  return result.completionPs! - nvlink.delayPs;
}

const nvls = (kind: 'all-reduce' | 'all-gather' | 'reduce-scatter', ranks: number, sizeBytes: number, chunks = 1): CollectiveSpec => ({
  kind,
  algorithm: 'nvls',
  sizeBytes,
  ranks,
  ranksPerServer: ranks,
  ...(chunks > 1 ? { chunks } : {}),
});

const links = fc.record({
  rateBps: fc.constantFrom(400e9, 800e9, 1.6e12, 3.6e12, 7.2e12),
  delayPs: fc.integer({ min: 1, max: 2000 }).map((ns) => 1000 * ns),
});
const costOf = ({ rateBps, delayPs }: ServerSpec['nvlink']): MessageCost => {
  const inServer = { alphaPs: delayPs, betaPsPerByte: 8e12 / rateBps };
  return { ...inServer, inServer };
};

describe('nvls in one server', () => {
  const sizes = fc.integer({ min: 1, max: 64 }).map((packets) => packets * 4500);

  test.prop([fc.constantFrom('all-gather' as const, 'reduce-scatter' as const), fc.integer({ min: 3, max: 12 }), sizes, links], {
    numRuns: 30,
  })('an all-gather and a reduce-scatter take their closed form, alpha + n (p-1)/p beta', (kind, p, block, nvlink) => {
    const spec = nvls(kind, p, p * block);
    const form = collectiveTime(spec, costOf(nvlink))!;
    expect(form.is).toBe('exact');
    expect(Math.abs(timeOf(spec, nvlink) - form.timePs)).toBeLessThanOrEqual(p / 2 + 0.01);
  });

  test.prop([fc.integer({ min: 4, max: 12 }), sizes, links], { numRuns: 30 })(
    'an all-reduce without chunks: p-1 shards up and as many down, or two more latencies',
    (p, block, nvlink) => {
      const s = (block * 8e12) / nvlink.rateBps;
      const d = nvlink.delayPs;
      fc.pre(d <= (p - 2) * s);
      // GPUs that have their sum before their own parts have left replicate it at (p-1) s; the two last sums arrive at (p-1) s + d.
      const expected = Math.max(2 * (p - 1) * s + d, (p + 1) * s + 2 * d);
      expect(Math.abs(timeOf(nvls('all-reduce', p, p * block), nvlink) - expected)).toBeLessThanOrEqual(p + 0.01);
    },
  );

  test.prop([fc.integer({ min: 3, max: 8 }), links], { numRuns: 20 })(
    'an all-reduce in many chunks comes near alpha + n beta, half of what a ring takes of its ports, and never below',
    (p, nvlink) => {
      // A chunk lasts 8 delays.
      const chunks = 32;
      const sizeBytes = Math.round((8 * chunks * nvlink.delayPs * nvlink.rateBps) / 8e12);
      const spec = nvls('all-reduce', p, sizeBytes, chunks);
      const floor = collectiveTime(spec, costOf(nvlink))!;
      expect(floor.is).toBe('lower bound');
      const ratio = timeOf(spec, nvlink) / floor.timePs;
      expect(ratio).toBeGreaterThanOrEqual(1);
      expect(ratio).toBeLessThan(1 + 3 / chunks);
      const ring = timeOf({ kind: 'all-reduce', algorithm: 'ring', sizeBytes, ranks: p, ranksPerServer: p }, nvlink);
      expect(ring / timeOf(spec, nvlink)).toBeGreaterThan(((2 * (p - 1)) / p) * (1 - 3 / chunks));
    },
  );
});

describe('nvls-tree', () => {
  test('two servers of two: sums, each half over its tree, and back, by hand', () => {
    const nvlink = { rateBps: 3.2e12, delayPs: 250_000 };
    const packets = 8;
    const spec: CollectiveSpec = {
      kind: 'all-reduce',
      algorithm: 'nvls-tree',
      ranks: 4,
      ranksPerServer: 2,
      sizeBytes: 4 * packets * 4096,
    };
    const result = simulate(scenarioOf({ ...ideal, topology: railOf(2, 2, nvlink), workload: spec }));
    /** Half of a shard is a quarter of the vector. */
    const near = packets * 4096 * 2.5;
    const far = (packets + 1) * 83_200 + 2 * 500_000;
    // The second half's part leaves behind the first one's, then goes up and down its tree, whose last sender knows of it after two delays; by
    // then the other GPU has it too, and answered.
    expect(result.completionPs).toBe(2 * near + 250_000 + 2 * far + Math.max(2 * 500_000, near + 2 * 250_000));
  });

  test.prop([fc.integer({ min: 2, max: 6 }), fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 4 })], { numRuns: 12 })(
    'stays on its rails, which each carry 2 n/g each way at an inner node',
    (servers, gpus, chunks) => {
      const packets = 2 * chunks * 4;
      const spec: CollectiveSpec = {
        kind: 'all-reduce',
        algorithm: 'nvls-tree',
        ranks: servers * gpus,
        ranksPerServer: gpus,
        sizeBytes: gpus * packets * 4096,
        chunks,
      };
      const topology = railOf(servers, gpus, { rateBps: 3.6e12, delayPs: 300_000 });
      const result = simulate(scenarioOf({ ...ideal, topology, workload: spec }));
      expect([result.finished, result.maxLinkLoadBytes]).toEqual([true, 0]);
      // A tree over q nodes has q - 1 edges, each of them carries its half up and down.
      expect(result.packets).toBe(gpus * packets * 2 * (servers - 1));
      expect(result.boundPs).toBeLessThanOrEqual(result.completionPs!);
    },
  );
});

describe('where no switch adds', () => {
  const spec = nvls('all-reduce', 4, 4096 * 4);

  test('a fabric without servers, or with smaller ones, is an error that names two ranks', () => {
    const plain = scenarioOf({ ...ideal, topology: leafSpineSpec(1, 4, 1), workload: spec });
    expect(() => simulate(plain)).toThrow(expect.objectContaining({ code: 'E165' }));
    const smaller = scenarioOf({ ...ideal, topology: railOf(2, 2, { rateBps: 1e12, delayPs: D }), workload: spec });
    expect(() => simulate(smaller)).toThrow(/nvls: ranks 2 and 0 are not in one server/);
  });

  test('LogGOPS and GOAL refuse it', () => {
    const rest = { overheadPs: 1, gapPs: 1, gapFsPerByte: 1, overheadFsPerByte: 0, eagerBytes: 1 };
    const compat = { kind: 'loggops', latencyPs: 1e6, ...rest } as const;
    const topology = railOf(1, 4, { rateBps: 1e12, delayPs: D });
    expect(() => simulate(scenarioOf({ ...ideal, topology, workload: spec, compat }))).toThrow(/loggops has no NVSwitch/);
    expect(() => goalProgram(collectiveSchedule(spec), 'ps')).toThrow(/GOAL cannot express send 0 .* an NVSwitch adds/);
  });
});
