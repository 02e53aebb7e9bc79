import { PLAIN_NIC } from '../../../sim/base/device-spec.ts';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { CellError } from '../../../sim/base/errors.ts';
import type { BalancerSpec } from '../../../sim/base/balancer-spec.ts';
import type { NicSpec } from '../../../sim/base/device-spec.ts';
import { type Schedule, ScheduleBuilder } from '../../../sim/base/schedule.ts';
import type { Topology } from '../../../sim/base/topology.ts';
import { serialisationPs } from '../../../sim/derive.ts';
import { boundCompletionPs, completionBoundPs } from '../../../analysis/bounds/completion-bound.ts';
import { ethereal, fabric, messages, plan } from '../../balancing/fabric.ts';

const NIC: NicSpec = PLAIN_NIC;
const ECMP: BalancerSpec = { kind: 'ecmp' };

const bound = (topology: Topology, schedule: Schedule, balancer: BalancerSpec = ECMP, nic = NIC): number =>
  completionBoundPs(topology, schedule, plan(topology, schedule, balancer), nic);
const fidelity = (topology: Topology, schedule: Schedule, balancer: BalancerSpec = ECMP, nic = NIC): number =>
  boundCompletionPs(topology, schedule, plan(topology, schedule, balancer), balancer, nic, { seed: 1, hash: 'ideal', sameSalt: false });

/** One full packet and one ACK over a 400 Gb/s link of 500 ns. */
const DATA = 83_200 + 500_000;
const ACK = 1_280 + 500_000;

describe('unit cases, to the picosecond', () => {
  const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 2 });

  test.each([
    ['one packet to another leaf', 2, 4096, 4_337_920],
    ['one packet inside a leaf', 1, 4096, 2_168_960],
    ['8 MiB to another leaf', 2, 8 * 2 ** 20, 174_648_320],
  ])('%s', (_name, dst, bytes, expectedPs) => {
    const schedule = messages(4, [{ src: 0, dst, bytes }]);
    expect(bound(topology, schedule)).toBe(expectedPs);
    expect(fidelity(topology, schedule)).toBe(expectedPs);
  });

  test('a short last packet counts as short, and an empty message is one header', () => {
    // 4096 + 100 B: two packets leave the host, and the 164 B one may be the last on the other three links.
    const schedule = messages(4, [{ src: 0, dst: 2, bytes: 4196 }]);
    expect(bound(topology, schedule)).toBe(83_200 + 4 * (3_280 + 500_000) + 4 * ACK);
    expect(bound(topology, messages(4, [{ src: 0, dst: 2, bytes: 0 }]))).toBe(4 * (1_280 + 500_000) + 4 * ACK);
  });

  test('acks: none: the sender learns after the propagation of the way back alone', () => {
    const schedule = messages(4, [{ src: 0, dst: 2, bytes: 4096 }]);
    expect(bound(topology, schedule, ECMP, { ...NIC, acks: 'none' })).toBe(4 * DATA + 4 * 500_000);
  });

  test('no operations take no time', () => {
    expect(bound(topology, messages(4, []))).toBe(0);
  });
});

