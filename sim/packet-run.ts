import { foregroundBoundPs } from '../analysis/bounds/job-bounds.ts';
import type { Scenario } from './base/scenario.ts';
import { Region } from './engine/arena.ts';
import type { BatchObserver } from './engine/engine.ts';
import type { Partition } from './engine/exchange.ts';
import { hasPfc } from './fabric/build-ports.ts';
import { Network, type NetworkOptions } from './fabric/network.ts';
import { partialRun, type PartialRun, type RunEnding } from './partial-run.ts';
import type { Prepared } from './prepare.ts';
import { ProbeSampler } from './probes/probe-sampler.ts';
import { airInterface } from '../wireless/hop/wireless-hop.ts';

/** How a caller follows a run, and ends it before its time. */
export interface RunControl {
  /** Called now and then; the simulator itself reads no clock. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Polled as often: true ends the run, whose result then is of what has happened so far. */
  readonly shouldStop?: () => boolean;
}

export interface RunProgress {
  /** Simulated time. */
  readonly timePs: number;
  readonly packetHops: number;
  /** Data packets sent for the first time so far, and of all flows. */
  readonly packets: number;
  readonly packetsTotal: number;
}

export interface PacketRunOptions extends Omit<NetworkOptions, 'region'>, RunControl {}

/** Windows with events between two calls of `onProgress`: a fraction of a second. */
const PROGRESS_WINDOWS = 16;

/** How often a run is looked at for an end that is none: pauses that wait for each other, flows whose hosts are cut off. */
const STALL_CHECK_PS = 1e9;

/** Runs the packets of a Scenario, or of one partition of it, to the end or to a stop condition. */
export function runPackets(prepared: Prepared, options: PacketRunOptions): PartialRun {
  const probes = probesOf(prepared);
  const { topology, seed } = prepared.scenario;
  const region = new Region();
  try {
    const network = new Network(prepared, {
      ...options,
      region,
      ...(probes === null ? {} : { observer: observers(probes, options.observer) }),
      ...(topology.wireless === undefined ? {} : { air: airInterface(topology.wireless, seed) }),
    });
    const ending = runNetwork(network, prepared.scenario, options, probes);
    return partialRun(network, prepared.topology, ending, probes?.tables() ?? null);
  } finally {
    region.release();
  }
}

/** null: nothing is recorded over time. */
function probesOf({ scenario, topology, plan, ...rest }: Prepared): ProbeSampler | null {
  const { probes: spec, nic, stopPackets, stopAtPs } = scenario;
  if (spec === null) return null;
  const leastPs = stopPackets === null ? Math.min(stopAtPs, foregroundBoundPs({ topology, plan, ...rest }, nic)) : 0;
  const fullBytes = nic.mtuBytes + nic.headerBytes;
  return new ProbeSampler({ spec, topology, dstHost: plan.dstHost, fullBytes, leastPs });
}

function observers({ arrivals }: ProbeSampler, other: BatchObserver | undefined): BatchObserver {
  if (other === undefined) return arrivals.observe;
  return (engine, node, count) => {
    arrivals.observe(engine, node, count);
    other(engine, node, count);
  };
}

/** Runs a network to the end or to a stop condition, and says how it ended. */
export function runNetwork(network: Network, scenario: Scenario, options: PacketRunOptions, probes: ProbeSampler | null = null): RunEnding {
  const { engine } = network;
  const pause = pauseOf(network, options);
  const advance = (untilPs: number): boolean => (probes === null ? engine.run(untilPs, pause) : probes.advance(network, untilPs, pause));
  const { stopPackets, stopAtPs } = scenario;
  const hasPauses = hasPfc(scenario);
  let wasStopped = false;
  let hadEnoughPackets = false;
  let isDeadlocked = false;
  let isCutOff = false;
  const { cutOff } = network;
  let doneUntilPs = -1;
  if (stopPackets === null && !hasPauses && cutOff === null) {
    wasStopped = advance(stopAtPs);
  } else {
    // Looked at at the ends of intervals of whole lookaheads, whatever the engine's window: all partitions stand there at the same time.
    const { lookaheadPs } = network;
    const stallPs = Math.ceil(STALL_CHECK_PS / lookaheadPs) * lookaheadPs;
    const stepPs = stopPackets === null ? stallPs : lookaheadPs;
    while (!wasStopped && !hadEnoughPackets && !isDeadlocked && !isCutOff && doneUntilPs < stopAtPs && engine.nextPs() !== Infinity) {
      const interval = Math.floor(Math.max(doneUntilPs + 1, engine.nextPs()) / stepPs);
      doneUntilPs = Math.min(stopAtPs, (interval + 1) * stepPs - 1);
      wasStopped = advance(doneUntilPs);
      if (stopPackets !== null) hadEnoughPackets = sumOver(options.partition, network.packets()) >= stopPackets;
      if (hasPauses && (doneUntilPs + 1) % stallPs === 0) isDeadlocked = standsStill(network, options.partition);
      if (cutOff !== null && stopPackets === null && (doneUntilPs + 1) % stallPs === 0 && doneUntilPs + 1 >= cutOff.fromPs) {
        isCutOff = sumOver(options.partition, network.runner.underWay(cutOff)) === 0;
      }
    }
    isDeadlocked ||= hasPauses && engine.nextPs() === Infinity && standsStill(network, options.partition);
  }
  probes?.finish(network, !wasStopped && engine.nextPs() === Infinity);
  const endedBetween = hadEnoughPackets || isDeadlocked || isCutOff;
  return { wasStopped, hadEnoughPackets, isDeadlocked, isCutOff, timePs: endedBetween ? doneUntilPs + 1 : engine.donePs() };
}

/** No packet is under way or may start, and some wait behind a pause: nothing can ever resume them. */
function standsStill({ engine, ports, switches }: Network, partition: Partition | undefined): boolean {
  const paused = ports.waitingPaused();
  // A packet that the link will lose is in no mailbox, but those behind it are still served.
  const held = switches.reduce((total, node) => total + node.held, 0);
  return sumOver(partition, engine.mailboxes.packets() + held + ports.waiting() - paused) === 0 && sumOver(partition, paused) > 0;
}

function pauseOf(network: Network, { onProgress, shouldStop, partition }: PacketRunOptions): (() => boolean) | null {
  if (onProgress === undefined && shouldStop === undefined && partition === undefined) return null;
  const exchange = partition?.exchange ?? null;
  let windows = 0;
  return () => {
    if (++windows % PROGRESS_WINDOWS !== 0) return false;
    exchange?.remark(network.packetHops(), network.packets());
    onProgress?.({
      timePs: network.engine.donePs(),
      packetHops: exchange?.remarked(0) ?? network.packetHops(),
      packets: exchange?.remarked(1) ?? network.packets(),
      packetsTotal: network.packetsTotal,
    });
    return shouldStop?.() === true;
  };
}

const sumOver = (partition: Partition | undefined, count: number): number => partition?.exchange.sum(count) ?? count;
