import { describe, expect, test } from 'vitest';
import type { HopperSpec } from '../../sim/base/balancer-spec.ts';
import { Hopper } from '../../sim/balancing/hopper.ts';
import { fabric, messages, plan } from './fabric.ts';
import { at, drawsOf, HOSTS, newClock, SEED, take } from './host-draws.ts';

const BASE_PS = 100;
const SPEC: HopperSpec = { kind: 'hopper', probeThreshold: 1.5, probes: 2, switchFactor: 0.8, probeTimeoutPs: 1000 };

/** Two leaves of two hosts: flow 0 from host 0 to host 2, flow 1 inside a rack. */
function hopper() {
  const topology = fabric({ leaves: 2, spines: 4, hostsPerLeaf: 2 });
  const schedule = messages(HOSTS, [
    { src: 0, dst: 2, bytes: 1 },
    { src: 0, dst: 1, bytes: 1 },
  ]);
  const clock = newClock();
  const balancer = new Hopper(topology, plan(topology, schedule, { kind: 'ecmp' }), SEED, clock, SPEC, BASE_PS);
  const ack = (timePs: number, rttPs: number, entropy = 0, flow = 0): number => {
    at(clock, timePs, rttPs);
    balancer.onAck(flow, entropy);
    return balancer.wanted;
  };
  const answer = (timePs: number, probe: number): void => {
    at(clock, timePs);
    balancer.onProbeAnswer(0, probe);
  };
  const labelAt = (timePs: number): number => {
    at(clock, timePs);
    return take(balancer, 1)[0]!;
  };
  return { clock, balancer, ack, answer, labelAt, draws: drawsOf('hopper', 0) };
}

/** The first round of flow 0, over at 1000: a mean of 200. */
function slowRound() {
  const all = hopper();
  expect(all.ack(500, 300)).toBe(0); // opens the round
  expect(all.ack(600, 140)).toBe(0); // sent before it
  expect(all.ack(1000, 160)).toBe(2); // (300 + 140 + 160) / 3
  return { ...all, labels: [all.draws.draw16(), all.draws.draw16()] as const };
}

describe('hopper', () => {
  test('keeps its label while rounds are short, up to the threshold itself', () => {
    const { ack, labelAt } = hopper();
    ack(500, 150);
    expect(ack(1000, 150)).toBe(0); // 1.5 times 100
    expect(labelAt(5000)).toBe(0);
  });

  test('probes with random labels after a long round, and moves to that of the first answer when the difference has passed', () => {
    const { balancer, answer, labelAt, labels } = slowRound();
    expect([[...balancer.numbers], [...balancer.entropies]]).toEqual([[0, 1], labels]);
    answer(1159, 1); // 159 < 0.8 x 200
    answer(1159, 0); // comes after
    expect(labelAt(1199)).toBe(0);
    expect(labelAt(1200)).toBe(labels[1]); // 1159 + 200 - 159
  });

  test('stays where no probe is much faster', () => {
    const { answer, labelAt } = slowRound();
    answer(1160, 0);
    answer(1170, 1);
    expect(labelAt(9000)).toBe(0);
  });

  test('does not probe again while probes are on their way or a label is pending; a lost try is given up', () => {
    const { balancer, ack, answer, draws, labels } = slowRound();
    expect(ack(1500, 400)).toBe(0); // a round, 500 after the probes
    expect(ack(2000, 400)).toBe(2); // 1000 after them
    expect([...balancer.numbers]).toEqual([2, 3]);
    expect([...balancer.entropies]).toEqual([draws.draw16(), draws.draw16()]);
    answer(2010, 1); // of the first try
    answer(2020, 2);
    expect(ack(2300, 250)).toBe(0); // pending until 2000 + 400
    expect(labels).toHaveLength(2);
  });

  test('knows nothing of a new label, and hears no samples of the old one', () => {
    const { ack, answer, labelAt, labels } = slowRound();
    answer(1050, 0);
    expect(labelAt(1200)).toBe(labels[0]);
    expect(ack(1300, 900)).toBe(0); // sent with label 0
    expect(ack(1400, 300, labels[0])).toBe(0); // opens a round
    expect(ack(1500, 300)).toBe(0);
    expect(ack(1800, 300, labels[0])).toBe(2);
  });

  test('a timeout changes the label at random once an instant, and forgets probes and what is pending', () => {
    const { clock, balancer, answer, labelAt, draws } = slowRound();
    at(clock, 1010);
    balancer.onTimeout(0);
    balancer.onTimeout(0);
    const label = draws.draw16();
    answer(1020, 0);
    expect(labelAt(5000)).toBe(label);
  });

  test('a flow that stays in its rack sends no probes', () => {
    const { ack } = hopper();
    ack(500, 900, 0, 1);
    expect(ack(2000, 900, 0, 1)).toBe(0);
  });
});
