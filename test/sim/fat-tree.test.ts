import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { fabricLoads } from '../../analysis/bounds/link-loads.ts';
import { serialisationPs } from '../../sim/derive.ts';
import { prepare } from '../../sim/prepare.ts';
import { simulate, simulatePrepared } from '../../sim/simulate.ts';
import { everyBalancer, fatTreeSpec, flowsOf, ideal, plainEthereal, scenarioOf } from './scenarios.ts';

const TREE = fatTreeSpec(4);
const permutation = (shift: number, sizeBytes: number) => ({ kind: 'permutation', pattern: { shift }, sizeBytes, ranks: 16 }) as const;

describe('packets in a fat tree', () => {
  test.each([
    ['inside a ToR', 1, 2],
    ['to another ToR of the pod', 2, 4],
    ['to another pod', 15, 6],
  ])('a lone packet %s takes a serialisation and a delay a link, and its ACK the same way back', (_, dst, links) => {
    const scenario = scenarioOf({ topology: TREE, workload: flowsOf(16, [[0, dst, 4096]]) });
    const oneWayPs = (bytes: number): number => links * (serialisationPs(bytes, 400e9) + 500_000);
    for (const balancer of everyBalancer) {
      if (balancer.kind === 'ecmp-split' || (balancer.kind === 'ethereal' && balancer.minPieceBytes === 1)) continue; // they cut it
      const result = simulate({ ...scenario, balancer });
      expect([result.completionPs, result.boundPs]).toEqual([oneWayPs(4160) + oneWayPs(64), oneWayPs(4160) + oneWayPs(64)]);
      expect(result.packetHops).toBe(2 * links);
    }
  });

  test('the base round-trip time is that of the way over a core', () => {
    const { limits } = prepare(scenarioOf({ topology: TREE, workload: flowsOf(16, [[0, 1, 1]]) }));
    expect(limits.baseRttPs).toBe(6 * (83_200 + 500_000) + 6 * (1280 + 500_000));
  });

  test.prop([fc.integer({ min: 1, max: 15 }), fc.constantFrom('equal' as const, 'fewest' as const)], { numRuns: 10 })(
    'P12: the links of all four classes carry what the plan says, which is what ideal spraying would put there',
    (shift, split) => {
      const balancer = { ...plainEthereal, split };
      const prepared = prepare(scenarioOf({ topology: TREE, workload: permutation(shift, 16 * 4096), balancer }));
      const planned = fabricLoads(prepared.topology, prepared.schedule, prepared.plan, balancer, {
        seed: 1,
        hash: 'ideal',
        sameSalt: false,
      });
      const { tables, congestionRatio, worstPhaseCongestionRatio } = simulatePrepared(prepared);
      expect(tables.linkLoadBytes).toEqual(planned.linkLoadBytes);
      expect(tables.linkLoadBytes).toEqual(planned.idealLinkLoadBytes);
      expect([congestionRatio, worstPhaseCongestionRatio]).toEqual([1, 1]);
    },
  );

  test('Ethereal leaves a permutation at line rate as fast as its bound but for the last packets; hashing does not', () => {
    const slowdown = (balancer: (typeof everyBalancer)[number]): number => {
      const result = simulate(scenarioOf({ ...ideal, topology: TREE, workload: permutation(6, 4 * 2 ** 20), balancer }));
      return result.completionPs! / result.boundPs;
    };
    expect(slowdown(plainEthereal)).toBeLessThan(1.05);
    expect(slowdown({ kind: 'ecmp' })).toBeGreaterThan(1.5);
  });

  test.prop(
    [
      fc.constantFrom(...everyBalancer),
      fc.subarray(['tor0-agg0', 'agg0-core1', 'agg3-core2', 'tor5-agg4']),
      fc.integer({ min: 1, max: 15 }),
      fc.integer({ min: 0, max: 100_000 }),
    ],
    { numRuns: 40 },
  )('every balancer delivers everything, around dead links too, and not before the bound', (balancer, dead, shift, sizeBytes) => {
    const failures = dead.map((link) => ({ link }));
    const prepared = prepare(scenarioOf({ topology: TREE, workload: permutation(shift, sizeBytes), balancer, failures }));
    const result = simulatePrepared(prepared);
    expect(result.finished).toBe(true);
    expect(result.completionPs!).toBeGreaterThanOrEqual(result.boundPs);
    const bound = simulatePrepared({ ...prepared, scenario: { ...prepared.scenario, fidelity: 'bound' } });
    expect(result.completionPs!).toBeGreaterThanOrEqual(bound.completionPs!);
    const { topology } = prepared;
    for (let link = 0; link < topology.links; link++) if (topology.linkUp[link] === 0) expect(result.tables.linkLoadBytes[link]).toBe(0);
  });
});
