import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import { ONE_WORKLOAD } from '../../sim/base/job-spec.ts';
import type { LeafSpineSpec } from '../../sim/base/topology-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import { ScheduleBuilder, type Schedule } from '../../sim/base/schedule.ts';
import { planFlows } from '../../sim/balancing/plan.ts';
import { buildTopology, hostCount } from '../../topologies/build-topology.ts';
import { runOracle } from './oracle.ts';
import type { OracleInput } from './types.ts';

const GBPS = 1e9;

/** The fabric of examples/unit-cases: 400 Gb/s and 500 ns on every link. */
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
    workload: { kind: 'flows', flows: [], ranks: hostCount(changes.topology) },
    balancer: { kind: 'ecmp' },
    transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: 1e9, nackIntervalPs: 5e8 },
    nic: PLAIN_NIC,
    switch: { ...DROPTAIL, queueBytes: Infinity, ecn: 'off' },
    failures: [],
    stopAtPs: 1e12,
    ...ONE_WORKLOAD,
    stopPackets: null,
    probes: null,
    ...changes,
  };
}

/** Builds the fabric of a scenario and plans the flows of a schedule on it. */
export function oracleInput(scenario: Scenario, schedule: Schedule): OracleInput {
  const topology = buildTopology(scenario.topology, scenario.failures, schedule.ranks, scenario.seed);
  const plan = planFlows(topology, schedule, scenario.balancer, { seed: scenario.seed, mtuBytes: scenario.nic.mtuBytes });
  const { balancer, transport, seed } = scenario;
  const jobs = [{ balancer, transport, seed, plan }];
  return { topology, schedule, plan, scenario, classOfFlow: null, jobs, jobOfFlow: new Uint8Array(plan.flows) };
}

/** When packets arrive somewhere, the nodes one after the other. */
export const arrivalTimesPs = (input: OracleInput): number[] =>
  runOracle(input).nodeLogs.flatMap(({ packets }) => packets.map(({ timePs }) => timePs));

/** The first of 5000 packets is lost and sent again late, so that the receiver's bitmap fills up. */
export function fullBitmapInput(): OracleInput {
  const scenario = scenarioWith({
    topology: fabric(1, 3, 1),
    balancer: { kind: 'spray' },
    transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: 100_000_000, nackIntervalPs: 0 },
    nic: { ...PLAIN_NIC, mtuBytes: 257 },
    switch: { ...DROPTAIL, queueBytes: 1.5 * 321, ecn: 'off' },
  });
  const builder = new ScheduleBuilder(3);
  const phase = builder.phase('both');
  builder.message(0, 2, 257, phase);
  builder.message(1, 2, 5000 * 257, phase);
  return oracleInput(scenario, builder.build());
}

/** Leaf 0 deals packets over two sets of spines in turn; one of them comes to its end, and is used again after the other one. */
export function twoRotationsInput(): OracleInput {
  const scenario = scenarioWith({
    topology: fabric(3, 1, 3),
    balancer: { kind: 'spray-switch-rr', variant: 'permute' },
    failures: [{ link: 'leaf1-spine0' }],
  });
  const builder = new ScheduleBuilder(3);
  const phase = builder.phase('all');
  const messages = [
    { dst: 1, packets: 2, startPs: 0 },
    { dst: 2, packets: 8, startPs: 1_000_000 },
    { dst: 1, packets: 8, startPs: 5_000_000 },
  ];
  for (const { dst, packets, startPs } of messages) {
    builder.after(builder.message(0, dst, packets * 4096, phase), builder.compute(0, startPs));
  }
  return oracleInput(scenario, builder.build());
}
