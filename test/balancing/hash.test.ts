import { describe, expect, test } from 'vitest';
import { DROPTAIL } from '../../sim/base/device-spec.ts';
import { ACK, DATA, NACK, PULL, RTS, TRIMMED } from '../../sim/base/packet.ts';
import { directionOf, hashFamily, hashSalts, jenkins, murmur3 } from '../../sim/balancing/hash.ts';
import { SwitchHarness, hopLinks } from './switch-harness.ts';
import { fatTree } from '../../topologies/fat-tree.ts';
import { fatTreeSpec } from '../sim/scenarios.ts';
import { fabric, messages, plan } from './fabric.ts';

const address = (host: number): number => 0x0b000001 + (Math.floor(host / 256) << 16) + ((host % 256) << 8);

test('jenkins gives the values of the 1997 mix', () => {
  expect(jenkins(1, 0, 0)).toBe(0x2027e3ea);
  expect(jenkins(1, 7, 0x12345678)).toBe(0xad1fac69);
  expect(jenkins(128, 65_535, 0xdeadbeef)).toBe(0x813dc8b6);
});

test('murmur3 gives the values of the HPCC simulator for addresses and ports', () => {
  expect(murmur3(address(0), address(64), 10_000 | (100 << 16), 128)).toBe(0x266f155a);
  expect(murmur3(address(0), address(64), 10_001 | (100 << 16), 128)).toBe(0x2b24971a);
  expect(murmur3(address(64), address(0), 100 | (10_000 << 16), 132)).toBe(0xf1e914cf);
});

describe('the murmur3 family', () => {
  const flows = { srcHost: Int32Array.of(0, 0, 3, 0), dstHost: Int32Array.of(64, 64, 64, 64), hashFlow: null };
  const n = 65_521;

  test('counts source ports up from 10000 by pair of hosts, and answers swap addresses and ports', () => {
    const family = hashFamily('murmur3', flows, false);
    expect(family.choose(0, 0, 0, 128, n)).toBe(0x266f155a % n);
    expect(family.choose(1, 0, 0, 128, n)).toBe(0x2b24971a % n);
    expect(family.choose(2, 0, 0, 128, n)).toBe(murmur3(address(3), address(64), 10_000 | (100 << 16), 128) % n);
    expect(family.choose(3, 0, 0, 128, n)).toBe(murmur3(address(0), address(64), 10_002 | (100 << 16), 128) % n);
    expect(family.choose(0, 0, 1, 132, n)).toBe(0xf1e914cf % n);
  });

  test('takes the entropy for the source port in both directions where hosts choose entropies', () => {
    const family = hashFamily('murmur3', flows, true);
    expect(family.choose(0, 77, 0, 5, n)).toBe(murmur3(address(0), address(64), 77 | (100 << 16), 5) % n);
    expect(family.choose(1, 77, 1, 5, n)).toBe(murmur3(address(64), address(0), 77 | (10_001 << 16), 5) % n);
  });

  test('hashes under the node numbers of the switches, whatever the seed', () => {
    const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 3 });
    expect([...hashSalts(topology, { hash: 'murmur3', sameSalt: false }, 9)]).toEqual([6, 7, 8, 9]);
    expect([...hashSalts(topology, { hash: 'murmur3', sameSalt: true }, 9)]).toEqual([6, 6, 6, 6]);
  });

  test('flows of one queue pair have one source port, and only such flows use one up', () => {
    const connected = { ...flows, hashFlow: Int32Array.of(0, 0, 2, 3) };
    const family = hashFamily('murmur3', connected, false);
    expect(family.choose(1, 0, 0, 128, n)).toBe(0x266f155a % n);
    expect(family.choose(3, 0, 0, 128, n)).toBe(0x2b24971a % n);
  });
});

test('answers travel back: ACK, NACK and PULL, and nothing else', () => {
  expect([DATA, ACK, NACK, TRIMMED, PULL, RTS].map(directionOf)).toEqual([0, 1, 1, 0, 1, 0]);
});

