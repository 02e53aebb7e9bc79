import { Region } from '../../sim/engine/arena.ts';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { PacketStreams } from '../../sim/base/random.ts';
import { ACK, TRIMMED } from '../../sim/base/packet.ts';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import { RouteTables } from '../../sim/balancing/route-tables.ts';
import { fatTree } from '../../topologies/fat-tree.ts';
import { fatTreeSpec } from '../sim/scenarios.ts';
import { fabric } from './fabric.ts';
import { FULL_BYTES, hopLinks, SwitchHarness } from './switch-harness.ts';

/** 3 leaves with 2 hosts, 4 spines; hosts 2 and 3 are on leaf 1, 4 and 5 on leaf 2. */
const leafSpine = fabric({ leaves: 3, spines: 4, hostsPerLeaf: 2 });
const uplinks = hopLinks(leafSpine, 0, 1);
const us = 1_000_000;

const adaptive: BalancerSpec[] = [
  { kind: 'ar', key: 'q' },
  { kind: 'ar', key: 'pause-q-b' },
  { kind: 'ar', key: 'flows' },
  { kind: 'ar-p2c' },
  { kind: 'ecmp-adaptive', key: 'q' },
  { kind: 'jsq' },
  { kind: 'drill' },
  { kind: 'flowlet-ar', key: 'q', gapPs: 10 * us },
  { kind: 'letflow', gapPs: 100 * us },
];
const everyRule: BalancerSpec[] = [
  ...adaptive,
  { kind: 'ofan' },
  { kind: 'spray-tor-rr' },
  { kind: 'spray-switch-rr', variant: 'permute' },
  { kind: 'conga', gapPs: 100 * us, dreIntervalPs: 50 * us, alpha: 0.2, ageingPs: 500 * us, bits: 3 },
];

describe('every rule', () => {
  const arrival = fc.record({
    flow: fc.integer({ min: 0, max: 5 }),
    dst: fc.constantFrom(2, 3, 4, 5),
    gapPs: fc.constantFrom(0, 1, 83_200, 12 * us, 150 * us),
    bytes: fc.constantFrom(64, 99, 100, 127, 128, 1000, FULL_BYTES),
    type: fc.constantFrom(0, 0, 0, ACK, TRIMMED),
    queues: fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 4, maxLength: 4 }),
  });

  test.prop([fc.constantFrom(...everyRule), fc.array(arrival, { maxLength: 40 }), fc.integer({ min: 0, max: 40 })], { numRuns: 150 })(
    'picks live next hops only, also after one has gone and after none is left',
    (balancer, arrivals, changeAt) => {
      const flows = { srcHost: new Int32Array(6), dstHost: new Int32Array(6), hashFlow: null };
      const harness = new SwitchHarness(leafSpine, balancer, { flows });
      const without = fabric({ leaves: 3, spines: 4, hostsPerLeaf: 2, dead: ['leaf1-spine2', 'leaf0-spine1'] });
      const alone = fabric({
        leaves: 3,
        spines: 4,
        hostsPerLeaf: 2,
        dead: ['leaf0-spine0', 'leaf0-spine1', 'leaf0-spine2', 'leaf0-spine3'],
      });
      let atPs = 0;
      arrivals.forEach(({ gapPs, queues, ...packet }, i) => {
        if (i === changeAt) harness.routers[0]!.useTables(new RouteTables(without, null, new Region()));
        if (i === changeAt + 10) harness.routers[0]!.useTables(new RouteTables(alone, null, new Region()));
        const topology = i >= changeAt + 10 ? null : i >= changeAt ? without : leafSpine;
        atPs += gapPs;
        uplinks.forEach((link, k) => (harness.queueBytes[link] = queues[k]!));
        const tor = packet.dst >> 1;
        expect(topology === null ? [-1] : hopLinks(topology, 0, tor)).toContain(harness.route(0, { ...packet, atPs }));
      });
    },
  );

  test.prop([fc.constantFrom(...everyRule)])('sends a packet for a host of its own to that host', (balancer) => {
    const harness = new SwitchHarness(leafSpine, balancer, {
      flows: { srcHost: new Int32Array(1), dstHost: new Int32Array(1), hashFlow: null },
    });
    expect(leafSpine.linkTo[harness.route(0, { dst: 1 })]).toBe(1);
  });

  test('hashes answers, trimmed headers and small packets, without a look or a draw', () => {
    const plain = new SwitchHarness(leafSpine, { kind: 'ecmp' });
    for (const balancer of adaptive.slice(0, 8)) {
      const harness = new SwitchHarness(leafSpine, balancer);
      for (let flow = 0; flow < 20; flow++) {
        for (const packet of [{ bytes: 99 }, { type: ACK }, { type: TRIMMED }]) {
          expect(harness.route(0, { flow, dst: 2, ...packet })).toBe(plain.route(0, { flow, dst: 2, ...packet }));
        }
      }
      expect(harness.looks).toEqual([]);
    }
  });
});

