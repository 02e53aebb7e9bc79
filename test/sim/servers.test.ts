import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { ServerSpec, TopologySpec } from '../../sim/base/topology-spec.ts';
import { ScheduleBuilder, type Schedule } from '../../sim/base/schedule.ts';
import type { RunResult } from '../../sim/base/result.ts';
import { prepare } from '../../sim/prepare.ts';
import { simulatePrepared } from '../../sim/simulate.ts';
import { fabricRanks, rankRateBps } from '../../topologies/build-topology.ts';
import { ideal, leafSpineSpec, scenarioOf } from './scenarios.ts';

/** 4096 bytes take 81,920 ps at 400 Gb/s. */
const X = 81_920;
const D = 500_000;
const server = (gpus: number, nics = gpus, nvlink: ServerSpec['nvlink'] = { rateBps: 400e9, delayPs: D }): ServerSpec => ({
  gpus,
  nics,
  nvlink,
});

const fabric = (own: ServerSpec): TopologySpec => leafSpineSpec(2, 4, 2, { server: own });

/** Messages [src, dst, bytes], all posted at 0. */
function schedule(ranks: number, messages: readonly (readonly [number, number, number])[]): Schedule {
  const builder = new ScheduleBuilder(ranks);
  const phase = builder.phase('all');
  for (const [src, dst, bytes] of messages) builder.message(src, dst, bytes, phase);
  return builder.build();
}

function run(topology: TopologySpec, messages: readonly (readonly [number, number, number])[], changes: object = {}): RunResult {
  const ranks = fabricRanks(topology);
  const scenario = scenarioOf({ topology, workload: { kind: 'flows', flows: [], ranks }, ...changes });
  return simulatePrepared(prepare(scenario, schedule(ranks, messages)));
}

/** Ends of the operations: send, receive, send, receive .. */
const ends = (result: RunResult): number[] => [...result.tables.operations!.endPs];

describe('a message inside a server (docs/model-servers.md 2)', () => {
  test('has arrived after its time at a port and the delay; the sender knows one more delay later', () => {
    const result = run(fabric(server(4)), [[0, 1, 4096]]);
    expect(ends(result)).toEqual([X + 2 * D, X + D]);
    expect([...result.tables.fctPs!]).toEqual([X + 2 * D]);
    expect(result.boundPs).toBe(X + 2 * D);
  });

  test('an empty one occupies a port for 1 ps, and times are rounded to whole picoseconds', () => {
    expect(ends(run(fabric(server(4)), [[0, 1, 0]]))).toEqual([1 + 2 * D, 1 + D]);
    const odd = server(4, 4, { rateBps: 333e9, delayPs: 7 });
    expect(ends(run(fabric(odd), [[0, 1, 100]]))).toEqual([2402 + 14, 2402 + 7]);
  });

  test('the messages of a GPU leave one after the other', () => {
    const result = run(fabric(server(4)), [[0, 1, 4096], [0, 2, 8192], [0, 1, 4096]]); // prettier-ignore
    expect(ends(result).filter((_, op) => op % 2 === 1)).toEqual([X + D, 3 * X + D, 4 * X + D]);
  });

  test('those to one GPU arrive one after the other, by their heads and then by their numbers', () => {
    const result = run(fabric(server(4)), [[3, 0, 4096], [1, 0, 8192], [2, 0, 4096]]); // prettier-ignore
    expect(ends(result).filter((_, op) => op % 2 === 1)).toEqual([X + D, 3 * X + D, 4 * X + D]);
  });

  test('cut-through: a message over a busy egress reaches an idle ingress without another wait', () => {
    const result = run(fabric(server(4)), [[0, 1, 4096], [0, 2, 4096], [3, 2, 40_960]]); // prettier-ignore
    // The second head comes at X + D, while GPU 2 takes 10 X from D on.
    expect(ends(result).filter((_, op) => op % 2 === 1)).toEqual([X + D, 11 * X + D, 10 * X + D]);
  });

  test('both ways at once do not meet', () => {
    expect(ends(run(fabric(server(4)), [[0, 1, 4096], [1, 0, 4096]]))).toEqual([X + 2 * D, X + D, X + 2 * D, X + D]); // prettier-ignore
  });

  test('puts nothing on the network, and is a flow without subflows', () => {
    const result = run(fabric(server(4)), [[0, 1, 4096], [0, 4, 4096]]); // prettier-ignore
    expect([result.flows, result.subflows, result.packets]).toEqual([2, 1, 1]);
    expect(result.maxLinkLoadBytes).toBe(4096);
    expect(result.idealLinkLoadBytes).toBe(2048);
    expect(run(fabric(server(4)), [[0, 1, 4096]])).toMatchObject({ packets: 0, packetHops: 0, maxLinkLoadBytes: 0, congestionRatio: 1 });
  });

  test('a receive that becomes ready later ends then', () => {
    const builder = new ScheduleBuilder(8);
    const send = builder.message(0, 1, 4096, builder.phase('late'));
    builder.after(send + 1, builder.compute(1, 3_000_000));
    const scenario = scenarioOf({ topology: fabric(server(4)), workload: { kind: 'flows', flows: [], ranks: 8 } });
    expect(ends(simulatePrepared(prepare(scenario, builder.build())))).toEqual([X + 2 * D, 3_000_000, 3_000_000]);
  });
});

