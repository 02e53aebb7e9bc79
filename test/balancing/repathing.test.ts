import { describe, expect, test } from 'vitest';
import { FlowBender } from '../../sim/balancing/flowbender.ts';
import type { PacketBalancer } from '../../sim/balancing/packet-balancer.ts';
import { DelayRepathing } from '../../sim/balancing/plb-delay.ts';
import { Plb } from '../../sim/balancing/plb.ts';
import { at, drawsOf, HOSTS, newClock, SEED, take } from './host-draws.ts';

/** Flow 0 of host 3. */
const SRC = Int32Array.of(3);
const BASE_PS = 100;

/** A round a call: the ACK of a packet sent `BASE_PS` before `timePs`, the last of `acks` of which `marks` are marked. */
function round(balancer: PacketBalancer, clock: Float64Array, timePs: number, acks: number, marks: number): void {
  at(clock, timePs - 1, BASE_PS);
  for (let i = 1; i < acks; i++) balancer.onAck(0, 0, i < marks, 0);
  at(clock, timePs, BASE_PS);
  balancer.onAck(0, 0, marks > 0, 0);
}

describe('plb', () => {
  const spec = { kind: 'plb', threshold: 0.5, idleRounds: 2, rounds: 4, suspendPs: 1000 } as const;

  function plb(inFlightBytes = 8320) {
    const clock = newClock();
    const balancer: PacketBalancer = new Plb(SRC, HOSTS, SEED, clock, BASE_PS, spec);
    balancer.attach({ inFlightBytes: () => inFlightBytes, windowPackets: () => 8 }, {});
    at(clock, 0, BASE_PS);
    balancer.onAck(0, 0, true, 0); // opens the first round
    return { clock, balancer, draws: drawsOf('plb', 3) };
  }

  test('a busy flow changes its label after `rounds` congested rounds in a row, and then starts to count anew', () => {
    const { clock, balancer, draws } = plb();
    for (let r = 1; r <= 3; r++) {
      round(balancer, clock, 100 * r, 4, 2);
      expect(take(balancer, 1, 0, 3)).toEqual([0]);
    }
    round(balancer, clock, 400, 4, 4);
    const label = draws.draw16();
    expect(take(balancer, 2, 0, 3)).toEqual([label, label]);
    for (let r = 5; r <= 7; r++) round(balancer, clock, 100 * r, 4, 4);
    expect(take(balancer, 1, 0, 3)).toEqual([label]);
    round(balancer, clock, 800, 4, 4);
    expect(take(balancer, 1, 0, 3)).toEqual([draws.draw16()]);
  });

  test('a round below the threshold ends the row', () => {
    const { clock, balancer } = plb();
    for (let r = 1; r <= 3; r++) round(balancer, clock, 100 * r, 4, 4);
    round(balancer, clock, 400, 5, 2);
    for (let r = 5; r <= 7; r++) round(balancer, clock, 100 * r, 4, 4);
    expect(take(balancer, 1, 0, 3)).toEqual([0]);
  });

  test('an idle flow changes it after `idleRounds`', () => {
    const { clock, balancer, draws } = plb(4160);
    round(balancer, clock, 100, 4, 4);
    expect(take(balancer, 1, 0, 3)).toEqual([0]);
    round(balancer, clock, 200, 4, 4);
    expect(take(balancer, 1, 0, 3)).toEqual([draws.draw16()]);
  });

  test('a round lasts until the ACK of a packet that was sent in it', () => {
    const { clock, balancer } = plb(4160);
    for (const timePs of [97, 98, 99]) {
      at(clock, timePs, BASE_PS);
      balancer.onAck(0, 0, true, 0);
    }
    at(clock, 250, 251);
    balancer.onAck(0, 0, true, 0);
    expect(take(balancer, 1, 0, 3)).toEqual([0]);
    // Without samples a round takes the base round-trip time.
    at(clock, 251);
    balancer.onAck(0, 0, true, 0);
    at(clock, 350);
    balancer.onAck(0, 0, true, 0);
    expect(take(balancer, 1, 0, 3)).toEqual([0]);
    at(clock, 351);
    balancer.onAck(0, 0, true, 0);
    expect(take(balancer, 1, 0, 3)).toEqual([drawsOf('plb', 3).draw16()]);
  });

  test('a timeout changes the label once an instant, and suspends further changes for one to two times `suspend`', () => {
    const { clock, balancer, draws } = plb();
    at(clock, 50);
    balancer.onTimeout(0, 7);
    balancer.onTimeout(0, 8);
    const label = draws.draw16();
    const untilPs = 50 + 1000 + Math.floor((1000 * draws.draw32()) / 2 ** 32);
    for (let r = 1; r <= 4; r++) round(balancer, clock, 100 + 100 * r, 4, 4);
    at(clock, untilPs - 1);
    expect(take(balancer, 1, 0, 3)).toEqual([label]);
    at(clock, untilPs);
    expect(take(balancer, 1, 0, 3)).toEqual([draws.draw16()]);
  });
});

