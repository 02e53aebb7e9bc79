import { describe, expect, test } from 'vitest';
import type { PacketBalancer } from '../../sim/balancing/packet-balancer.ts';
import { UecOneBit } from '../../sim/balancing/uec-bitmap-1bit.ts';
import { UecBitmap } from '../../sim/balancing/uec-bitmap.ts';
import { UecMixed } from '../../sim/balancing/uec-mixed.ts';
import { drawsOf, HOSTS, SEED, take } from './host-draws.ts';

const P = 4;

/** The walk of a flow, from the same draws: upper bits, then a mask a pass. */
function walkOf(kind: string, passes: number) {
  const draws = drawsOf(kind, 0);
  const upper = draws.draw16() & ~(P - 1);
  return Array.from({ length: passes }, () => draws.below(P)).flatMap((mask) => [0, 1, 2, 3].map((i) => upper | (i ^ mask)));
}

const bitmap = (trims = true): PacketBalancer => new UecBitmap(1, HOSTS, SEED, 'uec-bitmap', P, trims);

describe('uec-bitmap', () => {
  const walk = walkOf('uec-bitmap', 40);

  test('without marks it is the walk of spray-uec', () => {
    expect(take(bitmap(), 20)).toEqual(walk.slice(0, 20));
  });

  test('a marked entropy is passed over once a mark', () => {
    const balancer = bitmap();
    expect(take(balancer, 1)).toEqual([walk[0]]);
    balancer.onAck(0, walk[1]!, true, 0);
    balancer.onAck(0, walk[1]!, false, 0);
    expect(take(balancer, 3)).toEqual([walk[2], walk[3], walk[4]]);
    const rest = walk.slice(5, 13);
    expect(take(balancer, 8)).toEqual(rest);
  });

  test('of several in a row only the first loses a point a packet', () => {
    const balancer = bitmap();
    take(balancer, 4);
    balancer.onAck(0, walk[4]!, true, 0);
    balancer.onAck(0, walk[5]!, true, 0);
    // The packet passes over walk[4] and walk[5], and takes one point, of walk[4].
    expect(take(balancer, 2)).toEqual([walk[6], walk[7]]);
    const penalised = walk[5]! % P;
    const next = walk.slice(8, 12).filter((e) => e % P !== penalised);
    expect(take(balancer, 3)).toEqual(next);
    expect(take(balancer, 8)).toEqual(walk.slice(12, 20));
  });

  test.each([
    ['a NACK of a trimmed packet 4', (b: PacketBalancer, e: number) => b.onNack(0, e, false, true), true, 4],
    ['one of the last hop nothing', (b: PacketBalancer, e: number) => b.onNack(0, e, true, false), true, 0],
    ['one of the last hop with a mark 1', (b: PacketBalancer, e: number) => b.onNack(0, e, true, true), true, 1],
    ['a loss 15 where the switches trim', (b: PacketBalancer, e: number) => b.onLoss(0, e), true, 15],
    ['a loss 4 where they do not', (b: PacketBalancer, e: number) => b.onLoss(0, e), false, 4],
    ['a timeout 15', (b: PacketBalancer, e: number) => b.onTimeout(0, e), false, 15],
    ['a timeout of an unknown entropy nothing', (b: PacketBalancer) => b.onTimeout(0, -1), true, 0],
  ] as const)('%s points, so many passes go by without the entropy', (_name, hear, trims, points) => {
    const balancer = bitmap(trims);
    take(balancer, 4);
    const victim = walk[0]! % P;
    hear(balancer, walk[0]!);
    for (let pass = 1; pass <= points; pass++) {
      expect(take(balancer, 3)).toEqual(walk.slice(4 * pass, 4 * pass + 4).filter((e) => e % P !== victim));
    }
    expect(take(balancer, 4)).toEqual(walk.slice(4 * points + 4, 4 * points + 8));
  });

  test('penalties stop at 15', () => {
    const balancer = bitmap();
    take(balancer, 4);
    for (let i = 0; i < 10; i++) balancer.onTimeout(0, walk[0]!);
    const victim = walk[0]! % P;
    for (let pass = 1; pass <= 15; pass++) expect(take(balancer, 3).some((e) => e % P === victim)).toBe(false);
    expect(take(balancer, 4)).toEqual(walk.slice(64, 68));
  });

  test('where all have penalties, a packet takes the entropy after P that were passed over', () => {
    const balancer = bitmap();
    take(balancer, 4);
    for (let e = 0; e < P; e++) balancer.onTimeout(0, e);
    // From place 4 over 4 to 8, from 9 over 4 to 13, and so on, as long as every penalty is positive.
    expect(take(balancer, 5)).toEqual([8, 13, 18, 23, 28].map((place) => walk[place]));
  });

  test('flows have their own upper bits and penalties', () => {
    const balancer = new UecBitmap(2, HOSTS, SEED, 'strack', P, true);
    const [first] = take(balancer, 1, 0, 0);
    const [other] = take(balancer, 1, 1, 0);
    expect(Math.floor(first! / P)).not.toBe(Math.floor(other! / P));
    for (let e = 0; e < P; e++) if (e !== other! % P) balancer.onTimeout(1, e);
    expect(new Set(take(balancer, 3, 0, 0).map((e) => e % P)).size).toBe(3);
  });
});

describe('uec-bitmap-1bit', () => {
  const walk = walkOf('uec-bitmap-1bit', 8);
  const oneBit = (maxMarked: number): PacketBalancer => new UecOneBit(1, HOSTS, SEED, P, maxMarked);

  test('an entropy is passed over once, however often it was marked', () => {
    const balancer = oneBit(0.5);
    take(balancer, 4);
    balancer.onAck(0, walk[4]!, true, 0);
    balancer.onLoss(0, walk[4]!);
    balancer.onNack(0, walk[5]!, false, false);
    balancer.onNack(0, walk[6]!, true, false);
    balancer.onTimeout(0, -1);
    expect(take(balancer, 6)).toEqual(walk.slice(6, 12));
  });

  test('above the share nothing is passed over, and what is used is clear again', () => {
    const balancer = oneBit(0.5);
    take(balancer, 4);
    for (const e of walk.slice(4, 7)) balancer.onTimeout(0, e);
    // Three of four: walk[4] is used and cleared. Then two: walk[5] and walk[6] are passed over.
    expect(take(balancer, 3)).toEqual([walk[4], walk[7], walk[8]]);
  });
});

describe('uec-mixed', () => {
  test('unmarked entropies go again in order; the bitmap, which heard the marks, serves where none waits', () => {
    const walk = walkOf('uec-mixed', 8);
    const balancer = new UecMixed(1, HOSTS, SEED, P, true);
    expect(take(balancer, 2)).toEqual(walk.slice(0, 2));
    balancer.onAck(0, walk[1]!, false);
    balancer.onAck(0, walk[0]!, false);
    balancer.onAck(0, walk[2]!, true);
    expect(take(balancer, 4)).toEqual([walk[1], walk[0], walk[3], walk[4]]);
  });
});