describe('rotations', () => {
  test('spray-tor-rr goes round five times in one order, then draws another', () => {
    const harness = new SwitchHarness(leafSpine, { kind: 'spray-tor-rr' });
    const draws = new PacketStreams(1, 'round-robin', leafSpine.switches);
    const order = [0, 1, 2, 3];
    for (let block = 0; block < 4; block++) {
      for (let i = 3; i > 0; i--) {
        const j = draws.below(0, i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      const taken = harness.routeAll(
        0,
        Array.from({ length: 20 }, () => ({ dst: 2 })),
      );
      expect(taken).toEqual(Array.from({ length: 20 }, (_, i) => uplinks[order[i % 4]!]));
    }
  });

  test('spray-tor-rr hashes above the ToRs', () => {
    const tree = fatTree(fatTreeSpec(4), [], 16, 1);
    const harness = new SwitchHarness(tree, { kind: 'spray-tor-rr' });
    const plain = new SwitchHarness(tree, { kind: 'ecmp' });
    for (let flow = 0; flow < 30; flow++) expect(harness.route(8, { flow, dst: 15 })).toBe(plain.route(8, { flow, dst: 15 }));
  });

  test.prop([fc.integer({ min: 0, max: 1000 }), fc.array(fc.constantFrom(2, 3, 4, 5), { minLength: 30, maxLength: 60 })], { numRuns: 30 })(
    'ofan gives the packets of one size to one leaf to its next hops in turn, whatever else passes',
    (seed, destinations) => {
      const harness = new SwitchHarness(leafSpine, { kind: 'ofan' }, { seed });
      const turns = new Map<string, number[]>();
      destinations.forEach((dst, i) => {
        const bytes = i % 3 === 0 ? 500 : FULL_BYTES;
        const key = `${dst >> 1} ${bytes}`;
        turns.set(key, [...(turns.get(key) ?? []), harness.route(0, { dst, bytes, flow: i })]);
      });
      for (const links of turns.values()) {
        links.forEach((link, i) => i >= 4 && expect(link).toBe(links[i - 4]));
        expect(new Set(links.slice(0, 4)).size).toBe(Math.min(4, links.length));
      }
    },
  );

  test('ofan at an aggregation switch has one rotation a pod, and different switches have different ones', () => {
    const tree = fatTree(fatTreeSpec(8), [], 128, 1);
    const harness = new SwitchHarness(tree, { kind: 'ofan' });
    const agg = tree.tors;
    // Hosts 16.. are in pod 1, on four ToRs; 32.. in pod 2.
    const pod1 = harness.routeAll(
      agg,
      [16, 20, 24, 28, 31].map((dst) => ({ dst })),
    );
    expect(new Set(pod1.slice(0, 4)).size).toBe(4);
    expect(pod1[4]).toBe(pod1[0]);
    const pod2 = harness.routeAll(
      agg,
      [32, 32, 32, 32].map((dst) => ({ dst })),
    );
    expect(new Set(pod2).size).toBe(4);
    const orders = new Set<string>();
    for (let s = agg; s < agg + 16; s++) {
      const ports = harness
        .routeAll(
          s,
          [100, 100, 100, 100].map((dst) => ({ dst })),
        )
        .map((link) => tree.linkFromPort[link]);
      orders.add(ports.join());
    }
    expect(orders.size).toBeGreaterThan(4);
  });

  test('a rotation starts afresh without a withdrawn next hop, and goes on where it was when it returns', () => {
    const whole = new RouteTables(leafSpine, null, new Region());
    const part = new RouteTables(fabric({ leaves: 3, spines: 4, hostsPerLeaf: 2, dead: ['leaf1-spine2'] }), null, new Region());
    for (const balancer of [{ kind: 'ofan' }, { kind: 'spray-switch-rr', variant: 'plain' }] as const) {
      const harness = new SwitchHarness(leafSpine, balancer);
      const take = (n: number): number[] =>
        harness.routeAll(
          0,
          Array.from({ length: n }, () => ({ dst: 2 })),
        );
      harness.routers[0]!.useTables(whole);
      const first = take(6);
      harness.routers[0]!.useTables(part);
      const second = take(6);
      expect(new Set(second.slice(0, 3))).toEqual(new Set(uplinks.filter((link) => link !== uplinks[2])));
      expect(second.slice(3)).toEqual(second.slice(0, 3));
      harness.routers[0]!.useTables(whole);
      expect(take(2)).toEqual([first[2], first[3]]);
    }
  });
});

describe('adaptive routing', () => {
  const harnessWith = (balancer: BalancerSpec, queues: readonly number[]): SwitchHarness => {
    const harness = new SwitchHarness(leafSpine, balancer);
    uplinks.forEach((link, i) => (harness.queueBytes[link] = queues[i]!));
    return harness;
  };
  const many = (harness: SwitchHarness, balancedFlow = 0): Set<number> =>
    new Set(Array.from({ length: 60 }, (_, i) => uplinks.indexOf(harness.route(0, { dst: 2, flow: balancedFlow, atPs: i * 200_000 }))));

  test('ar compares levels: below 5, 10 and 20 % of a full queue', () => {
    // A full queue is 100,000 B.
    expect(many(harnessWith({ kind: 'ar', key: 'q' }, [4999, 4000, 5000, 0]))).toEqual(new Set([0, 1, 3]));
    expect(many(harnessWith({ kind: 'ar', key: 'q' }, [10_000, 9999, 20_000, 5000]))).toEqual(new Set([1, 3]));
    expect(many(harnessWith({ kind: 'ar', key: 'q' }, [20_000, 19_999, 90_000, 50_000]))).toEqual(new Set([1]));
    expect(many(harnessWith({ kind: 'ar', key: 'q' }, [20_000, 30_000, 90_000, 50_000]))).toEqual(new Set([0, 1, 2, 3]));
  });

  test('a level keeps for 0.1 us', () => {
    const harness = harnessWith({ kind: 'ar', key: 'q' }, [0, 50_000, 50_000, 50_000]);
    expect(harness.route(0, { dst: 2, atPs: 1000 })).toBe(uplinks[0]);
    harness.queueBytes[uplinks[0]!] = 60_000;
    harness.queueBytes[uplinks[1]!] = 0;
    expect(harness.route(0, { dst: 2, atPs: 101_000 })).toBe(uplinks[0]);
    expect(harness.route(0, { dst: 2, atPs: 101_001 })).toBe(uplinks[1]);
  });

  test('a paused port is worse than any that is not, and is seen at once', () => {
    const harness = harnessWith({ kind: 'ar', key: 'pause-q' }, [0, 50_000, 50_000, 50_000]);
    expect(harness.route(0, { dst: 2, atPs: 5 })).toBe(uplinks[0]);
    harness.paused.add(uplinks[0]!);
    expect(many(harness)).toEqual(new Set([1, 2, 3]));
  });

  test('utilisation counts what was routed in the last 30 us, the interval before it in part', () => {
    // 400 Gb/s for 30 us are 1,500,000 B: 15 % are 225,000 B, 54.09 full packets.
    const harness = harnessWith({ kind: 'ar', key: 'b' }, [9e9, 9e9, 9e9, 9e9]);
    const first = Array.from({ length: 4 }, (_, i) => harness.route(0, { dst: 2, atPs: i * 200_000 }));
    expect(new Set(first).size).toBe(4);
    expect(harness.looks).toEqual([]);
    // An ACK through a port counts as well, and a port without any packet for two intervals is idle again.
    const hashed = harness.route(0, { dst: 2, type: ACK, bytes: 64, atPs: 95 * us });
    const idle = uplinks.filter((link) => link !== hashed);
    const next = Array.from({ length: 3 }, (_, i) => harness.route(0, { dst: 2, atPs: 96 * us + i * 200_000 }));
    expect(new Set(next)).toEqual(new Set(idle));
  });

  test('flows: each new flow to the port with the fewest', () => {
    const harness = harnessWith({ kind: 'ar', key: 'flows' }, [0, 0, 0, 0]);
    const counts = [0, 0, 0, 0];
    for (let flow = 0; flow < 41; flow++) counts[uplinks.indexOf(harness.route(0, { dst: 2, flow }))]!++;
    expect(counts.toSorted((a, b) => a - b)).toEqual([10, 10, 10, 11]);
  });

  test.prop([fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 })])(
    'jsq joins a shortest queue, and all of them in time',
    (queues) => {
      const least = Math.min(...queues);
      const shortest = queues.flatMap((bytes, i) => (bytes === least ? [i] : []));
      expect(many(harnessWith({ kind: 'jsq' }, queues))).toEqual(new Set(shortest));
    },
  );

  test('ar-p2c never takes the only longest queue but when it draws it twice, and a tie goes to the first', () => {
    const harness = harnessWith({ kind: 'ar-p2c' }, [7, 7, 3, 9]);
    const draws = new PacketStreams(1, 'adaptive', leafSpine.switches);
    for (let i = 0; i < 200; i++) {
      const a = draws.below(0, 4);
      const b = draws.below(0, 4);
      const queues = [7, 7, 3, 9];
      expect(harness.route(0, { dst: 2 })).toBe(uplinks[queues[b]! < queues[a]! ? b : a]);
    }
  });

  test('ecmp-adaptive keeps the hash unless it is among the worst, and then every second time', () => {
    const plain = new SwitchHarness(leafSpine, { kind: 'ecmp' });
    const harness = harnessWith({ kind: 'ecmp-adaptive', key: 'q' }, [0, 7000, 50_000, 50_000]);
    let kept = 0;
    let moved = 0;
    for (let flow = 0; flow < 400; flow++) {
      const hashed = uplinks.indexOf(plain.route(0, { dst: 2, flow }));
      const taken = uplinks.indexOf(harness.route(0, { dst: 2, flow }));
      if (hashed < 2) expect(taken).toBe(hashed);
      else if (taken === hashed) kept++;
      else {
        expect(taken).toBe(0);
        moved++;
      }
    }
    expect(Math.abs(kept - moved)).toBeLessThan(4 * Math.sqrt(kept + moved));
  });

  test('drill remembers the best port of a leaf and leaves it only for a strictly shorter queue', () => {
    const queues = [5, 5, 5, 5];
    const harness = harnessWith({ kind: 'drill' }, queues);
    const first = harness.route(0, { dst: 2 });
    for (let i = 0; i < 20; i++) expect(harness.route(0, { dst: 3 })).toBe(first);
    const better = uplinks.find((link) => link !== first)!;
    harness.queueBytes[better] = 4;
    const taken = Array.from({ length: 30 }, () => harness.route(0, { dst: 2 }));
    const change = taken.indexOf(better);
    expect(change).toBeGreaterThanOrEqual(0);
    expect(new Set(taken.slice(0, change))).toEqual(change === 0 ? new Set() : new Set([first]));
    expect(new Set(taken.slice(change))).toEqual(new Set([better]));
  });
});

