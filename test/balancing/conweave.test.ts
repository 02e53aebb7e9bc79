import { arena } from '../../sim/engine/arena.ts';
import { describe, expect, test } from 'vitest';
import type { BalancerSpec, ConWeaveSpec } from '../../sim/base/balancer-spec.ts';
import { DROPTAIL } from '../../sim/base/device-spec.ts';
import { CE, NACK, PROBE } from '../../sim/base/packet.ts';
import { PacketStreams } from '../../sim/base/random.ts';
import type { RunResult } from '../../sim/base/result.ts';
import { ENDED, HELD, type Reorderer } from '../../sim/balancing/router.ts';
import { DUE, NOW } from '../../sim/engine/record.ts';
import { simulate } from '../../sim/simulate.ts';
import { leafSpineSpec, scenarioOf } from '../sim/scenarios.ts';
import { fabric } from './fabric.ts';
import { hopLinks, ORDER_WORD, SwitchHarness } from './switch-harness.ts';

const us = 1_000_000;
const CONWEAVE: ConWeaveSpec = {
  ...{ kind: 'conweave', replySlackPs: 4 * us, pathPausePs: 8 * us, expiryPs: 1000 * us, flushSlackPs: 32 * us, flushDefaultPs: 500 * us },
};
/** Two leaves of two hosts, four spines; one flow from host 0 to host 2. */
const topology = fabric({ leaves: 2, spines: 4, hostsPerLeaf: 2 });
const uplinks = hopLinks(topology, 0, 1);
const portOf = (link: number): number => topology.linkFromPort[link]!;
/** Two links each way: full packets there, 64 B back, at 400 Gb/s, and 500 ns. */
const BASE_PS = 2 * (83_200 + 500_000) + 2 * (1280 + 500_000);
const LATE_PS = BASE_PS + 4 * us;
const [PLAIN, INIT, TAIL] = [0, 1, 2];
const NOTICE = NACK | PROBE;

interface Words {
  readonly epoch: number;
  readonly path: number;
  readonly phase: number;
  readonly kind: number;
  readonly txPs?: number;
  readonly tailPs?: number;
}

function conweave() {
  const flows = { srcHost: Int32Array.of(0), dstHost: Int32Array.of(2), hashFlow: null };
  const harness = new SwitchHarness(topology, CONWEAVE, { flows });
  const streams = new PacketStreams(1, 'conweave', topology.switches);
  const at = harness.address + ORDER_WORD;
  const words = (): Words => ({ epoch: arena[at]!, path: arena[at + 1]! >> 4, phase: (arena[at + 1]! >> 2) & 1, kind: arena[at + 1]! & 3 });
  /** Uplink of the next packet at the source ToR. */
  const depart = (atPs: number): number => harness.route(0, { flow: 0, dst: 2, atPs });
  const hear = (number: number, atPs: number): number => {
    arena[harness.address + 2] = number;
    return harness.route(0, { flow: 0, dst: 0, type: NOTICE, atPs });
  };
  const arrive = (atPs: number, { epoch, path, phase, kind, txPs = 0, tailPs = 0 }: Words, flags = 0): number => {
    arena.set([epoch, (path << 4) | (phase << 2) | kind], at);
    [txPs, tailPs].forEach((timePs, i) => arena.set([Math.floor(timePs / 2 ** 31), timePs % 2 ** 31], at + 2 + 2 * i));
    return harness.route(1, { flow: 0, dst: 2, type: flags, atPs });
  };
  const reorderer: Reorderer = harness.routers[1]!.reordererOf!(0)!;
  const flushesAt = (timePs: number): boolean => {
    harness.clock[NOW] = timePs;
    return reorderer.flushes(0);
  };
  const sample = (): number => uplinks[streams.below(0, 4)]!;
  const sampleTwice = (): readonly [number, number] => [sample(), sample()];
  return { harness, words, depart, hear, arrive, reorderer, flushesAt, sample, sampleTwice };
}

