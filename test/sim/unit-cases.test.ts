import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { simulate } from '../../sim/simulate.ts';
import { everyBalancer, flowsOf, leafSpineSpec, lineRate, scenarioOf } from './scenarios.ts';

/** The unit cases of examples/unit-cases: LS128's fabric, 400 Gb/s, 500 ns, 4160 B packets, 64 B ACKs. */
const LS128 = leafSpineSpec(16, 8, 8);

describe('the unit cases hold to the picosecond', () => {
  test.each([
    ['one packet between leaves', 64, 4096, 4_337_920],
    ['one packet inside a leaf', 1, 4096, 2_168_960],
    ['one flow of 8 MiB between leaves', 64, 8 * 2 ** 20, 174_648_320],
  ])('%s', (_, dst, sizeBytes, expectedPs) => {
    const result = simulate(scenarioOf({ ...lineRate, topology: LS128, workload: flowsOf(128, [[0, dst, sizeBytes]]) }));
    expect(result.completionPs).toBe(expectedPs);
    expect(result.boundPs).toBe(expectedPs);
    expect([...result.tables.fctPs!]).toEqual([expectedPs]);
  });
});

test.prop([
  fc.record({
    leaves: fc.integer({ min: 1, max: 4 }),
    hostsPerLeaf: fc.integer({ min: 2, max: 4 }),
    hostRate: fc.constantFrom(100e9, 300e9, 400e9),
    fabricRate: fc.constantFrom(100e9, 400e9, 3.2e12),
    delayPs: fc.integer({ min: 1000, max: 900_000 }),
    packets: fc.integer({ min: 1, max: 200 }),
    pair: fc.tuple(fc.nat(), fc.nat()),
    balancer: fc.constantFrom(...everyBalancer.filter((balancer) => balancer.kind !== 'ecmp-split' && balancer.kind !== 'ethereal')),
  }),
])('P21: one flow, one path: FCT = serialisation on the slowest link + one packet on the others + delays + the ACK', (c) => {
  const hosts = c.leaves * c.hostsPerLeaf;
  const src = c.pair[0] % hosts;
  const dst = (src + 1 + (c.pair[1] % (hosts - 1))) % hosts;
  const topology = leafSpineSpec(c.leaves, c.hostsPerLeaf, 1, {
    hostLink: { rateBps: c.hostRate, delayPs: c.delayPs },
    fabricLink: { rateBps: c.fabricRate, delayPs: c.delayPs, perSpineRateBps: null, linksPerPair: 1 },
  });
  const sameLeaf = Math.floor(src / c.hostsPerLeaf) === Math.floor(dst / c.hostsPerLeaf);
  const rates = sameLeaf ? [c.hostRate, c.hostRate] : [c.hostRate, c.fabricRate, c.fabricRate, c.hostRate];
  const tx = (bytes: number): number[] => rates.map((rate) => Math.round((bytes * 8e12) / rate));
  const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
  const data = tx(4160);
  const expected = (c.packets - 1) * Math.max(...data) + sum(data) + sum(tx(64)) + 2 * rates.length * c.delayPs;
  const workload = flowsOf(hosts, [[src, dst, c.packets * 4096]]);
  const result = simulate(scenarioOf({ ...lineRate, topology, workload, balancer: c.balancer }));
  expect(result.completionPs).toBe(expected);
  expect(result.boundPs).toBeLessThanOrEqual(expected);
});