describe('flowlets', () => {
  test('letflow moves a flow only after more than the gap, and then anywhere', () => {
    const harness = new SwitchHarness(leafSpine, { kind: 'letflow', gapPs: 100 * us });
    const seen = new Set<number>();
    let atPs = 0;
    for (let flowlet = 0; flowlet < 40; flowlet++) {
      const link = harness.route(0, { dst: 2, flow: 7, atPs });
      seen.add(link);
      for (let i = 0; i < 3; i++) expect(harness.route(0, { dst: 2, flow: 7, atPs: (atPs += 100 * us) })).toBe(link);
      atPs += 100 * us + 1;
    }
    expect(seen).toEqual(new Set(uplinks));
  });

  test('letflow remembers thousands of flows', () => {
    const harness = new SwitchHarness(leafSpine, { kind: 'letflow', gapPs: 100 * us });
    const links = Array.from({ length: 5000 }, (_, flow) => harness.route(0, { dst: 2, flow: 17 * flow }));
    links.forEach((link, flow) => expect(harness.route(0, { dst: 2, flow: 17 * flow, atPs: 50 * us })).toBe(link));
  });

  test('flowlet-ar moves a flow after a gap every second time, if another port has a smaller key', () => {
    const harness = new SwitchHarness(leafSpine, { kind: 'flowlet-ar', key: 'q', gapPs: 10 * us });
    uplinks.forEach((link, i) => (harness.queueBytes[link] = i === 3 ? 0 : 50_000));
    let moved = 0;
    for (let flow = 0; flow < 300; flow++) {
      harness.queueBytes[uplinks[3]!] = 0;
      harness.queueBytes[uplinks[0]!] = 50_000;
      const atPs = flow * 100 * us;
      expect(harness.route(0, { dst: 2, flow, atPs })).toBe(uplinks[3]);
      harness.queueBytes[uplinks[3]!] = 60_000;
      harness.queueBytes[uplinks[0]!] = 0;
      expect(harness.route(0, { dst: 2, flow, atPs: atPs + 10 * us })).toBe(uplinks[3]);
      const later = harness.route(0, { dst: 2, flow, atPs: atPs + 30 * us });
      expect([uplinks[0], uplinks[3]]).toContain(later);
      if (later === uplinks[0]) moved++;
    }
    expect(Math.abs(moved - 150)).toBeLessThan(4 * Math.sqrt(75));
  });
});
