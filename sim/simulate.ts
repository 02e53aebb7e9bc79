import { boundCompletionPs, completionBoundPs } from '../analysis/bounds/completion-bound.ts';
import { fabricLoads } from '../analysis/bounds/link-loads.ts';
import { measuredLoads } from '../analysis/bounds/measured-loads.ts';
import type { RunResult } from './base/result.ts';
import type { Scenario } from './base/scenario.ts';
import { SEND, type Schedule } from './base/schedule.ts';
import { Network, type NetworkOptions } from './fabric/network.ts';
import { prepare, type Prepared } from './prepare.ts';

export interface SimulateOptions extends NetworkOptions {
  /** Called now and then with the simulated time and the packet hops so far; the simulator itself reads no clock. */
  readonly onProgress?: (progress: RunProgress) => void;
}

export interface RunProgress {
  readonly timePs: number;
  readonly packetHops: number;
}

/** Windows with events between two calls of `onProgress`. */
const PROGRESS_WINDOWS = 256;

/**
 * Simulates a Scenario: the one door from a question to its numbers. Deterministic: the same Scenario gives the same result, bit for
 * bit, whatever the options.
 *
 * @example simulate(scenario).completionPs
 * @throws ConfigError, ImportError for what only the built fabric or file shows to be wrong
 * @throws CellError when the fabric is too large for the packet engine
 * @throws InternalError when an invariant breaks, such as the conservation of packets
 */
export function simulate(scenario: Scenario, options: SimulateOptions = {}): RunResult {
  return simulatePrepared(prepare(scenario), options);
}

/** `simulate` for what `prepare` has built. */
export function simulatePrepared(prepared: Prepared, options: SimulateOptions = {}): RunResult {
  switch (prepared.scenario.fidelity) {
    case 'packet':
      return simulatePackets(prepared, options);
    case 'bound':
      return evaluateBound(prepared);
  }
}

function simulatePackets(prepared: Prepared, options: SimulateOptions): RunResult {
  const { scenario, topology, schedule, plan } = prepared;
  const network = new Network(prepared, options);
  const { onProgress } = options;
  network.engine.run(
    scenario.stopAtPs,
    onProgress === undefined ? null : (timePs) => onProgress({ timePs, packetHops: network.packetHops() }),
    PROGRESS_WINDOWS,
  );
  network.checkConservation();

  const { runner, ports, loads, hosts } = network;
  const finished = runner.opsLeft === 0;
  const measured = measuredLoads(topology, schedule, loads.totalBytes, (phase, link) => loads.ofPhase(phase, link));
  const queueMaxBytes = Float64Array.from({ length: topology.links }, (_, link) => ports.peakBytes(link));
  return {
    fidelity: 'packet',
    finished,
    unfinishedReason: finished ? null : unfinishedReason(runner.opsLeft, schedule, scenario.stopAtPs, network.engine.isIdle()),
    completionPs: finished ? runner.lastEndPs : null,
    boundPs: completionBoundPs(topology, schedule, plan, scenario.nic),
    flows: countMessages(schedule),
    subflows: plan.flows,
    splitFlows: plan.splitFlows,
    maxLinkLoadBytes: measured.maxLinkLoadBytes,
    idealLinkLoadBytes: measured.maxIdealLinkLoadBytes,
    congestionRatio: measured.congestionRatio,
    worstPhaseCongestionRatio: measured.worstPhaseCongestionRatio,
    packets: sum(hosts.map((host) => host.nic.packets)),
    packetHops: network.packetHops(),
    drops: sum(ports.drops),
    trims: 0,
    retransmits: sum(hosts.map((host) => host.nic.retransmits)),
    ecnMarks: sum(ports.marks),
    pfcPauses: 0,
    queueMaxBytes: queueMaxBytes.reduce((largest, bytes) => Math.max(largest, bytes), 0),
    reorderMaxPackets: network.receiver.reorderMaxPackets,
    tables: {
      fctPs: runner.fctPs.filter((ps) => !Number.isNaN(ps)),
      linkLoadBytes: loads.totalBytes,
      idealLinkLoadBytes: measured.idealLinkLoadBytes,
      linkQueueMaxBytes: queueMaxBytes,
    },
  };
}

/** `fidelity: bound`: loads in closed form or by exact assignment, and the completion they allow. */
function evaluateBound(prepared: Prepared): RunResult {
  const { scenario, topology, schedule, plan } = prepared;
  const hashing = { seed: scenario.seed, hash: scenario.switch.hash };
  const loads = fabricLoads(topology, schedule, plan, scenario.balancer, hashing);
  const completionPs = boundCompletionPs(topology, schedule, plan, scenario.balancer, scenario.nic, hashing);
  const finished = completionPs <= scenario.stopAtPs;
  return {
    fidelity: 'bound',
    finished,
    unfinishedReason: finished ? null : `it takes at least ${completionPs / 1e6} us, longer than stop.at (${scenario.stopAtPs / 1e6} us)`,
    completionPs: finished ? completionPs : null,
    boundPs: completionBoundPs(topology, schedule, plan, scenario.nic),
    flows: countMessages(schedule),
    subflows: plan.flows,
    splitFlows: plan.splitFlows,
    maxLinkLoadBytes: loads.maxLinkLoadBytes,
    idealLinkLoadBytes: loads.maxIdealLinkLoadBytes,
    congestionRatio: loads.congestionRatio,
    worstPhaseCongestionRatio: loads.worstPhaseCongestionRatio,
    packets: null,
    packetHops: null,
    drops: null,
    trims: null,
    retransmits: null,
    ecnMarks: null,
    pfcPauses: null,
    queueMaxBytes: null,
    reorderMaxPackets: null,
    tables: { fctPs: null, linkLoadBytes: loads.linkLoadBytes, idealLinkLoadBytes: loads.idealLinkLoadBytes, linkQueueMaxBytes: null },
  };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

const countMessages = (schedule: Schedule): number => schedule.kind.reduce((count, kind) => (kind === SEND ? count + 1 : count), 0);

function unfinishedReason(opsLeft: number, schedule: Schedule, stopAtPs: number, isIdle: boolean): string {
  const what = `${opsLeft} of ${schedule.ops} operations had not ended`;
  return isIdle
    ? `${what} and nothing was left to happen: packets were lost without recovery, or operations wait for each other`
    : `${what} at stop.at (${stopAtPs / 1e6} us)`;
}
