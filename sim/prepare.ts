import { ConfigError } from './base/errors.ts';
import type { Scenario } from './base/scenario.ts';
import type { Schedule } from './base/schedule.ts';
import type { Topology } from './base/topology.ts';
import type { FlowPlan } from './balancing/flow-plan.ts';
import { planFlows, type PlanFacts } from './balancing/plan.ts';
import { deriveLimits, type Limits } from './derive.ts';
import { buildTopology } from '../topologies/build-topology.ts';
import { assertConnected } from '../topologies/connectivity.ts';
import { MAX_FLOW_PACKETS } from './transport/flow-table.ts';
import { RECEIVE_WINDOW_PACKETS } from './transport/selective-repeat-sender.ts';
import { buildWorkload, type Notice } from '../workloads/build-workload.ts';

/** A Scenario with everything built that its fidelities share: the step between "what" and "simulate". */
export interface Prepared {
  readonly scenario: Scenario;
  readonly topology: Topology;
  readonly schedule: Schedule;
  readonly plan: FlowPlan & PlanFacts;
  readonly limits: Limits;
  /** What an importer warned about, for a person. */
  readonly notices: readonly Notice[];
  /** What a generator measured of its own draws, such as the Gini coefficient of an MoE gate. */
  readonly facts: Readonly<Record<string, number>>;
}

/**
 * Builds topology, schedule, flow plan and derived defaults of a Scenario.
 *
 * @param own a Schedule of the caller's, in place of the Scenario's workload
 * @throws ConfigError when the fabric lacks a named link, or a pair of the workload has no path
 * @throws ImportError when a traffic or trace file is malformed
 */
export function prepare(scenario: Scenario, own?: Schedule): Prepared {
  const { schedule, notices, facts } =
    own === undefined ? buildWorkload(scenario.workload, scenario.seed) : { schedule: own, notices: [], facts: {} };
  const topology = buildTopology(scenario.topology, scenario.failures, schedule.ranks, scenario.seed);
  assertConnected(topology, schedule);
  const plan = planFlows(topology, schedule, scenario.balancer, { seed: scenario.seed, mtuBytes: scenario.nic.mtuBytes });
  const limits = deriveLimits(scenario, topology);
  checkWindows(scenario, limits);
  checkFlowSizes(scenario, plan);
  return {
    scenario,
    topology,
    schedule,
    plan,
    limits,
    notices: [...notices, ...planNotices(plan), ...windowNotices(scenario, limits)],
    facts,
  };
}

/** A derived default may contradict what is written out. */
function checkWindows(scenario: Scenario, limits: Limits): void {
  if (scenario.transport.kind !== 'dctcp' || limits.minWindowBytes <= limits.initialWindowBytes) return;
  throw new ConfigError(
    'E133',
    `the smallest window, ${limits.minWindowBytes} B, is above the initial one, ${limits.initialWindowBytes} B`,
    {
      where: { path: scenario.transport.minWindowBytes === null ? 'transport.initialWindow' : 'transport.minWindow' },
      hint: 'the initial window is 1 BDP by default; netsim validate prints it',
    },
  );
}

/** Packet numbers have 31 bits. */
function checkFlowSizes(scenario: Scenario, plan: FlowPlan): void {
  const { mtuBytes } = scenario.nic;
  for (let flow = 0; flow < plan.flows; flow++) {
    if (plan.bytes[flow]! <= MAX_FLOW_PACKETS * mtuBytes) continue;
    throw new ConfigError('E134', `a flow of ${plan.bytes[flow]!} B has more than ${MAX_FLOW_PACKETS} packets of ${mtuBytes} B`, {
      where: { path: 'workload' },
      hint: 'send less, in more messages, or in larger packets',
    });
  }
}

/** The receiver's bitmap limits what is in flight, whatever the window. */
function windowNotices(scenario: Scenario, limits: Limits): Notice[] {
  const bdpPackets = limits.bdpBytes / (scenario.nic.mtuBytes + scenario.nic.headerBytes);
  if (scenario.transport.recovery !== 'sr' || bdpPackets <= RECEIVE_WINDOW_PACKETS) return [];
  const text = `the receiver's bitmap of ${RECEIVE_WINDOW_PACKETS} packets is smaller than the bandwidth-delay product of ${bdpPackets}: one flow cannot fill the path`;
  return [{ level: 'warning', text }];
}

function planNotices(plan: PlanFacts): Notice[] {
  if (plan.limitedFlows === 0) return [];
  const text = `${plan.limitedFlows} messages were cut into fewer pieces than exact balance needs (balancer.minPiece, balancer.maxPieces)`;
  return [{ level: 'note', text }];
}
