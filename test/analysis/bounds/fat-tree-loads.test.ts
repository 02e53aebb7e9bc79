import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { BalancerSpec } from '../../../sim/base/balancer-spec.ts';
import type { FatTreeSpec } from '../../../sim/base/topology-spec.ts';
import type { Schedule } from '../../../sim/base/schedule.ts';
import type { Topology } from '../../../sim/base/topology.ts';
import { type FabricLoads, fabricLoads } from '../../../analysis/bounds/link-loads.ts';
import { buildTopology, hostCount } from '../../../topologies/build-topology.ts';
import { ethereal, messages, plan } from '../../balancing/fabric.ts';
import { fatTreeSpec } from '../../sim/scenarios.ts';

const build = (spec: FatTreeSpec, dead: readonly string[] = []): Topology =>
  buildTopology(
    spec,
    dead.map((link) => ({ link })),
    hostCount(spec),
    1,
  );

const loadsOf = (topology: Topology, schedule: Schedule, balancer: BalancerSpec, seed = 1): FabricLoads =>
  fabricLoads(topology, schedule, plan(topology, schedule, balancer, seed), balancer, { seed, hash: 'ideal', sameSalt: false });

const SPRAYS: BalancerSpec[] = [{ kind: 'spray' }, { kind: 'drb' }, { kind: 'spray-switch-rr', variant: 'plain' }];
const HASHED: BalancerSpec[] = [{ kind: 'ecmp' }, { kind: 'ecmp-split', k: 4 }];
const splits = fc.constantFrom('equal' as const, 'fewest' as const);

/** Divisible by 1, 4, 9 and 16: the share of each core in trees of 2 to 8 ports is whole bytes. */
const UNIT = 144;
const radices = fc.constantFrom(2, 4, 6, 8);
const demands = fc.array(
  fc.record({ src: fc.nat(), dst: fc.nat(), bytes: fc.constantFrom(UNIT, 2 * UNIT, 5 * UNIT), phase: fc.integer({ min: 0, max: 1 }) }),
  { minLength: 1, maxLength: 150 },
);
type Demand = readonly { readonly src: number; readonly dst: number; readonly bytes: number; readonly phase: number }[];

const demandOn = (ranks: number, demand: Demand): Schedule =>
  messages(
    ranks,
    demand.map((m) => ({ ...m, src: m.src % ranks, dst: m.dst % ranks })).filter((m) => m.src !== m.dst),
  );

/** Bytes that leave and enter every ToR, and every pod. */
function crossing(spec: FatTreeSpec, schedule: Schedule) {
  const tors = spec.pods * spec.torsPerPod;
  const zeros = (length: number): number[] => new Array<number>(length).fill(0);
  const demand = { torOut: zeros(tors), torIn: zeros(tors), podOut: zeros(spec.pods), podIn: zeros(spec.pods) };
  for (let op = 0; op < schedule.ops; op++) {
    if (schedule.kind[op] !== 0) continue;
    const [src, dst] = [schedule.rank[op]!, schedule.peer[op]!].map((host) => Math.floor(host / spec.hostsPerTor)) as [number, number];
    const [srcPod, dstPod] = [src, dst].map((tor) => Math.floor(tor / spec.torsPerPod)) as [number, number];
    if (src === dst) continue;
    demand.torOut[src]! += schedule.bytes[op]!;
    demand.torIn[dst]! += schedule.bytes[op]!;
    if (srcPod === dstPod) continue;
    demand.podOut[srcPod]! += schedule.bytes[op]!;
    demand.podIn[dstPod]! += schedule.bytes[op]!;
  }
  return demand;
}

/** What ideal spraying puts on a link: of its ToR's bytes 1 / aggregation switches, of its pod's bytes 1 / cores. */
function idealBytes(spec: FatTreeSpec, demand: ReturnType<typeof crossing>, from: string, to: string): number {
  const cores = spec.aggsPerPod * spec.coresPerAgg;
  const [a, b] = [from, to].map((name) => Number(name.replace(/\D/g, ''))) as [number, number];
  if (from.startsWith('tor')) return demand.torOut[a]! / spec.aggsPerPod;
  if (to.startsWith('tor')) return demand.torIn[b]! / spec.aggsPerPod;
  if (to.startsWith('core')) return demand.podOut[Math.floor(a / spec.aggsPerPod)]! / cores;
  return demand.podIn[Math.floor(b / spec.aggsPerPod)]! / cores;
}

const fabricLinks = (topology: Topology): { link: number; from: string; to: string }[] =>
  Array.from({ length: topology.links }, (_, link) => link)
    .filter((link) => topology.linkIsFabric[link] === 1)
    .map((link) => ({ link, from: topology.nodeNames[topology.linkFrom[link]!]!, to: topology.nodeNames[topology.linkTo[link]!]! }));

