import { DROPTAIL, PLAIN_NIC } from '../../../sim/base/device-spec.ts';
import { ONE_WORKLOAD } from '../../../sim/base/job-spec.ts';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { BalancerSpec } from '../../../sim/base/balancer-spec.ts';
import type { Scenario } from '../../../sim/base/scenario.ts';
import type { WorkloadSpec } from '../../../sim/base/workload-spec.ts';
import { packetRule } from '../../../sim/balancing/plan.ts';
import { simulate } from '../../../sim/simulate.ts';
import { ethereal } from '../../balancing/fabric.ts';

/** Theory against the packet engine: what it counts and how long it takes, on random small fabrics without loss. */

const balancers: BalancerSpec[] = [
  { kind: 'ecmp' },
  { kind: 'ecmp-split', k: 3 },
  { kind: 'spray' },
  { kind: 'drb' },
  { kind: 'spray-switch-rr', variant: 'plain' },
  ethereal({ batchWindowPs: 0, minPieceBytes: null }),
  ethereal({ batchWindowPs: 0, split: 'fewest', minPieceBytes: 100 }),
];

const inlineFlows = fc.array(
  fc.record({
    src: fc.nat(),
    dst: fc.nat(),
    sizeBytes: fc.integer({ min: 0, max: 60_000 }),
    startPs: fc.constantFrom(0, 100_000, 300_000),
  }),
  { minLength: 1, maxLength: 15 },
);

const scenarios = fc
  .record({
    leaves: fc.integer({ min: 1, max: 4 }),
    spines: fc.integer({ min: 1, max: 4 }),
    hostsPerLeaf: fc.integer({ min: 2, max: 4 }),
    linksPerPair: fc.integer({ min: 1, max: 2 }),
    hostRateBps: fc.constantFrom(400e9, 300e9, 70e9),
    fabricRateBps: fc.constantFrom(400e9, 130e9, 70e9),
    unequalBps: fc.option(fc.array(fc.constantFrom(100e9, 300e9, 400e9), { minLength: 4, maxLength: 4 })),
    isLeafCut: fc.boolean(),
    balancer: fc.constantFrom(...balancers),
    acks: fc.constantFrom('per-packet' as const, 'none' as const),
    placement: fc.constantFrom('packed' as const, 'strided' as const, 'random' as const),
    seed: fc.nat(1_000_000),
    kind: fc.constantFrom('flows' as const, 'ring' as const, 'direct' as const),
    elements: fc.integer({ min: 1, max: 4000 }),
    flows: inlineFlows,
  })
  .map((c): Scenario => {
    const ranks = c.leaves * c.hostsPerLeaf;
    const flows = c.flows
      .map((flow) => ({ ...flow, src: flow.src % ranks, dst: flow.dst % ranks }))
      .filter((flow) => flow.src !== flow.dst);
    const workload: WorkloadSpec =
      c.kind === 'flows'
        ? { kind: 'flows', flows, ranks }
        : { kind: 'all-reduce', algorithm: c.kind, sizeBytes: 4 * ranks * c.elements, ranks };
    return {
      name: 'theory against packets',
      seed: c.seed,
      fidelity: 'packet',
      topology: {
        kind: 'leaf-spine',
        leaves: c.leaves,
        spines: c.spines,
        hostsPerLeaf: c.hostsPerLeaf,
        hostLink: { rateBps: c.hostRateBps, delayPs: 500_000 },
        fabricLink: {
          rateBps: c.fabricRateBps,
          delayPs: 400_000,
          perSpineRateBps: c.unequalBps?.slice(0, c.spines) ?? null,
          linksPerPair: c.linksPerPair,
        },
        placement: c.placement,
      },
      workload,
      balancer: c.balancer,
      transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'none', rtoPs: null, nackIntervalPs: 0 },
      nic: { ...PLAIN_NIC, acks: c.acks },
      switch: { ...DROPTAIL, queueBytes: Infinity, ecn: 'off' },
      failures: c.isLeafCut && c.spines > 1 ? [{ link: 'leaf0-spine0' }] : [],
      stopAtPs: 1e14,
      ...ONE_WORKLOAD,
      stopPackets: null,
      probes: null,
    };
  });

describe('the packet engine against theory', () => {
  test.prop([scenarios], { numRuns: 150 })('bound <= fidelity bound <= packet completion, for every balancer', (scenario) => {
    const packet = simulate(scenario);
    const theory = simulate({ ...scenario, fidelity: 'bound' });
    expect(packet.finished).toBe(true);
    expect(theory.boundPs).toBe(packet.boundPs);
    expect(theory.boundPs).toBeLessThanOrEqual(theory.completionPs!);
    expect(theory.completionPs!).toBeLessThanOrEqual(packet.completionPs!);
  });

  test.prop([scenarios], { numRuns: 100 })(
    'single-path balancers put on each link exactly what the replayed hashes and pins say',
    (scenario) => {
      fc.pre(packetRule(scenario.balancer.kind) === 'fixed');
      const packet = simulate(scenario);
      const theory = simulate({ ...scenario, fidelity: 'bound' });
      expect(packet.tables.linkLoadBytes).toEqual(theory.tables.linkLoadBytes);
      expect(packet.worstPhaseCongestionRatio).toBe(theory.worstPhaseCongestionRatio);
      expect(packet.congestionRatio).toBe(theory.congestionRatio);
    },
  );

  test.prop([scenarios], { numRuns: 100 })('the ideal loads do not depend on the balancer, nor on the fidelity', (scenario) => {
    const ideal = simulate({ ...scenario, fidelity: 'bound', balancer: { kind: 'spray' } }).tables.idealLinkLoadBytes;
    expect(simulate({ ...scenario, fidelity: 'bound' }).tables.idealLinkLoadBytes).toEqual(ideal);
    expect(simulate(scenario).tables.idealLinkLoadBytes).toEqual(ideal);
  });
});