test('flowbender changes the label after every round with more marks than its threshold, and at a timeout', () => {
  const clock = newClock();
  const draws = drawsOf('flowbender', 3);
  const balancer: PacketBalancer = new FlowBender(SRC, HOSTS, SEED, clock, BASE_PS, 0.25);
  at(clock, 0, BASE_PS);
  balancer.onAck(0, 0, false, 0);
  round(balancer, clock, 100, 4, 1); // with the ACK that opened the round: 1 of 5
  expect(take(balancer, 1, 0, 3)).toEqual([0]);
  round(balancer, clock, 200, 4, 1); // 1 of 4 is not above
  expect(take(balancer, 1, 0, 3)).toEqual([0]);
  round(balancer, clock, 300, 4, 2);
  const label = draws.draw16();
  expect(take(balancer, 2, 0, 3)).toEqual([label, label]);
  at(clock, 350);
  balancer.onTimeout(0, -1);
  balancer.onTimeout(0, -1);
  expect(take(balancer, 1, 0, 3)).toEqual([draws.draw16()]);
});

test('plb-delay changes the label when no sample was at the target for 5 to 7 of the last good one', () => {
  const clock = newClock();
  const draws = drawsOf('plb-delay', 3);
  const balancer: PacketBalancer = new DelayRepathing(SRC, HOSTS, SEED, clock, 120);
  const sample = (timePs: number, rttPs: number): number => {
    at(clock, timePs, rttPs);
    balancer.onAck(0, 0, false, 0);
    return take(balancer, 1, 0, 3)[0]!;
  };
  const interval = (rttPs: number): number => 5 * rttPs + Math.floor((2 * rttPs * draws.draw32()) / 2 ** 32);
  expect(sample(1000, 500)).toBe(0); // the first one counts as good
  interval(500);
  expect(sample(1100, 120)).toBe(0);
  const endPs = 1100 + interval(120);
  expect(endPs).toBeGreaterThanOrEqual(1700);
  expect(endPs).toBeLessThan(1940);
  expect(sample(endPs + 5, -1)).toBe(0); // no sample
  expect(sample(endPs, 121)).toBe(0);
  expect(sample(endPs + 1, 121)).toBe(draws.draw16());
  const before = take(balancer, 1, 0, 3)[0]!;
  expect(sample(endPs + 100, 121)).toBe(before); // the interval starts anew
  at(clock, endPs + 600);
  balancer.onTimeout(0, -1);
  balancer.onTimeout(0, -1);
  expect(take(balancer, 1, 0, 3)).toEqual([draws.draw16()]);
});

test('plb-delay takes the first sample for a good one, also after a timeout', () => {
  const clock = newClock();
  const draws = drawsOf('plb-delay', 3);
  const balancer: PacketBalancer = new DelayRepathing(SRC, HOSTS, SEED, clock, 120);
  at(clock, 100);
  balancer.onTimeout(0, -1);
  const label = draws.draw16();
  at(clock, 1000, 500);
  balancer.onAck(0, 0, false, 0);
  draws.draw32(); // of the interval
  at(clock, 1000 + 5 * 500, 500); // within the shortest interval
  balancer.onAck(0, 0, false, 0);
  expect(take(balancer, 1, 0, 3)).toEqual([label]);
});