describe('the cuts of bound (5)', () => {
  test('the sending side of a host: all it sends passes its link, the nearest destination sets the rest', () => {
    const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 4 });
    const schedule = messages(
      8,
      [1, 2, 4, 5].map((dst) => ({ src: 0, dst, bytes: 409_600 })),
    );
    expect(bound(topology, schedule)).toBe(400 * 83_200 + 500_000 + DATA + 2 * ACK);
  });

  test('the receiving side of a host: incast', () => {
    const topology = fabric({ leaves: 3, spines: 2, hostsPerLeaf: 2 });
    const schedule = messages(
      6,
      [2, 3, 4, 5].map((src) => ({ src, dst: 0, bytes: 409_600 })),
    );
    expect(bound(topology, schedule)).toBe(3 * DATA + 400 * 83_200 + 500_000 + 4 * ACK);
  });

  test('the up links of a leaf: with 4 hosts on 2 spines they are the narrow place', () => {
    const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 4 });
    const schedule = messages(
      8,
      [0, 1, 2, 3].map((i) => ({ src: i, dst: 4 + i, bytes: 409_600 })),
    );
    expect(bound(topology, schedule)).toBe(DATA + 200 * 83_200 + 500_000 + 2 * DATA + 4 * ACK);
  });

  test('dead links leave the cut: one of two spines dead at the destination leaf doubles the down time', () => {
    const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 4, dead: ['leaf1-spine0'] });
    const schedule = messages(
      8,
      [0, 1, 2, 3].map((i) => ({ src: i, dst: 4 + i, bytes: 409_600 })),
    );
    expect(bound(topology, schedule)).toBe(2 * DATA + 400 * 83_200 + 500_000 + DATA + 4 * ACK);
  });

  test('the smallest packet of the plan counts: cutting a message lets a shorter packet be the last', () => {
    const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 1 });
    const schedule = messages(2, [{ src: 0, dst: 1, bytes: 8192 }]);
    expect(bound(topology, schedule)).toBe(2 * 83_200 + 500_000 + 3 * DATA + 4 * ACK);
    // 3 pieces of 2730, 2730, 2732 B: smallest packet 2794 B on the wire; on the host's own link still 2 full packets.
    const rest = serialisationPs(2730 + 64, 400e9) + 500_000;
    expect(bound(topology, schedule, { kind: 'ecmp-split', k: 3 })).toBe(2 * 83_200 + 500_000 + 3 * rest + 4 * ACK);
  });

  const cross = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 60 });
  test.prop([
    fc.record({
      leaves: fc.integer({ min: 2, max: 5 }),
      spines: fc.integer({ min: 1, max: 4 }),
      hostsPerLeaf: fc.integer({ min: 1, max: 5 }),
    }),
    cross,
  ])(
    'P18: whole packets across leaves give exactly the largest of host and leaf loads over capacity, plus the way of one packet',
    (size, pairs) => {
      const topology = fabric(size);
      const list = pairs
        .map(([src, dst, packets]) => ({ src: src % topology.hosts, dst: dst % topology.hosts, bytes: packets * 4096 }))
        .filter((m) => topology.torOfHost[m.src] !== topology.torOfHost[m.dst]);
      fc.pre(list.length > 0);
      const add = (loads: Map<number, number>, key: number, bytes: number): void =>
        void loads.set(key, (loads.get(key) ?? 0) + (bytes * 4160) / 4096);
      const hosts = new Map<number, number>();
      const leaves = new Map<number, number>();
      for (const m of list) {
        add(hosts, m.src, m.bytes);
        add(hosts, topology.hosts + m.dst, m.bytes);
        add(leaves, topology.torOfHost[m.src]!, m.bytes);
        add(leaves, size.leaves + topology.torOfHost[m.dst]!, m.bytes);
      }
      const busiest = Math.max(...hosts.values(), ...[...leaves.values()].map((bytes) => bytes / size.spines)) * 20;
      expect(bound(topology, messages(topology.hosts, list))).toBe(Math.floor(busiest) + 500_000 + 3 * DATA + 4 * ACK);
    },
  );
});

describe('the dependency chain', () => {
  const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 2 });
  const there = 4 * DATA;
  const back = 4 * ACK;

  /** Ranks 0 and 2 are on different leaves. */
  const build = (fill: (builder: ScheduleBuilder, phase: number) => void): Schedule => {
    const builder = new ScheduleBuilder(4);
    fill(builder, builder.phase('all'));
    return builder.build();
  };

  test('a ping-pong waits for arrivals, not for ACKs: two ways, and one ACK at the end', () => {
    const schedule = build((b, phase) => {
      const ping = b.message(0, 2, 4096, phase);
      b.after(b.message(2, 0, 4096, phase), ping + 1);
    });
    expect(bound(topology, schedule)).toBe(2 * there + back);
  });

  test('a send that waits for the end of a send waits for its ACK; by start, for nothing', () => {
    const after = (waitFor: 'end' | 'start'): number =>
      bound(
        topology,
        build((b, phase) => {
          const first = b.message(0, 2, 4096, phase);
          b.after(b.message(0, 2, 4096, phase), first, waitFor);
        }),
      );
    expect(after('end')).toBe(2 * (there + back));
    expect(after('start')).toBe(83_200 + there + back); // the host's link carries both
  });

  test('computation adds its duration', () => {
    const schedule = build((b, phase) => {
      const work = b.compute(0, 7_000_000);
      const send = b.message(0, 2, 4096, phase);
      b.after(send, work);
      const more = b.compute(2, 1_000_000_000);
      b.after(more, send + 1);
    });
    expect(bound(topology, schedule)).toBe(7_000_000 + there + 1_000_000_000);
  });

  test('an edge on the start of a receive does not wait for its message: no false cycle', () => {
    const schedule = build((b, phase) => {
      const late = b.message(0, 2, 4096, phase);
      const early = b.message(2, 0, 4096, phase);
      b.after(early, late + 1, 'start'); // rank 2 posts its receive, then sends
      b.after(late, early + 1); // rank 0 answers what it got
    });
    expect(bound(topology, schedule)).toBe(2 * there + back);
  });

  test('operations that wait for each other can never end, and the error says who', () => {
    const schedule = build((b, phase) => {
      const ping = b.message(0, 2, 4096, phase);
      const pong = b.message(2, 0, 4096, phase);
      b.after(ping, pong + 1);
      b.after(pong, ping + 1);
    });
    expect(() => bound(topology, schedule)).toThrow(CellError);
    expect(() => bound(topology, schedule)).toThrow(/can never end: operation 0 of rank 0/);
  });

  test('a ring of dependent steps takes a step at a time', () => {
    const steps = 5;
    const schedule = build((b) => {
      let arrived: number[] | null = null;
      for (let step = 0; step < steps; step++) {
        const phase = b.phase(`step ${step}`);
        const sends: number[] = [0, 1, 2, 3].map((rank) => b.message(rank, (rank + 2) % 4, 40_960, phase));
        const before: number[] | null = arrived;
        if (before !== null) sends.forEach((send, rank) => b.after(send, before[(rank + 2) % 4]! + 1));
        arrived = sends;
      }
    });
    expect(bound(topology, schedule)).toBe(steps * (9 * 83_200 + there) + back);
  });
});

