import type { Partition } from './engine/exchange.ts';
import { Network, type NetworkOptions } from './fabric/network.ts';
import { partialRun, type PartialRun } from './partial-run.ts';
import type { Prepared } from './prepare.ts';

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

export interface PacketRunOptions extends NetworkOptions, RunControl {}

/** Windows with events between two calls of `onProgress`: a fraction of a second. */
const PROGRESS_WINDOWS = 16;

/** Runs the packets of a Scenario, or of one partition of it, to the end or to a stop condition. */
export function runPackets(prepared: Prepared, options: PacketRunOptions): PartialRun {
  const { scenario, topology } = prepared;
  const network = new Network(prepared, options);
  const { engine } = network;
  const pause = pauseOf(network, options);
  let wasStopped = false;
  let hadEnoughPackets = false;
  let doneUntilPs = -1;
  if (scenario.stopPackets === null) {
    wasStopped = engine.run(scenario.stopAtPs, pause);
  } else {
    // Counted at the ends of intervals of one lookahead, whatever the engine's window: all partitions stand there at the same time.
    const { lookaheadPs } = network;
    while (!wasStopped && !hadEnoughPackets && doneUntilPs < scenario.stopAtPs && engine.nextPs() !== Infinity) {
      const interval = Math.floor(Math.max(doneUntilPs + 1, engine.nextPs()) / lookaheadPs);
      doneUntilPs = Math.min(scenario.stopAtPs, (interval + 1) * lookaheadPs - 1);
      wasStopped = engine.run(doneUntilPs, pause);
      hadEnoughPackets = sumOver(options.partition, network.packets()) >= scenario.stopPackets;
    }
  }
  return partialRun(network, topology, { wasStopped, hadEnoughPackets, timePs: hadEnoughPackets ? doneUntilPs + 1 : engine.donePs() });
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
