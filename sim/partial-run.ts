import { InternalError } from './base/errors.ts';
import type { Topology } from './base/topology.ts';
import type { Network } from './fabric/network.ts';

/** What one partition of a packet run has counted: of its own nodes, operations and ports. Plain data, to be sent between threads. */
export interface PartialRun {
  readonly opsEnded: number;
  readonly lastEndPs: number;
  /** By operation: of the sends of own hosts that ended; NaN otherwise. */
  readonly fctPs: Float64Array;
  /** By link: payload of first transmissions, 0 on host links; largest queue. Of own switches' ports. */
  readonly loadBytes: Float64Array;
  readonly queueMaxBytes: Float64Array;
  /** By phase and fabric link (probes/link-loads.ts); null: the Schedule has one phase. */
  readonly phaseLoadBytes: Float64Array | null;
  /** Data packets sent first and again, answers sent. */
  readonly packets: number;
  readonly retransmits: number;
  readonly controls: number;
  readonly packetHops: number;
  /** Packets that came to hosts, were dropped, or have been sent and not handled. */
  readonly delivered: number;
  readonly drops: number;
  readonly inFlight: number;
  readonly ecnMarks: number;
  readonly reorderMaxPackets: number;
  /** Nothing was left to happen. */
  readonly isIdle: boolean;
  /** Somebody asked the run to stop. */
  readonly wasStopped: boolean;
  /** The run reached `stop.packets`. */
  readonly hadEnoughPackets: boolean;
  /** Simulated time up to which everything is done. */
  readonly timePs: number;
}

export function partialRun(
  network: Network,
  topology: Topology,
  ending: Pick<PartialRun, 'wasStopped' | 'hadEnoughPackets' | 'timePs'>,
): PartialRun {
  const { runner, ports, hosts, engine } = network;
  const { links } = topology;
  return {
    opsEnded: runner.opsEnded,
    lastEndPs: runner.lastEndPs,
    fctPs: runner.fctPs,
    loadBytes: Float64Array.from({ length: links }, (_, link) => network.loadBytes(link)),
    queueMaxBytes: Float64Array.from({ length: links }, (_, link) => ports.peakBytes(link)),
    phaseLoadBytes: network.phaseLoads?.bytes ?? null,
    packets: network.packets(),
    retransmits: sum(hosts.map((host) => host.nic.retransmits)),
    controls: sum(hosts.map((host) => host.nic.controls)),
    packetHops: network.packetHops(),
    delivered: sum(hosts.map((host) => host.packetHops)),
    drops: sum(ports.drops),
    inFlight: engine.mailboxes.packets(),
    ecnMarks: sum(ports.marks),
    reorderMaxPackets: network.receiver.reorderMaxPackets,
    isIdle: engine.isIdle(),
    ...ending,
  };
}

/** Joins what the partitions of one run have counted; the result does not depend on how many there were. */
export function joinPartialRuns(runs: readonly PartialRun[]): PartialRun {
  const [first, ...others] = runs as readonly [PartialRun, ...PartialRun[]];
  return others.reduce(join, first);
}

function join(a: PartialRun, b: PartialRun): PartialRun {
  const plus = (x: number, y: number): number => x + y;
  return {
    opsEnded: a.opsEnded + b.opsEnded,
    lastEndPs: Math.max(a.lastEndPs, b.lastEndPs),
    fctPs: zip(a.fctPs, b.fctPs, (x, y) => (Number.isNaN(x) ? y : x)),
    loadBytes: zip(a.loadBytes, b.loadBytes, plus),
    queueMaxBytes: zip(a.queueMaxBytes, b.queueMaxBytes, Math.max),
    phaseLoadBytes: a.phaseLoadBytes === null ? null : zip(a.phaseLoadBytes, b.phaseLoadBytes!, plus),
    packets: a.packets + b.packets,
    retransmits: a.retransmits + b.retransmits,
    controls: a.controls + b.controls,
    packetHops: a.packetHops + b.packetHops,
    delivered: a.delivered + b.delivered,
    drops: a.drops + b.drops,
    inFlight: a.inFlight + b.inFlight,
    ecnMarks: a.ecnMarks + b.ecnMarks,
    reorderMaxPackets: Math.max(a.reorderMaxPackets, b.reorderMaxPackets),
    isIdle: a.isIdle && b.isIdle,
    wasStopped: a.wasStopped || b.wasStopped,
    hadEnoughPackets: a.hadEnoughPackets,
    timePs: a.timePs,
  };
}

/**
 * Packets of every kind are somewhere: sent = delivered + dropped + in flight.
 *
 * @throws InternalError when they are not
 */
export function checkConservation({ packets, retransmits, controls, delivered, drops, inFlight }: PartialRun): void {
  const sent = packets + retransmits + controls;
  if (sent === delivered + drops + inFlight) return;
  throw new InternalError(
    'E932',
    `packets are not conserved: ${sent} sent, ${delivered} delivered, ${drops} dropped, ${inFlight} in flight`,
  );
}

const zip = (a: Float64Array, b: Float64Array, joined: (x: number, y: number) => number): Float64Array =>
  a.map((value, i) => joined(value, b[i]!));

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
