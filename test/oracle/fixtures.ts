import type { LeafSpineSpec, Scenario } from '../../sim/base/scenario.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import { planFlows } from '../../sim/balancing/plan.ts';
import { leafSpine } from '../../topologies/leaf-spine.ts';
import type { OracleInput } from './types.ts';

const GBPS = 1e9;

/** The fabric of the unit cases of reference/transport-and-switch.md 2.2: 400 Gb/s and 500 ns on every link. */
export const fabric = (leaves: number, hostsPerLeaf: number, spines: number): LeafSpineSpec => ({
  kind: 'leaf-spine',
  leaves,
  spines,
  hostsPerLeaf,
  hostLink: { rateBps: 400 * GBPS, delayPs: 500_000 },
  fabricLink: { rateBps: 400 * GBPS, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 1 },
  placement: 'packed',
});

/** 4096 B + 64 B packets, no window, nothing is lost or marked; `changes` replaces whole top-level keys. */
export function scenarioWith(changes: Partial<Scenario> & Pick<Scenario, 'topology'>): Scenario {
  return {
    name: 'oracle test',
    seed: 1,
    fidelity: 'packet',
    workload: { kind: 'flows', flows: [], ranks: changes.topology.leaves * changes.topology.hostsPerLeaf },
    balancer: { kind: 'ecmp' },
    transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: 1e9, nackIntervalPs: 5e8 },
    nic: { mtuBytes: 4096, headerBytes: 64, ackBytes: 64, acks: 'per-packet' },
    switch: { kind: 'droptail', queueBytes: Infinity, ecn: 'off', hash: 'ideal' },
    failures: [],
    stopAtPs: 1e12,
    ...changes,
  };
}

/** Builds the fabric of a scenario and plans the flows of a schedule on it. */
export function oracleInput(scenario: Scenario, schedule: Schedule): OracleInput {
  const topology = leafSpine(scenario.topology, scenario.failures, schedule.ranks, scenario.seed);
  const plan = planFlows(topology, schedule, scenario.balancer, { seed: scenario.seed, mtuBytes: scenario.nic.mtuBytes });
  return { topology, schedule, plan, scenario };
}
