import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import { packetRule } from '../../sim/balancing/plan.ts';
import { ethereal, fabric, flowsOfMessages, type Message, messages, plan } from './fabric.ts';

const balancers: BalancerSpec[] = [
  { kind: 'ecmp' },
  { kind: 'ecmp-split', k: 3 },
  { kind: 'spray' },
  { kind: 'drb' },
  { kind: 'spray-switch-rr', variant: 'plain' },
  ethereal({ startJitterPs: 50_000 }),
  ethereal({ split: 'fewest', minPieceBytes: null }),
  ethereal({ split: 'none' }),
];

const traffic = fc.record({
  leaves: fc.integer({ min: 1, max: 4 }),
  spines: fc.integer({ min: 1, max: 8 }),
  hostsPerLeaf: fc.integer({ min: 1, max: 4 }),
  placement: fc.constantFrom('packed' as const, 'strided' as const, 'random' as const),
  pairs: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(0, 1, 100, 5000, 70_000, 1_000_000), fc.integer({ min: 0, max: 2 })), {
    minLength: 1,
    maxLength: 60,
  }),
  balancer: fc.constantFrom(...balancers),
  seed: fc.nat(),
});

function build({
  leaves,
  spines,
  hostsPerLeaf,
  placement,
  pairs,
  balancer,
  seed,
}: typeof traffic extends fc.Arbitrary<infer T> ? T : never) {
  const ranks = leaves * hostsPerLeaf;
  const list: Message[] = pairs
    .map(([src, dst, bytes, phase]) => ({ src: src % ranks, dst: dst % ranks, bytes, phase }))
    .filter((message) => message.src !== message.dst);
  const topology = fabric({ leaves, spines, hostsPerLeaf, placement, seed });
  const schedule = messages(ranks, list);
  return { topology, schedule, flowPlan: plan(topology, schedule, balancer, seed) };
}

describe('every plan', () => {
  test.prop([traffic])('carries each message between its hosts, whole, in one or more flows', (input) => {
    const { topology, schedule, flowPlan } = build(input);
    for (const flows of flowsOfMessages(schedule, flowPlan)) {
      expect(flows.length).toBeGreaterThan(0);
      const send = flowPlan.message[flows[0]!]!;
      expect(flows.reduce((total, f) => total + flowPlan.bytes[f]!, 0)).toBe(schedule.bytes[send]);
      if (flows.length > 1) expect(flows.every((f) => flowPlan.bytes[f]! > 0)).toBe(true);
      for (const f of flows) {
        expect(flowPlan.srcHost[f]).toBe(topology.hostOfRank[schedule.rank[send]!]);
        expect(flowPlan.dstHost[f]).toBe(topology.hostOfRank[schedule.peer[send]!]);
      }
    }
  });

  test.prop([traffic])('numbers flows by source host, then in Schedule order of the send, and counts the messages that it cut', (input) => {
    const { topology, schedule, flowPlan } = build(input);
    for (let f = 1; f < flowPlan.flows; f++) {
      const sameHost = flowPlan.srcHost[f] === flowPlan.srcHost[f - 1];
      expect(flowPlan.srcHost[f]).toBeGreaterThanOrEqual(flowPlan.srcHost[f - 1]!);
      if (sameHost) expect(flowPlan.message[f]).toBeGreaterThanOrEqual(flowPlan.message[f - 1]!);
    }
    for (let host = 0; host < topology.hosts; host++) {
      for (let f = flowPlan.hostOffset[host]!; f < flowPlan.hostOffset[host + 1]!; f++) expect(flowPlan.srcHost[f]).toBe(host);
    }
    expect(flowPlan.hostOffset[topology.hosts]).toBe(flowPlan.flows);
    expect(flowPlan.splitFlows).toBe(flowsOfMessages(schedule, flowPlan).filter((flows) => flows.length > 1).length);
  });

  test.prop([traffic])('pins a flow exactly if it is an Ethereal flow that leaves its rack, and then to a live path', (input) => {
    const { topology, flowPlan } = build(input);
    for (let f = 0; f < flowPlan.flows; f++) {
      const srcTor = topology.torOfHost[flowPlan.srcHost[f]!]!;
      const dstTor = topology.torOfHost[flowPlan.dstHost[f]!]!;
      if (input.balancer.kind === 'ethereal' && srcTor !== dstTor)
        expect(topology.pathsBetween(srcTor, dstTor).ids).toContain(flowPlan.path[f]);
      else expect(flowPlan.path[f]).toBe(-1);
    }
  });

  test.prop([traffic])('is the same for the same seed', (input) => {
    expect(build(input).flowPlan).toEqual(build(input).flowPlan);
  });
});