describe('polarisation', () => {
  /** Distinct (uplink of the ToR, uplink of the aggregation switch) of many flows from ToR 0 to another pod. */
  const pathsUsed = (sameSalt: boolean): number => {
    const topology = fatTree(fatTreeSpec(8), [], 128, 1);
    const harness = new SwitchHarness(topology, { kind: 'ecmp' }, { switch: { ...DROPTAIL, sameSalt } });
    const dst = topology.hosts - 1;
    const used = new Set<string>();
    for (let flow = 0; flow < 400; flow++) {
      const up = harness.route(0, { flow, dst });
      const agg = topology.linkTo[up]! - topology.hosts;
      used.add(`${up} ${harness.route(agg, { flow, dst })}`);
    }
    return used.size;
  };

  test('with one salt for all switches only s of the s^2 paths between two pods are used', () => {
    expect(pathsUsed(true)).toBe(4);
    expect(pathsUsed(false)).toBe(16);
  });
});

describe('wcmp', () => {
  test('hop i stands in the table in proportion to the capacity that it leads to', () => {
    const topology = fabric({ leaves: 2, spines: 3, hostsPerLeaf: 1, perSpineRateBps: [400e9, 400e9, 100e9] });
    const harness = new SwitchHarness(topology, { kind: 'wcmp' });
    const links = hopLinks(topology, 0, 1);
    const counts = [0, 0, 0];
    const flows = 9000;
    for (let flow = 0; flow < flows; flow++) counts[links.indexOf(harness.route(0, { flow, dst: 1 }))]!++;
    [4, 4, 1].forEach((weight, i) => {
      const expected = (flows * weight) / 9;
      expect(Math.abs(counts[i]! - expected)).toBeLessThan(4 * Math.sqrt(expected));
    });
  });

  test('a fast link counts no more than what lies behind it', () => {
    // Two links to spine 0 of which one goes on to leaf 1: the spine's capacity is that of one link.
    const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 1, linksPerPair: 2, dead: ['leaf1-spine0-1'] });
    const harness = new SwitchHarness(topology, { kind: 'wcmp' });
    const plain = new SwitchHarness(topology, { kind: 'ecmp' });
    // min(400, 400) each to spine 0 and min(400, 800) each to spine 1: all alike, so wcmp is ecmp.
    for (let flow = 0; flow < 50; flow++) expect(harness.route(0, { flow, dst: 1 })).toBe(plain.route(0, { flow, dst: 1 }));
  });
});

describe('nccl-qp', () => {
  const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 2 });
  const schedule = messages(4, [
    { src: 0, dst: 2, bytes: 10 },
    { src: 0, dst: 3, bytes: 10 },
    { src: 0, dst: 2, bytes: 11 },
    { src: 0, dst: 2, bytes: 12 },
    { src: 1, dst: 2, bytes: 13 },
  ]);

  test('whole messages take the queue pairs of their connection in turn, and a queue pair keeps its hash', () => {
    const flows = plan(topology, schedule, { kind: 'nccl-qp', queuePairs: 2, split: false });
    expect([...flows.bytes]).toEqual([10, 10, 11, 12, 13]);
    expect([...flows.hashFlow!]).toEqual([0, 1, 2, 0, 4]);
  });

  test('split messages have a piece on each queue pair, the last with the rest', () => {
    const flows = plan(topology, schedule, { kind: 'nccl-qp', queuePairs: 3, split: true });
    expect([...flows.bytes]).toEqual([3, 3, 4, 3, 3, 4, 3, 3, 5, 4, 4, 4, 4, 4, 5]);
    expect([...flows.hashFlow!]).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 0, 1, 2, 12, 13, 14]);
    expect(flows.splitFlows).toBe(5);
  });
});

test('rr-flow pins the messages to a leaf to its paths in turn from a drawn start; rack-local ones are free', () => {
  const topology = fabric({ leaves: 3, spines: 4, hostsPerLeaf: 2 });
  const schedule = messages(
    6,
    [2, 1, 4, 3, 5, 2, 3, 2].map((dst) => ({ src: 0, dst, bytes: 100 })),
  );
  const starts = new Set<number>();
  for (let seed = 0; seed < 40; seed++) {
    const path = [...plan(topology, schedule, { kind: 'rr-flow' }, seed).path];
    expect(path[1]).toBe(-1);
    const toLeaf1 = [0, 3, 5, 6, 7].map((i) => path[i]!);
    toLeaf1.forEach((id, i) => expect(id).toBe((toLeaf1[0]! + i) % 4));
    expect(path[4]).toBe((path[2]! + 1) % 4);
    starts.add(toLeaf1[0]!);
  }
  expect(starts.size).toBe(4);
});