describe('the ToR of the source', () => {
  test('begins an epoch with the first packet, on the first of two random uplinks', () => {
    const { depart, words, sample } = conweave();
    const link = depart(us);
    expect(link).toBe(sample());
    expect(words()).toEqual({ epoch: 1, path: portOf(link), phase: 0, kind: INIT });
    expect(depart(2 * us)).toBe(link);
    expect(words()).toEqual({ epoch: 1, path: portOf(link), phase: 0, kind: PLAIN });
  });

  test('keeps the path and begins the next epoch when the reply comes in time', () => {
    const { depart, hear, words } = conweave();
    const link = depart(us);
    expect(hear(4, us + LATE_PS - 1)).toBe(ENDED);
    expect(depart(us + LATE_PS)).toBe(link);
    expect(words()).toEqual({ epoch: 2, path: portOf(link), phase: 0, kind: INIT });
  });

  test('sends a last packet on the old path when the deadline is over, and those after it on a new one, until that is settled', () => {
    const { depart, hear, words, sample, sampleTwice } = conweave();
    const link = depart(us);
    sampleTwice(); // of the first packet
    expect(depart(us + LATE_PS)).toBe(link); // the deadline itself
    hear(4, us + LATE_PS); // too late
    expect(depart(us + LATE_PS + 1)).toBe(link);
    expect(words()).toEqual({ epoch: 1, path: portOf(link), phase: 0, kind: TAIL });
    const next = sample();
    expect(depart(us + LATE_PS + 2)).toBe(next);
    expect(words()).toEqual({ epoch: 1, path: portOf(next), phase: 1, kind: PLAIN });
    hear(4, us + LATE_PS + 3); // of the old path
    depart(us + LATE_PS + 4);
    expect(words().epoch).toBe(1);
    hear(5, us + LATE_PS + 5);
    expect(depart(us + LATE_PS + 6)).toBe(next);
    expect(words()).toEqual({ epoch: 2, path: portOf(next), phase: 0, kind: INIT });
  });

  test('moves no flow to a path with marks until its pause is over', () => {
    for (const [pausedUntilPs, avoids] of [
      [2000 * us + 1, true],
      [2000 * us, false],
    ] as const) {
      const { depart, hear, sampleTwice } = conweave();
      depart(0);
      sampleTwice();
      const [first, second] = sampleTwice();
      expect(second).not.toBe(first);
      hear(4 * portOf(first) + 2, pausedUntilPs - 8 * us);
      expect(depart(2000 * us)).toBe(avoids ? second : first); // after 1 ms of silence
    }
  });
});

describe('the ToR of the destination', () => {
  const of0 = { epoch: 1, path: 3, phase: 0 };
  const of1 = { epoch: 1, path: 5, phase: 1, kind: PLAIN };

  test('holds packets of the new path until the last one of the old path is there', () => {
    const { arrive, reorderer } = conweave();
    expect(arrive(us, { ...of0, kind: INIT })).not.toBe(HELD);
    expect(arrive(2 * us, of1)).toBe(HELD);
    expect(arrive(3 * us, of1)).toBe(HELD);
    expect(reorderer.releasesAfter).toBe(false);
    expect(arrive(4 * us, { ...of0, kind: TAIL })).not.toBe(HELD);
    expect(reorderer.releasesAfter).toBe(true);
    expect(arrive(5 * us, of1)).not.toBe(HELD);
  });

  test('gives up when the last packet should have come 32 us ago, by the latest packet of the old path', () => {
    const { harness, arrive, reorderer, flushesAt } = conweave();
    arrive(20 * us, { ...of0, kind: INIT, txPs: 17 * us });
    arrive(21 * us, { ...of1, tailPs: 24 * us });
    expect(reorderer.armsTimer).toBe(true);
    expect(harness.clock[DUE]).toBe((20 + (24 - 17) + 32) * us);
    arrive(22 * us, { ...of0, kind: PLAIN, txPs: 18 * us }); // a microsecond later than it was sent after the other
    expect(harness.clock[DUE]).toBe((22 + (24 - 18) + 32) * us);
    expect(flushesAt(59 * us)).toBe(false);
    expect(flushesAt(60 * us)).toBe(true);
    expect(arrive(61 * us, of1)).not.toBe(HELD);
  });

  test('without a packet of the old path it waits for the default time', () => {
    const { harness, arrive } = conweave();
    arrive(us, of1);
    expect(harness.clock[DUE]).toBe((1 + 500 + 32) * us);
  });

  test('a new epoch lets go of what is held before it; packets of an old one pass', () => {
    const { arrive, reorderer } = conweave();
    arrive(us, of1);
    arrive(2 * us, { epoch: 2, path: 5, phase: 0, kind: INIT });
    expect([reorderer.releasesBefore, reorderer.reply]).toEqual([true, 8]);
    expect(arrive(3 * us, { ...of0, kind: TAIL })).not.toBe(HELD);
    expect(reorderer.reply).toBe(-1);
  });

  test('answers first and last packets, and tells of marks', () => {
    const { arrive, reorderer } = conweave();
    arrive(us, { ...of0, kind: INIT });
    expect([reorderer.notify, reorderer.reply]).toEqual([-1, 4]);
    arrive(2 * us, { ...of0, kind: TAIL }, CE);
    expect([reorderer.notify, reorderer.reply]).toEqual([4 * 3 + 2, 5]);
  });
});