describe('fidelity: bound', () => {
  const size = fc.record({
    leaves: fc.integer({ min: 1, max: 4 }),
    spines: fc.integer({ min: 1, max: 4 }),
    hostsPerLeaf: fc.integer({ min: 2, max: 4 }),
    linksPerPair: fc.integer({ min: 1, max: 2 }),
    fabricRateBps: fc.constantFrom(100e9, 400e9, 300e9),
  });
  const balancers = fc.constantFrom<BalancerSpec>(
    ECMP,
    { kind: 'ecmp-split', k: 4 },
    { kind: 'spray' },
    { kind: 'drb' },
    { kind: 'spray-switch-rr', variant: 'plain' },
    ethereal(),
    ethereal({ split: 'fewest', minPieceBytes: null }),
  );
  const pairs = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 200_000 })), { minLength: 1, maxLength: 40 });

  test.prop([size, pairs, balancers])(
    'is never below the bound for every balancer, and both are whole picoseconds',
    (shape, list, balancer) => {
      const topology = fabric(shape);
      const schedule = messages(
        topology.hosts,
        list.map(([src, dst, bytes]) => ({ src: src % topology.hosts, dst: dst % topology.hosts, bytes })).filter((m) => m.src !== m.dst),
      );
      const lower = bound(topology, schedule, balancer);
      const own = fidelity(topology, schedule, balancer);
      expect(own).toBeGreaterThanOrEqual(lower);
      expect(Number.isInteger(lower) && Number.isInteger(own)).toBe(true);
    },
  );

  test('ECMP pays for its collisions: two flows of 100 packets on one spine pass one after the other', () => {
    const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 2 });
    const schedule = messages(4, [{ src: 0, dst: 2, bytes: 409_600 }, { src: 1, dst: 3, bytes: 409_600 }]); // prettier-ignore
    const flowPlan = plan(topology, schedule, ECMP);
    const completions = Array.from({ length: 32 }, (_, seed) =>
      boundCompletionPs(topology, schedule, flowPlan, ECMP, NIC, { seed, hash: 'ideal', sameSalt: false }),
    );
    const alone = 100 * 83_200 + 500_000 + 3 * DATA + 4 * ACK;
    const collided = DATA + 200 * 83_200 + 500_000 + 2 * DATA + 4 * ACK;
    expect(new Set(completions)).toEqual(new Set([alone, collided]));
    expect(bound(topology, schedule)).toBe(alone);
  });

  test('a lone single-path message is held by the slowest link of its way, which spraying is not', () => {
    const topology = fabric({ leaves: 2, spines: 4, hostsPerLeaf: 1, fabricRateBps: 100e9 });
    const schedule = messages(2, [{ src: 0, dst: 1, bytes: 409_600 }]);
    const onePacket = 4 * 500_000 + 2 * 83_200 + 4 * 500_000 + 2 * 1_280 + 2 * 5_120;
    expect(fidelity(topology, schedule)).toBe(100 * 332_800 + 332_800 + onePacket);
    expect(fidelity(topology, schedule, { kind: 'spray' })).toBe(100 * 83_200 + 83_200 + 2 * 332_800 + onePacket - 2 * 83_200);
  });

  test('headers of the pieces count: 16 pieces of 256 B carry 15 headers more than the message', () => {
    const topology = fabric({ leaves: 2, spines: 16, hostsPerLeaf: 1 });
    const schedule = messages(2, [{ src: 0, dst: 1, bytes: 4096 }]);
    const pieces = 16 * 6_400 + 500_000 + 3 * (6_400 + 500_000) + 4 * ACK;
    expect(fidelity(topology, schedule, ethereal())).toBe(pieces);
    expect(bound(topology, schedule, ethereal())).toBe(pieces - 15 * 1_280);
  });
});