describe('ecmp-split', () => {
  const sizes = (bytes: number, k: number): number[] => {
    const schedule = messages(2, [{ src: 0, dst: 1, bytes }]);
    return [...plan(fabric({ leaves: 2, spines: 1, hostsPerLeaf: 1 }), schedule, { kind: 'ecmp-split', k }).bytes];
  };

  test('makes k pieces of floor(B / k), the last one with the rest', () => {
    expect(sizes(1003, 4)).toEqual([250, 250, 250, 253]);
    expect(sizes(8, 4)).toEqual([2, 2, 2, 2]);
  });

  test('makes no empty piece: below k bytes only the last one is left, and an empty message is one flow', () => {
    expect(sizes(3, 4)).toEqual([3]);
    expect(sizes(0, 4)).toEqual([0]);
    expect(sizes(4, 4)).toEqual([1, 1, 1, 1]);
  });

  test('cuts rack-local messages too', () => {
    const schedule = messages(2, [{ src: 0, dst: 1, bytes: 100 }]);
    expect(plan(fabric({ leaves: 1, spines: 1, hostsPerLeaf: 2 }), schedule, { kind: 'ecmp-split', k: 4 }).flows).toBe(4);
  });
});

describe('ethereal', () => {
  const all = { leaves: 3, spines: 4, hostsPerLeaf: 2 };
  const everyPair = Array.from({ length: 6 }, (_, src) =>
    Array.from({ length: 6 }, (_unused, dst) => ({ src, dst, bytes: 100_000 })).filter((message) => message.dst !== src),
  ).flat();

  test('start jitter is a whole number of nanoseconds from 0 to startJitter inclusive, for rack-local flows too', () => {
    const many = Array.from({ length: 40 }, () => everyPair).flat();
    const flowPlan = plan(fabric(all), messages(6, many), ethereal({ startJitterPs: 3000 }));
    const delays = [...flowPlan.startDelayPs];
    expect(new Set(delays)).toEqual(new Set([0, 1000, 2000, 3000]));
    const local = delays.filter((_, f) => flowPlan.path[f] === -1);
    expect(new Set(local)).toEqual(new Set([0, 1000, 2000, 3000]));
  });

  test('without jitter no flow is delayed', () => {
    expect(plan(fabric(all), messages(6, everyPair), ethereal()).startDelayPs.every((ps) => ps === 0)).toBe(true);
  });

  test('the jitter does not move the choice of paths, nor the other way round', () => {
    const without = plan(fabric(all), messages(6, everyPair), ethereal());
    const jittered = plan(fabric(all), messages(6, everyPair), ethereal({ startJitterPs: 50_000 }));
    expect(jittered.path).toEqual(without.path);
  });

  test('a batch is one phase: the same sends in two phases are balanced phase by phase', () => {
    const one = { src: 0, dst: 2, bytes: 4096 };
    const fourAtOnce = messages(6, [one, one, one, one]);
    const oneAPhase = messages(
      6,
      [0, 1, 2, 3].map((phase) => ({ ...one, phase })),
    );
    expect(plan(fabric(all), fourAtOnce, ethereal()).flows).toBe(4);
    expect(plan(fabric(all), oneAPhase, ethereal()).flows).toBe(16);
  });

  test('sizes are balanced apart: two messages of different sizes are both cut', () => {
    const mixed = messages(6, [{ src: 0, dst: 2, bytes: 4000 }, { src: 0, dst: 3, bytes: 8000 }]); // prettier-ignore
    expect(plan(fabric(all), mixed, ethereal()).flows).toBe(8);
    const equal = messages(6, [{ src: 0, dst: 2, bytes: 4000 }, { src: 0, dst: 3, bytes: 4000 }]); // prettier-ignore
    expect(plan(fabric(all), equal, ethereal()).flows).toBe(4);
  });

  test('rack-local sends are neither cut nor pinned', () => {
    const flowPlan = plan(fabric(all), messages(6, [{ src: 0, dst: 1, bytes: 1e6 }]), ethereal());
    expect([flowPlan.flows, flowPlan.path[0]]).toEqual([1, -1]);
  });

  test('unshuffled, paths are taken in their own order; each shuffle moves something of its own', () => {
    const three = messages(
      2,
      [1, 2, 3].map(() => ({ src: 0, dst: 1, bytes: 1200 })),
    );
    const pair = fabric({ leaves: 2, spines: 4, hostsPerLeaf: 1 });
    const still = ethereal({ shuffleDestinations: false, shuffleFlows: false, shufflePaths: false, split: 'equal' });
    const two = messages(
      2,
      [1, 2, 3, 4, 5, 6].map(() => ({ src: 0, dst: 1, bytes: 1200 })),
    );
    expect([...plan(pair, three, still).path]).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
    expect([...plan(pair, two, still).path]).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    expect(seeds.some((seed) => plan(pair, two, { ...still, shufflePaths: true }, seed).path[0] !== 0)).toBe(true);
    // The messages that are cut are the last of the group: shuffled flows are others.
    expect(seeds.some((seed) => plan(pair, two, { ...still, shuffleFlows: true }, seed).message[1] === 0)).toBe(true);
  });
});

test('packet rules: flows keep one path under ecmp, ecmp-split and ethereal; sprays choose a packet at a time', () => {
  expect(balancers.map((balancer) => packetRule(balancer.kind))).toEqual([
    'fixed',
    'fixed',
    'random-entropy',
    'rotate-destination',
    'switch-round-robin',
    'fixed',
    'fixed',
    'fixed',
  ]);
});
