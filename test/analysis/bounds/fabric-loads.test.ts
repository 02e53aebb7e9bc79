import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { BalancerSpec } from '../../../sim/base/balancer-spec.ts';
import type { Schedule } from '../../../sim/base/schedule.ts';
import type { Topology } from '../../../sim/base/topology.ts';
import { type FabricLoads, fabricLoads } from '../../../analysis/bounds/link-loads.ts';
import { measuredLoads } from '../../../analysis/bounds/measured-loads.ts';
import { ethereal, fabric, type Message, messages, plan } from '../../balancing/fabric.ts';

const loadsOf = (topology: Topology, schedule: Schedule, balancer: BalancerSpec, seed = 1): FabricLoads =>
  fabricLoads(topology, schedule, plan(topology, schedule, balancer, seed), balancer, { seed, hash: 'ideal', sameSalt: false });

const SPRAYS: BalancerSpec[] = [{ kind: 'spray' }, { kind: 'drb' }, { kind: 'spray-switch-rr', variant: 'plain' }];
const ALL: BalancerSpec[] = [...SPRAYS, { kind: 'ecmp' }, { kind: 'ecmp-split', k: 4 }, ethereal(), ethereal({ split: 'fewest' })];

/** Divisible by every number of paths up to 8, so that shares are whole bytes. */
const UNIT = 840;

const fabrics = fc.record({
  leaves: fc.integer({ min: 2, max: 6 }),
  spines: fc.integer({ min: 1, max: 8 }),
  hostsPerLeaf: fc.integer({ min: 1, max: 6 }),
});
const demands = fc.array(
  fc.record({ src: fc.nat(), dst: fc.nat(), bytes: fc.constantFrom(UNIT, 2 * UNIT, 7 * UNIT), phase: fc.integer({ min: 0, max: 2 }) }),
  { minLength: 1, maxLength: 120 },
);

const demandOn = (ranks: number, demand: readonly Required<Message>[]): Schedule =>
  messages(
    ranks,
    demand.map((m) => ({ ...m, src: m.src % ranks, dst: m.dst % ranks })).filter((m) => m.src !== m.dst),
  );

/** Bytes that leave and enter each leaf. */
function leafDemand(topology: Topology, schedule: Schedule): { out: number[]; in: number[] } {
  const demand = { out: new Array<number>(topology.tors).fill(0), in: new Array<number>(topology.tors).fill(0) };
  for (let op = 0; op < schedule.ops; op++) {
    if (schedule.kind[op] !== 0) continue;
    const src = topology.torOfHost[topology.hostOfRank[schedule.rank[op]!]!]!;
    const dst = topology.torOfHost[topology.hostOfRank[schedule.peer[op]!]!]!;
    if (src === dst) continue;
    demand.out[src]! += schedule.bytes[op]!;
    demand.in[dst]! += schedule.bytes[op]!;
  }
  return demand;
}

const link = (topology: Topology, from: string, to: string): number => {
  for (let l = 0; l < topology.links; l++) {
    if (topology.nodeNames[topology.linkFrom[l]!] === from && topology.nodeNames[topology.linkTo[l]!] === to) return l;
  }
  throw new Error(`no link ${from} -> ${to}`);
};

