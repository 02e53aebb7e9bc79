import { describe, expect, test } from 'vitest';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import { buildTopology } from '../../topologies/build-topology.ts';
import { leafSpineSpec, plainEthereal } from '../sim/scenarios.ts';
import { SwitchHarness, hopLinks } from './switch-harness.ts';

const topology = buildTopology(leafSpineSpec(2, 2, 2), [], 4, 1);
const uplinks = hopLinks(topology, 0, 1);
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

const flows = { srcHost: Int32Array.of(0, 0, 0), dstHost: Int32Array.of(2, 2, 2), hashFlow: null };

/** Routers of one balancer a job; flow i belongs to job i. */
const mixed = (balancers: readonly BalancerSpec[], seed = 1): SwitchHarness =>
  new SwitchHarness(topology, { balancers, jobOfFlow: Uint8Array.from(balancers, (_, job) => job) }, { seed, flows });

describe('at a switch that balances the packets of several jobs', () => {
  test('each packet goes as the balancer of its own job says', () => {
    const harness = mixed([{ kind: 'ecmp' }, { kind: 'spray-switch-rr', variant: 'plain' }]);
    const taken = [0, 1, 0, 1, 0, 1].map((flow) => harness.route(0, { flow, dst: 2 }));
    expect(taken[2]).toBe(taken[0]);
    expect(taken[4]).toBe(taken[0]);
    expect([...new Set([taken[1]!, taken[3]!])].toSorted()).toEqual(uplinks.toSorted());
    expect(taken[5]).toBe(taken[1]);
  });

  test.each<BalancerSpec>([
    { kind: 'ar', key: 'b' },
    { kind: 'conga', gapPs: 1, dreIntervalPs: 50e6, alpha: 0.2, ageingPs: 5e8, bits: 3 },
  ])('$kind avoids a port that is busy with packets of another job', (balancer) => {
    for (const seed of SEEDS) {
      const harness = mixed([{ kind: 'ecmp' }, balancer], seed);
      harness.setTags(0, 0, -1, 0);
      const busy = harness.routeAll(
        0,
        Array.from({ length: 400 }, () => ({ flow: 0, dst: 2 })),
      );
      expect(harness.route(0, { flow: 1, dst: 2 })).not.toBe(busy[0]);
    }
  });

  test('equal balancers move the same pointers, different ones their own', () => {
    const equal = mixed([{ kind: 'ofan' }, { kind: 'ofan' }, { kind: 'ecmp' }]);
    expect(equal.route(0, { flow: 1, dst: 2 })).not.toBe(equal.route(0, { flow: 0, dst: 2 }));
    const alone = new SwitchHarness(topology, { kind: 'ofan' });
    const different = mixed([{ kind: 'ofan' }, { kind: 'spray-switch-rr', variant: 'plain' }]);
    const turns = [0, 1, 0, 1].map((flow) => different.route(0, { flow, dst: 2 }));
    expect([turns[0], turns[2]]).toEqual(alone.routeAll(0, [{ dst: 2 }, { dst: 2 }]));
  });

  test('packets with a path and packets that are hashed may carry the same number in the same word', () => {
    const harness = mixed([plainEthereal, { kind: 'ecmp' }]);
    const byPath = [0, 1].map((path) => harness.route(0, { flow: 0, dst: 2, entropy: path }));
    expect(byPath.toSorted()).toEqual(uplinks.toSorted());
    const plain = new SwitchHarness(topology, { kind: 'ecmp' });
    for (let entropy = 0; entropy < 100; entropy++) {
      expect(harness.route(0, { flow: 1, dst: 2, entropy })).toBe(plain.route(0, { flow: 1, dst: 2, entropy }));
    }
  });
});