describe('P12: three tiers', () => {
  test.prop([radices, demands, splits, fc.nat()])(
    'under Ethereal every link of all four classes carries exactly what ideal spraying would put there',
    (k, demand, split, seed) => {
      const spec = fatTreeSpec(k);
      const topology = build(spec);
      const schedule = demandOn(topology.hosts, demand);
      const loads = loadsOf(topology, schedule, ethereal({ split }), seed);
      const expected = crossing(spec, schedule);
      for (const { link, from, to } of fabricLinks(topology)) {
        const bytes = idealBytes(spec, expected, from, to);
        expect([loads.linkLoadBytes[link], loads.idealLinkLoadBytes[link]]).toEqual([bytes, bytes]);
      }
      expect([loads.congestionRatio, loads.worstPhaseCongestionRatio]).toEqual([1, 1]);
    },
  );

  test.prop([
    fc.record({
      pods: fc.integer({ min: 1, max: 4 }),
      torsPerPod: fc.integer({ min: 1, max: 3 }),
      aggsPerPod: fc.integer({ min: 1, max: 3 }),
      coresPerAgg: fc.constantFrom(1, 2, 4),
      hostsPerTor: fc.integer({ min: 1, max: 3 }),
    }),
    demands,
    splits,
  ])('on oversubscribed trees too', (counts, demand, split) => {
    const spec = fatTreeSpec(2, counts);
    const topology = build(spec);
    const schedule = demandOn(topology.hosts, demand);
    const loads = loadsOf(topology, schedule, ethereal({ split }));
    const expected = crossing(spec, schedule);
    for (const { link, from, to } of fabricLinks(topology)) {
      expect(loads.linkLoadBytes[link]).toBe(idealBytes(spec, expected, from, to));
    }
  });

  test.prop([radices, demands, fc.constantFrom(...SPRAYS)])('spraying carries the same in the mean', (k, demand, balancer) => {
    const spec = fatTreeSpec(k);
    const topology = build(spec);
    const schedule = demandOn(topology.hosts, demand);
    const loads = loadsOf(topology, schedule, balancer);
    const expected = crossing(spec, schedule);
    for (const { link, from, to } of fabricLinks(topology)) {
      expect(loads.linkLoadBytes[link]).toBe(idealBytes(spec, expected, from, to));
    }
  });

  test.each([4, 6, 8])(
    'a flow between pods puts 2/k on each aggregation switch and 4/k^2 on each core, one inside a pod 2/k: k = %d',
    (k) => {
      const topology = build(fatTreeSpec(k));
      const bytes = 1000 * k ** 2;
      const loadedBy = (dst: number): Map<string, number[]> => {
        const loads = loadsOf(topology, messages(topology.hosts, [{ src: 0, dst, bytes }]), ethereal()).linkLoadBytes;
        const byClass = new Map<string, number[]>();
        for (const { link, from, to } of fabricLinks(topology)) {
          if (loads[link] === 0) continue;
          const name = `${from}>${to}`.replace(/\d+/g, '');
          byClass.set(name, [...(byClass.get(name) ?? []), loads[link]! / bytes]);
        }
        return byClass;
      };
      const half = new Array<number>(k / 2).fill(2 / k);
      const cores = new Array<number>((k / 2) ** 2).fill(4 / k ** 2);
      const otherPod = topology.hosts - 1;
      const samePod = (k / 2) ** 2 - 1;
      expect(loadedBy(otherPod)).toEqual(
        new Map([
          ['tor>agg', half],
          ['agg>core', cores],
          ['core>agg', cores],
          ['agg>tor', half],
        ]),
      );
      expect(loadedBy(samePod)).toEqual(
        new Map([
          ['tor>agg', half],
          ['agg>tor', half],
        ]),
      );
      expect(loadedBy(1)).toEqual(new Map());
    },
  );

  test.prop([radices, demands, fc.constantFrom(...HASHED), fc.nat()])(
    'hashing puts no byte less on the fullest link of each class, and loses none',
    (k, demand, balancer, seed) => {
      const topology = build(fatTreeSpec(k));
      const schedule = demandOn(topology.hosts, demand);
      const loads = loadsOf(topology, schedule, balancer, seed);
      const spec = fatTreeSpec(k);
      const expected = crossing(spec, schedule);
      const sums = new Map<string, { load: number; ideal: number; most: number; mostIdeal: number }>();
      for (const { link, from, to } of fabricLinks(topology)) {
        const name = `${from}>${to}`.replace(/\d+/g, '');
        const sum = sums.get(name) ?? { load: 0, ideal: 0, most: 0, mostIdeal: 0 };
        const [load, ideal] = [loads.linkLoadBytes[link]!, idealBytes(spec, expected, from, to)];
        sums.set(name, {
          load: sum.load + load,
          ideal: sum.ideal + ideal,
          most: Math.max(sum.most, load),
          mostIdeal: Math.max(sum.mostIdeal, ideal),
        });
      }
      for (const { load, ideal, most, mostIdeal } of sums.values()) {
        expect(load).toBe(ideal);
        expect(most).toBeGreaterThanOrEqual(mostIdeal);
      }
      expect(loads.congestionRatio).toBeGreaterThanOrEqual(1);
    },
  );
});