describe('fabric loads on a symmetric leaf-spine', () => {
  const splits = fc.constantFrom('equal' as const, 'fewest' as const);

  test.prop([fabrics, demands, splits, fc.nat()])(
    'P3, P4, P7: under Ethereal every up link carries out / s and every down link in / s, exactly the optimum',
    (size, demand, split, seed) => {
      const topology = fabric(size);
      const schedule = demandOn(topology.hosts, demand);
      const loads = loadsOf(topology, schedule, ethereal({ split }), seed);
      const leaf = leafDemand(topology, schedule);
      for (let l = 0; l < size.leaves; l++) {
        for (let p = 0; p < size.spines; p++) {
          expect(loads.linkLoadBytes[link(topology, `leaf${l}`, `spine${p}`)]).toBe(leaf.out[l]! / size.spines);
          expect(loads.linkLoadBytes[link(topology, `spine${p}`, `leaf${l}`)]).toBe(leaf.in[l]! / size.spines);
        }
      }
      expect(loads.maxLinkLoadBytes).toBe(Math.max(...leaf.out, ...leaf.in) / size.spines);
      expect([loads.congestionRatio, loads.worstPhaseCongestionRatio]).toEqual([1, 1]);
    },
  );

  test.prop([fabrics, demands, fc.constantFrom(...ALL), fc.nat()])(
    'P4: no balancer puts less than max(out, in) / s on its fullest link',
    (size, demand, balancer, seed) => {
      const topology = fabric(size);
      const schedule = demandOn(topology.hosts, demand);
      const loads = loadsOf(topology, schedule, balancer, seed);
      const leaf = leafDemand(topology, schedule);
      expect(loads.maxLinkLoadBytes).toBeGreaterThanOrEqual(Math.max(...leaf.out, ...leaf.in) / size.spines);
      expect(loads.congestionRatio).toBeGreaterThanOrEqual(1);
      expect(loads.worstPhaseCongestionRatio).toBeGreaterThanOrEqual(1);
    },
  );

  test.prop([fabrics, demands, fc.constantFrom(...SPRAYS)])(
    'spraying equals perfect spraying link by link, with a ratio of exactly 1',
    (size, demand, balancer) => {
      const topology = fabric(size);
      const schedule = demandOn(topology.hosts, demand);
      const loads = loadsOf(topology, schedule, balancer);
      expect(loads.linkLoadBytes).toEqual(loads.idealLinkLoadBytes);
      expect([loads.congestionRatio, loads.worstPhaseCongestionRatio]).toEqual([1, 1]);
    },
  );

  test.prop([fabrics, demands, splits, fc.nat(), fc.nat()])(
    'P10: seeds, shuffles and the order of the messages leave every link load of Ethereal as it is; scaling sizes scales loads',
    (size, demand, split, seed, other) => {
      const topology = fabric(size);
      const schedule = demandOn(topology.hosts, demand);
      const loads = loadsOf(topology, schedule, ethereal({ split }), seed).linkLoadBytes;
      const still = ethereal({ split, shuffleDestinations: false, shuffleFlows: false, shufflePaths: false });
      expect(loadsOf(topology, schedule, ethereal({ split }), other).linkLoadBytes).toEqual(loads);
      expect(loadsOf(topology, schedule, still).linkLoadBytes).toEqual(loads);
      expect(loadsOf(topology, demandOn(topology.hosts, [...demand].reverse()), still).linkLoadBytes).toEqual(loads);
      const tripled = demandOn(
        topology.hosts,
        demand.map((m) => ({ ...m, bytes: 3 * m.bytes })),
      );
      expect(loadsOf(topology, tripled, ethereal({ split })).linkLoadBytes).toEqual(loads.map((bytes) => 3 * bytes));
    },
  );

  test.prop([fabrics, fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 200 }), fc.nat()])(
    'P11: unsplit round robin stays within bound (4): out / s + f G (s - 1) / s',
    (size, pairs, seed) => {
      const topology = fabric(size);
      const schedule = demandOn(
        topology.hosts,
        pairs.map(([src, dst]) => ({ src, dst, bytes: 1000, phase: 0 })),
      );
      const loads = loadsOf(topology, schedule, ethereal({ split: 'none' }), seed);
      const leaf = leafDemand(topology, schedule);
      const groups = Array.from({ length: size.leaves }, () => new Set<number>());
      for (let op = 0; op < schedule.ops; op += 2) {
        const src = schedule.rank[op]!;
        const dstLeaf = topology.torOfHost[schedule.peer[op]!]!;
        if (topology.torOfHost[src] !== dstLeaf) groups[topology.torOfHost[src]!]!.add(src * size.leaves + dstLeaf);
      }
      for (let l = 0; l < size.leaves; l++) {
        const most = (leaf.out[l]! + 1000 * groups[l]!.size * (size.spines - 1)) / size.spines;
        for (let p = 0; p < size.spines; p++) {
          expect(loads.linkLoadBytes[link(topology, `leaf${l}`, `spine${p}`)]).toBeLessThanOrEqual(most);
        }
      }
    },
  );

  test.prop([fabrics, demands, fc.constantFrom(...ALL), fc.integer({ min: 1, max: 2 }), fc.nat()])(
    'conservation: the up links of a leaf carry all that leaves it, the down links all that enters it, host links count nothing',
    (size, demand, balancer, linksPerPair, seed) => {
      const topology = fabric({ ...size, linksPerPair });
      const schedule = demandOn(topology.hosts, demand);
      const loads = loadsOf(topology, schedule, balancer, seed);
      const leaf = leafDemand(topology, schedule);
      for (const bytes of [loads.linkLoadBytes, loads.idealLinkLoadBytes]) {
        const carried = { out: leaf.out.map(() => 0), in: leaf.in.map(() => 0) };
        for (let l = 0; l < topology.links; l++) {
          if (topology.linkIsFabric[l] === 0) expect(bytes[l]).toBe(0);
          else if (topology.linkFrom[l]! < topology.hosts + size.leaves) carried.out[topology.linkFrom[l]! - topology.hosts]! += bytes[l]!;
          else carried.in[topology.linkTo[l]! - topology.hosts]! += bytes[l]!;
        }
        carried.out.forEach((sum, l) => expect(sum).toBeCloseTo(leaf.out[l]!, 6));
        carried.in.forEach((sum, l) => expect(sum).toBeCloseTo(leaf.in[l]!, 6));
      }
    },
  );

  test('where nothing crosses the fabric the ratios are 1 and the loads 0', () => {
    const topology = fabric({ leaves: 1, spines: 2, hostsPerLeaf: 4 });
    const loads = loadsOf(topology, messages(4, [{ src: 0, dst: 1, bytes: 1e6 }]), { kind: 'ecmp' });
    expect([loads.maxLinkLoadBytes, loads.maxIdealLinkLoadBytes, loads.congestionRatio, loads.worstPhaseCongestionRatio]).toEqual([
      0, 0, 1, 1,
    ]);
  });

  test('the worst phase counts alone: two phases that each use one of two spines are balanced in total only', () => {
    const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 1 });
    const inTwoPhases = messages(2, [{ src: 0, dst: 1, bytes: 100 }, { src: 0, dst: 1, bytes: 100, phase: 1 }]); // prettier-ignore
    const onSpine = (p: number): number => link(topology, `leaf0`, `spine${p}`);
    const downOf = (p: number): number => link(topology, `spine${p}`, `leaf1`);
    const total = new Float64Array(topology.links);
    for (const l of [onSpine(0), onSpine(1), downOf(0), downOf(1)]) total[l] = 100;
    const measured = measuredLoads(topology, inTwoPhases, total, (phase, l) => (l === onSpine(phase) || l === downOf(phase) ? 100 : 0));
    expect([measured.congestionRatio, measured.worstPhaseCongestionRatio]).toEqual([1, 2]);
    expect([...measured.phaseCongestionRatio]).toEqual([2, 2]);
  });

  test.each([{ size: 1 }, { size: 16 }, { size: 64 }])(
    'small messages: below $size x 16 packets halving-doubling steps stay balanced, as remainders interlock',
    ({ size }) => {
      // 16 hosts of leaf 0 send one message each to their partner under leaf 1: n = 1, S = 16, the limit forbids 16 pieces.
      const topology = fabric({ leaves: 2, spines: 16, hostsPerLeaf: 16 });
      const step = messages(32, Array.from({ length: 16 }, (_, i) => ({ src: i, dst: 16 + i, bytes: size * 1024 }))); // prettier-ignore
      for (const split of ['equal', 'fewest'] as const) {
        const balancer = ethereal({ split, minPieceBytes: 4096 });
        expect(loadsOf(topology, step, balancer).congestionRatio).toBe(1);
        expect(plan(topology, step, balancer).limitedFlows).toBe(size * 1024 < 16 * 4096 ? 16 : 0);
      }
    },
  );
});

