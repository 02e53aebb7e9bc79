import { describe, expect, test } from 'vitest';
import type { BalancerSpec, MpRdmaSpec } from '../../sim/base/balancer-spec.ts';
import type { TransportSpec } from '../../sim/base/transport-spec.ts';
import { bitmapPackets, MpRdma } from '../../sim/balancing/mp-rdma.ts';
import { simulate } from '../../sim/simulate.ts';
import { leafSpineSpec, scenarioOf } from '../sim/scenarios.ts';
import { fabric, messages, plan } from './fabric.ts';
import { at, drawsOf, HOSTS, newClock, SEED, take } from './host-draws.ts';

const M = 4160;
const SPEC: MpRdmaSpec = { kind: 'mp-rdma', delta: 3, bitmap: 16, probe: 0 };

/** One flow whose window holds `window.packets` and has `window.inFlight` outstanding. */
function flow(spec: MpRdmaSpec = SPEC) {
  const topology = fabric({ leaves: 2, spines: 4, hostsPerLeaf: 2 });
  const schedule = messages(HOSTS, [{ src: 0, dst: 2, bytes: 1 }]);
  const clock = newClock();
  const balancer = new MpRdma(plan(topology, schedule, { kind: 'ecmp' }), HOSTS, SEED, clock, spec, M);
  const window = { packets: 8, inFlight: 4, givenUp: 0 };
  balancer.attach(
    { inFlightBytes: () => window.inFlight * M, windowPackets: () => window.packets },
    { giveUpPacket: () => window.givenUp++ },
  );
  const ack = (seq: number, entropy: number): void => balancer.onAck(0, entropy, false, seq);
  return { balancer, clock, window, ack, draws: drawsOf('mp-rdma', 0) };
}

describe('mp-rdma', () => {
  test('sends the first window on random paths, and then each packet on the path of the ACK that made room for it', () => {
    const { balancer, ack, draws } = flow();
    expect(take(balancer, 3)).toEqual([draws.draw16(), draws.draw16(), draws.draw16()]);
    ack(0, 70);
    ack(1, 80);
    expect(take(balancer, 2)).toEqual([70, 80]);
  });

  test('a window that grows sends what it adds on the path of the latest ACK', () => {
    const { balancer, ack } = flow();
    ack(0, 70);
    expect(take(balancer, 3)).toEqual([70, 70, 70]);
  });

  test('an ACK that makes no room clocks nothing', () => {
    const { balancer, window, ack } = flow();
    window.inFlight = 7; // room for one
    ack(0, 70);
    ack(1, 80);
    expect(take(balancer, 2)).toEqual([70, 80]); // 80 only as the latest
    window.inFlight = 8;
    ack(2, 90);
    ack(3, 95);
    expect(take(balancer, 2)).toEqual([95, 95]);
  });

  test('a path that is more than delta behind is left, and the window gives up its packet', () => {
    const { balancer, window, ack } = flow();
    ack(10, 70);
    ack(7, 80); // three behind
    ack(6, 90); // four behind
    expect(window.givenUp).toBe(1);
    expect(take(balancer, 3)).toEqual([70, 80, 80]);
  });

  test('a share of packets probes a new path', () => {
    const { balancer, ack, draws } = flow({ ...SPEC, probe: 1 });
    ack(0, 70);
    draws.draw32();
    expect(take(balancer, 1)).toEqual([draws.draw16()]);
  });

  test('a timeout forgets all paths', () => {
    const { balancer, clock, ack, draws } = flow();
    ack(0, 70);
    at(clock, 500);
    balancer.onTimeout(0);
    expect(take(balancer, 1)).toEqual([draws.draw16()]);
  });

  test('the bitmap is that of the paper, or larger where delta or the BDP is', () => {
    expect(bitmapPackets(SPEC, 1000)).toBe(16);
    expect(bitmapPackets({ ...SPEC, bitmap: null }, 20)).toBe(64);
    expect(bitmapPackets({ ...SPEC, bitmap: null, delta: 50 }, 20)).toBe(100);
    expect(bitmapPackets({ ...SPEC, bitmap: null }, 40.5)).toBe(81);
  });
});

/** Of the paper. */
const WINDOW: TransportSpec = {
  ...{ kind: 'dctcp-uec', initialWindowBytes: null, minWindowBytes: null, maxWindowBytes: null, decrease: 0.5 },
  ...{ recovery: 'sr', rtoPs: null, nackIntervalPs: 500_000_000 },
};

/** Four leaves of eight hosts, eight spines, the first one at half rate; every host sends 2 MiB under the next leaf. */
const run = (balancer: BalancerSpec, seed = 1) =>
  simulate(
    scenarioOf({
      topology: leafSpineSpec(4, 8, 8, {
        fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: [200e9, ...Array<number>(7).fill(400e9)], linksPerPair: 1 },
      }),
      workload: { kind: 'permutation', pattern: { shift: 8 }, sizeBytes: 2 ** 21, ranks: 32 },
      transport: WINDOW,
      balancer,
      seed,
    }),
  );

describe('with one of eight uplinks at half rate', () => {
  test.each([1, 2, 3])('mp-rdma ends before ecmp and before the oblivious spray (seed %i)', (seed) => {
    const { completionPs } = run({ kind: 'mp-rdma', delta: 32, bitmap: null, probe: 0.01 }, seed);
    expect(completionPs).toBeLessThan(run({ kind: 'spray' }, seed).completionPs!);
    expect(completionPs).toBeLessThan(run({ kind: 'ecmp' }, seed).completionPs!);
  });

  test('the receiver never holds as many packets as its bitmap has places, which a spray would', () => {
    const depth = (balancer: BalancerSpec): number => run(balancer).reorderMaxPackets!;
    const sprayed = depth({ kind: 'spray' });
    for (const bitmap of [8, 16, 32]) {
      expect(sprayed).toBeGreaterThan(bitmap);
      expect(depth({ kind: 'mp-rdma', delta: bitmap / 2, bitmap, probe: 0.01 })).toBeLessThan(bitmap);
    }
  });

  test('a smaller delta leaves late paths sooner: there is less reordering', () => {
    const depth = (delta: number): number => run({ kind: 'mp-rdma', delta, bitmap: 4096, probe: 0.01 }).reorderMaxPackets!;
    expect(depth(4)).toBeLessThan(depth(64));
  });
});