describe('messages too small to cut', () => {
  test.each(['equal', 'fewest'] as const)('from each host of a pod to its partner in another, they use every core once: %s', (split) => {
    for (const k of [4, 6, 8]) {
      const topology = build(fatTreeSpec(k));
      const inPod = (k / 2) ** 2;
      const schedule = messages(
        topology.hosts,
        Array.from({ length: topology.hosts }, (_, src) => ({ src, dst: (src + inPod) % topology.hosts, bytes: 4096 })),
      );
      const balancer = ethereal({ split, minPieceBytes: 4096 });
      expect(plan(topology, schedule, balancer).limitedFlows).toBe(topology.hosts);
      const loads = loadsOf(topology, schedule, balancer);
      for (const { link } of fabricLinks(topology)) expect(loads.linkLoadBytes[link]).toBe(4096);
    }
  });
});

describe('P13: failures in three tiers', () => {
  const cuts = fc.uniqueArray(
    fc.oneof(
      fc.tuple(fc.nat(7), fc.nat(1)).map(([t, a]) => `tor${t}-agg${2 * Math.floor(t / 2) + a}`),
      fc.tuple(fc.nat(7), fc.nat(1)).map(([a, c]) => `agg${a}-core${2 * (a % 2) + c}`),
    ),
    { minLength: 1, maxLength: 2 },
  );

  test.prop([cuts, demands, fc.constantFrom<BalancerSpec>(ethereal(), ethereal({ split: 'fewest' }), ...SPRAYS, ...HASHED)])(
    'dead links carry nothing, and every byte still crosses the tiers that it has to',
    (dead, demand, balancer) => {
      const spec = fatTreeSpec(4);
      const topology = build(spec, dead);
      const joined = (m: { src: number; dst: number }): boolean => {
        const [src, dst] = [m.src, m.dst].map((host) => topology.torOfHost[host % topology.hosts]!) as [number, number];
        return src === dst || topology.pathsBetween(src, dst).ids.length > 0;
      };
      const schedule = demandOn(topology.hosts, demand.filter(joined)); // prettier-ignore
      const loads = loadsOf(topology, schedule, balancer);
      const expected = crossing(spec, schedule);
      const sum = { up: 0, core: 0 };
      for (const { link, from, to } of fabricLinks(topology)) {
        if (topology.linkUp[link] === 0) expect(loads.linkLoadBytes[link]).toBe(0);
        if (from.startsWith('tor')) sum.up += loads.linkLoadBytes[link]!;
        if (to.startsWith('core')) sum.core += loads.linkLoadBytes[link]!;
      }
      expect(sum.up).toBeCloseTo(
        expected.torOut.reduce((a, b) => a + b),
        6,
      );
      expect(sum.core).toBeCloseTo(
        expected.podOut.reduce((a, b) => a + b),
        6,
      );
    },
  );

  test('Ethereal weighs the paths that are left by capacity, as perfect spraying does', () => {
    const topology = build(fatTreeSpec(4), ['agg0-core0']);
    // Weights 2, 1, 1 for cores 1, 2, 3: a quarter of a flow to each slot.
    const loads = loadsOf(topology, messages(16, [{ src: 0, dst: 4, bytes: 400 }]), ethereal());
    const carried = fabricLinks(topology).filter(({ link }) => loads.linkLoadBytes[link]! > 0);
    expect(Object.fromEntries(carried.map(({ link, from, to }) => [`${from}>${to}`, loads.linkLoadBytes[link]]))).toEqual({
      'tor0>agg0': 200,
      'tor0>agg1': 200,
      'agg0>core1': 200,
      'agg1>core2': 100,
      'agg1>core3': 100,
      'core1>agg2': 200,
      'core2>agg3': 100,
      'core3>agg3': 100,
      'agg2>tor2': 200,
      'agg3>tor2': 200,
    });
    expect(loads.congestionRatio).toBe(1);
  });
});