describe('fabric loads with dead links, bundles and unequal spines', () => {
  const broken = fabrics
    .filter((size) => size.spines >= 3)
    .chain((size) =>
      fc.record({
        size: fc.constant(size),
        dead: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: size.leaves - 1 }), fc.integer({ min: 0, max: size.spines - 1 })), {
          minLength: 1,
          maxLength: 2,
          selector: (pair) => pair.join(),
        }),
      }),
    )
    .filter(({ size, dead }) => {
      const topology = fabric({ ...size, dead: dead.map(([l, p]) => `leaf${l}-spine${p}`) });
      return Array.from({ length: size.leaves ** 2 }, (_, i) => i).every(
        (i) =>
          i % size.leaves === Math.floor(i / size.leaves) ||
          topology.pathsBetween(Math.floor(i / size.leaves), i % size.leaves).ids.length > 0,
      );
    });

  test.prop([broken, demands, fc.constantFrom('equal' as const, 'fewest' as const), fc.nat()])(
    'P13: under Ethereal dead links carry 0 and the others what uniform spraying over the survivors of each pair puts there',
    ({ size, dead }, demand, split, seed) => {
      const topology = fabric({ ...size, dead: dead.map(([l, p]) => `leaf${l}-spine${p}`) });
      const schedule = demandOn(topology.hosts, demand);
      const loads = loadsOf(topology, schedule, ethereal({ split }), seed);
      expect([...loads.linkLoadBytes].map(rounded)).toEqual([...loads.idealLinkLoadBytes].map(rounded));
      for (let l = 0; l < topology.links; l++) if (topology.linkUp[l] === 0) expect(loads.linkLoadBytes[l]).toBe(0);
    },
  );

  test.prop([broken, demands, fc.constantFrom(...ALL), fc.nat()])(
    'no balancer uses a dead link',
    ({ size, dead }, demand, balancer, seed) => {
      const topology = fabric({ ...size, dead: dead.map(([l, p]) => `leaf${l}-spine${p}`) });
      const loads = loadsOf(topology, demandOn(topology.hosts, demand), balancer, seed);
      for (let l = 0; l < topology.links; l++) if (topology.linkUp[l] === 0) expect(loads.linkLoadBytes[l]).toBe(0);
    },
  );

  test('section 7.2: over survivors is not optimal: 0->1 and 2->1 with leaf0-spine0 dead put 1.5 units on spine1->leaf1', () => {
    const topology = fabric({ leaves: 3, spines: 2, hostsPerLeaf: 1, dead: ['leaf0-spine0'] });
    const schedule = messages(3, [{ src: 0, dst: 1, bytes: 1000 }, { src: 2, dst: 1, bytes: 1000 }]); // prettier-ignore
    for (const balancer of [ethereal(), ...SPRAYS]) {
      const loads = loadsOf(topology, schedule, balancer);
      expect(loads.linkLoadBytes[link(topology, 'spine1', 'leaf1')]).toBe(1500);
      expect(loads.congestionRatio).toBe(1);
    }
  });

  test('section 7.2: all-to-all of one unit a leaf pair with one dead link is optimal: the maximum is (L - 1) / (s - 1)', () => {
    const topology = fabric({ leaves: 5, spines: 4, hostsPerLeaf: 1, dead: ['leaf2-spine3'] });
    const pairs = Array.from({ length: 25 }, (_, i) => ({ src: Math.floor(i / 5), dst: i % 5, bytes: 1200 })).filter(
      (m) => m.src !== m.dst,
    );
    expect(loadsOf(topology, messages(5, pairs), ethereal()).maxLinkLoadBytes).toBe((1200 * 4) / 3);
  });

  test.prop([fc.array(fc.constantFrom(100e9, 200e9, 400e9), { minLength: 2, maxLength: 6 }), fc.integer({ min: 1, max: 40 }), fc.nat()])(
    'section 8: over unequal spines Ethereal loads every path in proportion to its capacity, so congestion is out / sum of capacities',
    (rates, n, seed) => {
      const topology = fabric({ leaves: 2, spines: rates.length, hostsPerLeaf: 2, perSpineRateBps: rates });
      const total = rates.reduce((sum, rate) => sum + rate, 0);
      const bytes = total / 1e8; // divisible by every sum of weights
      const schedule = messages(4, Array.from({ length: n }, (_, i) => ({ src: i % 2, dst: 2 + (i % 2), bytes }))); // prettier-ignore
      for (const split of ['equal', 'fewest'] as const) {
        const loads = loadsOf(topology, schedule, ethereal({ split }), seed);
        rates.forEach((rate, p) => {
          expect(loads.linkLoadBytes[link(topology, 'leaf0', `spine${p}`)]).toBeCloseTo((n * bytes * rate) / total, 6);
          expect(loads.linkLoadBytes[link(topology, `spine${p}`, 'leaf1')]).toBeCloseTo((n * bytes * rate) / total, 6);
        });
        expect(loads.congestionRatio).toBeCloseTo(1, 12);
      }
    },
  );

  test('P9 with weights: pieces of one message on one path are merged, so they take different paths', () => {
    const topology = fabric({ leaves: 2, spines: 4, hostsPerLeaf: 1, perSpineRateBps: [400e9, 400e9, 200e9, 200e9] });
    const flowPlan = plan(topology, messages(2, [{ src: 0, dst: 1, bytes: 6000 }]), ethereal({ shufflePaths: false }));
    expect([...flowPlan.path].sort()).toEqual([0, 1, 2, 3]);
    expect([0, 1, 2, 3].map((path) => flowPlan.bytes[flowPlan.path.indexOf(path)])).toEqual([2000, 2000, 1000, 1000]);
  });

  test('over unequal spines equal-byte spraying is measured against load / capacity: 400 and 100 Gb/s give a ratio of 2.5', () => {
    const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 1, perSpineRateBps: [400e9, 100e9] });
    const loads = loadsOf(topology, messages(2, [{ src: 0, dst: 1, bytes: 1000 }]), { kind: 'spray' });
    expect([loads.maxLinkLoadBytes, loads.maxIdealLinkLoadBytes]).toEqual([500, 800]);
    expect(loads.congestionRatio).toBeCloseTo(500 / 100 / (800 / 400), 12);
  });

  test('in a bundle every cable is a path of its own; half of it dead, the rest carries the pair', () => {
    const whole = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 1, linksPerPair: 2 });
    const one = messages(2, [{ src: 0, dst: 1, bytes: 1200 }]);
    for (const balancer of [ethereal(), ...SPRAYS]) {
      const loads = loadsOf(whole, one, balancer);
      expect([...loads.linkLoadBytes].filter((bytes) => bytes > 0)).toEqual(new Array(8).fill(300));
    }
    // Spine 0 has one cable left at leaf 0 and two at leaf 1: its two paths share the one, so each counts half of it.
    const halved = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 1, linksPerPair: 2, dead: ['leaf0-spine0-1'] });
    const loads = loadsOf(halved, one, ethereal());
    const up = [...loads.linkLoadBytes].filter((bytes, l) => bytes > 0 && halved.nodeNames[halved.linkFrom[l]!] === 'leaf0');
    expect(up).toEqual([400, 400, 400]);
    expect(loads.linkLoadBytes).toEqual(loads.idealLinkLoadBytes);
  });
});

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