/** Four leaves of eight hosts, eight spines, the first one at half rate; every host sends 4 MiB under the next leaf, with go-back-N. */
const run = (balancer: BalancerSpec, seed = 1): RunResult =>
  simulate(
    scenarioOf({
      topology: leafSpineSpec(4, 8, 8, {
        fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: [200e9, ...Array<number>(7).fill(400e9)], linksPerPair: 1 },
      }),
      workload: { kind: 'permutation', pattern: { shift: 8 }, sizeBytes: 2 ** 22, ranks: 32 },
      transport: {
        ...{ kind: 'dctcp', g: 1 / 16, initialWindowBytes: null, minWindowBytes: null },
        ...{ recovery: 'gbn', rtoPs: null, nackIntervalPs: 500_000_000 },
      },
      balancer,
      seed,
    }),
  );

describe('with one of eight uplinks at half rate', () => {
  test.each([1, 2, 3])('conweave moves flows and ends before ecmp, and hosts see no packet out of order (seed %i)', (seed) => {
    const moved = run(CONWEAVE, seed);
    expect(moved.completionPs).toBeLessThan(run({ kind: 'ecmp' }, seed).completionPs!);
    expect([moved.drops, moved.reorderMaxPackets, moved.retransmits]).toEqual([0, 0, 0]);
  });

  test('the window of the engine makes no difference', () => {
    const scenario = scenarioOf({
      topology: leafSpineSpec(3, 3, 3),
      workload: { kind: 'all-to-all', algorithm: 'direct', sizeBytes: 9 * 100_000, ranks: 9 },
      balancer: { ...CONWEAVE, replySlackPs: 0 },
    });
    expect(simulate(scenario, { windowPs: 77_777 })).toEqual(simulate(scenario));
  });
});

test('deep queues let a moved flow overtake itself: held long enough it arrives in order, else go-back-N repeats', () => {
  const retransmits = (balancer: BalancerSpec): number =>
    simulate(
      scenarioOf({
        topology: leafSpineSpec(4, 8, 4),
        workload: { kind: 'permutation', pattern: 'random', sizeBytes: 2 ** 21, ranks: 32 },
        transport: {
          ...{ kind: 'fixed', rateBps: null, windowBytes: 300 * 4160 },
          ...{ recovery: 'gbn', rtoPs: null, nackIntervalPs: 500_000_000 },
        },
        switch: { ...DROPTAIL, queueBytes: Infinity },
        balancer,
        seed: 2,
      }),
    ).retransmits!;
  expect(retransmits(CONWEAVE)).toBe(0);
  expect(retransmits({ ...CONWEAVE, flushSlackPs: 0, flushDefaultPs: 1 })).toBeGreaterThan(1000);
});
