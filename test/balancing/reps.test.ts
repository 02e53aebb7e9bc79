import { describe, expect, test } from 'vitest';
import { RepsEtherealV2 } from '../../sim/balancing/reps-ethereal-v2.ts';
import { RepsHtsim } from '../../sim/balancing/reps-htsim.ts';
import { RepsLegacy } from '../../sim/balancing/reps-legacy.ts';
import { Reps } from '../../sim/balancing/reps.ts';
import { at, drawsOf, HOSTS, newClock, SEED, take } from './host-draws.ts';

const FREEZE_PS = 1000;

/** With a BDP of two packets and a base round-trip time of 100 ps. */
function reps(trims: boolean, entropies = 256) {
  const clock = newClock();
  const spec = { kind: 'reps', entropies, freezePs: FREEZE_PS } as const;
  const balancer = new Reps(2, HOSTS, SEED, clock, spec, { bdpPackets: 2, baseRttPs: 100, trims });
  return { clock, balancer, draws: drawsOf('reps', 0) };
}

describe('reps', () => {
  test('draws for the first BDP, even if entropies came back, then uses each unmarked one once, the oldest first', () => {
    const { balancer, draws } = reps(true);
    balancer.onAck(0, 11, false);
    expect(take(balancer, 2)).toEqual([draws.below(256), draws.below(256)]);
    balancer.onAck(0, 12, true);
    balancer.onAck(0, 13, false);
    expect(take(balancer, 3)).toEqual([11, 13, draws.below(256)]);
  });

  test('keeps the last eight unmarked entropies', () => {
    const { balancer, draws } = reps(true);
    take(balancer, 2);
    draws.below(256);
    draws.below(256);
    for (let e = 0; e < 10; e++) balancer.onAck(0, e, false);
    expect(take(balancer, 9)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, draws.below(256)]);
  });

  test('draws are the upper bits of 16 where the space is all 65,536 entropies', () => {
    const { balancer, draws } = reps(true, 65_536);
    expect(take(balancer, 2)).toEqual([draws.draw16(), draws.draw16()]);
  });

  test('with trimming a loss freezes: the written entropies go round, used or not, and no other is drawn', () => {
    const { clock, balancer } = reps(true);
    take(balancer, 2);
    for (const e of [21, 22, 23]) balancer.onAck(0, e, false);
    expect(take(balancer, 1)).toEqual([21]);
    at(clock, 50);
    balancer.onLoss(0);
    expect(take(balancer, 7)).toEqual([21, 22, 23, 21, 22, 23, 21]);
    balancer.onAck(0, 24, false);
    expect(take(balancer, 4)).toEqual([22, 23, 24, 21]);
  });

  test('the first ACK after the freeze ends it, one packet in eight of the next BDP is drawn, and a failure meanwhile freezes nothing', () => {
    const { clock, balancer, draws } = reps(true);
    take(balancer, 2);
    draws.below(256);
    draws.below(256);
    balancer.onAck(0, 21, false);
    at(clock, 50);
    balancer.onLoss(0);
    at(clock, 50 + FREEZE_PS);
    balancer.onAck(0, 22, false);
    expect(take(balancer, 3)).toEqual([21, 22, 21]); // still frozen: not past its end
    at(clock, 51 + FREEZE_PS);
    balancer.onAck(0, 23, false);
    balancer.onLoss(0);
    // Two packets explore: counters 1 and 0, and 0 is a multiple of eight.
    expect(take(balancer, 2)).toEqual([23, draws.below(256)]);
    balancer.onAck(0, 24, false);
    balancer.onLoss(0);
    expect(take(balancer, 5)).toEqual([22, 23, 24, 21, 22]); // frozen again: the pointer goes on where it stood
  });

  test('frozen without any entropy it draws', () => {
    const { clock, balancer, draws } = reps(true);
    at(clock, 5);
    balancer.onTimeout(0);
    expect(take(balancer, 4)).toEqual([0, 0, 0, 0].map(() => draws.below(256)));
  });

  test('without trimming only a timeout freezes, and only while recent round-trip times were below twice the base', () => {
    const { clock, balancer } = reps(false);
    take(balancer, 2);
    at(clock, 10, 300);
    balancer.onAck(0, 21, false);
    balancer.onLoss(0);
    balancer.onTimeout(0);
    expect(take(balancer, 1)).toEqual([21]);
    // 300 decays by an eighth a sample: 262.5, 229.7, 201.0, 175.9.
    at(clock, 11, 50);
    for (const e of [22, 23, 24]) balancer.onAck(0, e, false);
    balancer.onTimeout(0);
    expect(take(balancer, 1)).toEqual([22]);
    balancer.onAck(0, 25, false);
    balancer.onTimeout(0);
    expect(take(balancer, 6)).toEqual([21, 22, 23, 24, 25, 21]);
  });

  test('flows do not share entropies', () => {
    const { balancer } = reps(true);
    take(balancer, 2, 0);
    take(balancer, 2, 1);
    balancer.onAck(1, 21, false);
    balancer.onAck(0, 31, false);
    expect(take(balancer, 1, 1)).toEqual([21]);
    expect(take(balancer, 1, 0)).toEqual([31]);
  });
});