describe('ranks that share a NIC', () => {
  test('are more than the hosts, and share its link', () => {
    const shared = fabric(server(4, 1));
    expect(fabricRanks(shared)).toBe(32);
    expect(rankRateBps(shared)).toBe(100e9);
    const one = run(shared, [[0, 4, 81_920]], ideal); // prettier-ignore
    const four = run(shared, [0, 1, 2, 3].map((i) => [i, 4 + i, 81_920] as const), ideal); // prettier-ignore
    const wirePs = (20 * 4160 * 8e12) / 400e9;
    expect(four.completionPs! - one.completionPs!).toBe(3 * wirePs);
  });
});

/** Messages between any two of eight ranks. */
const anyMessages = fc
  .array(fc.tuple(fc.nat(7), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 100_000 })), { minLength: 1, maxLength: 12 })
  .map((messages) => messages.map(([src, distance, bytes]) => [src, (src + distance) % 8, bytes] as const));

test.prop([anyMessages, fc.integer({ min: 2, max: 9 })], { numRuns: 40 })(
  'with rates z times lower and delays z times longer everything takes z times as long',
  (messages, z) => {
    const slowed = (by: number): TopologySpec => {
      const link = { rateBps: 800e9 / by, delayPs: 300_000 * by };
      const own = server(4, 2, { rateBps: 1.6e12 / by, delayPs: 200_000 * by });
      return leafSpineSpec(2, 4, 2, { hostLink: link, fabricLink: { ...link, perSpineRateBps: null, linksPerPair: 1 }, server: own });
    };
    const exact = messages.map(([src, dst, bytes]) => [src, dst, 1 + bytes] as const);
    const [fast, slow] = [run(slowed(1), exact, ideal), run(slowed(z), exact, ideal)];
    expect(ends(slow)).toEqual(ends(fast).map((ps) => ps * z));
  },
);

test('a run whose other messages are cut off for good goes on for what is under way inside a server', () => {
  const failures = [
    { link: 'host4-leaf1', course: { atPs: 1, untilPs: Infinity, direction: 'both', fault: { kind: 'down', convergePs: 0 } } },
  ] as const;
  const long = server(4, 4, { rateBps: 100e9, delayPs: D });
  const result = run(fabric(long), [[0, 4, 4096], [0, 1, 100e6]], { failures }); // prettier-ignore
  expect(result.unfinishedReason).toContain('what they wait for can never arrive');
  expect(ends(result)[3]).toBe(8e9 + D);
});

describe('bounds', () => {
  test.prop([anyMessages, fc.constantFrom(1, 2, 4), fc.constantFrom(100e9, 333e9, 3.6e12)], { numRuns: 60 })(
    'hold for messages inside servers and between them, in both fidelities',
    (messages, nics, rateBps) => {
      const own = fabric(server(4, nics, { rateBps, delayPs: 300_000 }));
      const packet = run(own, messages, ideal);
      const bound = run(own, messages, { ...ideal, fidelity: 'bound' });
      expect(packet.finished).toBe(true);
      expect(packet.completionPs!).toBeGreaterThanOrEqual(bound.completionPs!);
      expect(bound.completionPs!).toBeGreaterThanOrEqual(packet.boundPs);
    },
  );

  test('are met where one port is busy all the time', () => {
    const incast = run(fabric(server(4)), [[1, 0, 4096], [2, 0, 4096], [3, 0, 4096]]); // prettier-ignore
    expect(incast.completionPs).toBe(3 * X + 2 * D);
    expect(incast.boundPs).toBe(3 * X + 2 * D);
  });

  test('the chain of a ring inside a server is met exactly', () => {
    const scenario = scenarioOf({
      topology: leafSpineSpec(1, 4, 1, { server: server(4) }),
      workload: { kind: 'flows', flows: [], ranks: 4 },
    });
    const builder = new ScheduleBuilder(4);
    let last = -1;
    for (let hop = 0; hop < 6; hop++) {
      const send = builder.message(hop % 4, (hop + 1) % 4, 4096, builder.phase(`hop ${hop}`));
      if (last >= 0) builder.after(send, last + 1);
      last = send;
    }
    const result = simulatePrepared(prepare(scenario, builder.build()));
    expect([result.completionPs, result.boundPs]).toEqual([6 * (X + D) + D, 6 * (X + D) + D]);
  });
});