describe('reps-htsim', () => {
  const spec = { kind: 'reps-htsim', entropies: 64, freezePs: FREEZE_PS } as const;

  test('recycles from the first packet on, freezes on a timeout, and after it forgets everything and draws sixteen times', () => {
    const clock = newClock();
    const draws = drawsOf('reps-htsim', 0);
    const balancer = new RepsHtsim(1, HOSTS, SEED, clock, spec, true);
    balancer.onAck(0, 7, false);
    balancer.onAck(0, 8, true);
    balancer.onAck(0, 9, false);
    expect(take(balancer, 3)).toEqual([7, 9, draws.below(64)]);
    balancer.onLoss(0);
    expect(take(balancer, 1)).toEqual([draws.below(64)]);
    at(clock, 100);
    balancer.onTimeout(0);
    expect(take(balancer, 4)).toEqual([7, 9, 7, 9]);
    at(clock, 101 + FREEZE_PS);
    balancer.onAck(0, 5, false);
    expect(take(balancer, 17)).toEqual([...Array.from({ length: 16 }, () => draws.below(64)), 5]);
  });

  test('without trimming it never freezes', () => {
    const balancer = new RepsHtsim(1, HOSTS, SEED, newClock(), spec, false);
    const draws = drawsOf('reps-htsim', 0);
    balancer.onAck(0, 7, false);
    balancer.onTimeout(0);
    expect(take(balancer, 2)).toEqual([7, draws.below(64)]);
  });
});

describe('reps-legacy', () => {
  function legacy(windowPackets: number, entropies: number) {
    const balancer = new RepsLegacy(2, HOSTS, SEED, entropies);
    balancer.attach({ inFlightBytes: () => 0, windowPackets: () => windowPackets });
    return { balancer, draws: drawsOf('reps-legacy', 0) };
  }

  test('counts 1, 2, ... through the first window, then uses every unmarked entropy once, in order, and draws where none is left', () => {
    const { balancer, draws } = legacy(3, 8);
    expect(take(balancer, 3)).toEqual([1, 2, 3]);
    balancer.onAck(0, 1, false);
    balancer.onAck(0, 2, true);
    balancer.onAck(0, 3, false);
    balancer.onAck(0, 3, false);
    expect(take(balancer, 4)).toEqual([1, 3, 3, draws.below(8)]);
  });

  test('counts at most through all entropies, the last one being 0', () => {
    const { balancer, draws } = legacy(65_536, 4);
    expect(take(balancer, 5)).toEqual([1, 2, 3, 0, draws.below(4)]);
  });

  test('its queue has no limit and keeps the order', () => {
    const { balancer } = legacy(0, 64);
    const order = Array.from({ length: 1000 }, (_, i) => (i * 7) % 64);
    for (const e of order.slice(0, 500)) balancer.onAck(0, e, false);
    for (const e of [1, 2, 3]) balancer.onAck(1, e, false);
    expect(take(balancer, 100)).toEqual(order.slice(0, 100));
    for (const e of order.slice(500)) balancer.onAck(0, e, false);
    expect(take(balancer, 900)).toEqual(order.slice(100));
    expect(take(balancer, 3, 1)).toEqual([1, 2, 3]);
  });
});

describe('reps-ethereal-v2', () => {
  test('tries new entropies for a BDP, then stays with the first good one until a mark or a timeout takes it away', () => {
    const balancer = new RepsEtherealV2(1, 8, 2 * 4160);
    expect(take(balancer, 2)).toEqual([0, 1]);
    expect(take(balancer, 1)).toEqual([2]); // none is good yet
    balancer.onAck(0, 1, false);
    balancer.onAck(0, 0, false);
    balancer.onAck(0, 1, false);
    expect(take(balancer, 3)).toEqual([1, 1, 1]);
    balancer.onAck(0, 5, true); // whichever was marked, the first goes
    expect(take(balancer, 2)).toEqual([0, 0]);
    balancer.onAck(0, 1, false);
    balancer.onTimeout(0);
    expect(take(balancer, 2)).toEqual([1, 1]);
    balancer.onTimeout(0);
    balancer.onTimeout(0);
    expect(take(balancer, 2)).toEqual([3, 4]);
  });

  test('after all were tried it takes them in turn only where none is good', () => {
    const balancer = new RepsEtherealV2(1, 4, 100 * 4160);
    balancer.onAck(0, 3, false);
    expect(take(balancer, 5)).toEqual([0, 1, 2, 3, 3]);
    balancer.onAck(0, 0, true);
    expect(take(balancer, 5)).toEqual([0, 1, 2, 3, 0]);
  });
});
