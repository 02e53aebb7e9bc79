import { InternalError } from './base/errors.ts';
import type { OperationTimes } from './base/measures.ts';
import { joinProbeTables, type ProbeTables } from './base/probe-tables.ts';
import type { Topology } from './base/topology.ts';
import type { Network } from './fabric/network.ts';
import { joinOpenFlows, type OpenFlows } from './fabric/open-flows.ts';

/** What one partition of a packet run has counted: of its own nodes, operations and ports. Plain data, to be sent between threads. */
export interface PartialRun {
  readonly opsEnded: number;
  readonly lastEndPs: number;
  /** The same by job. */
  readonly opsEndedOfJob: Int32Array;
  readonly lastEndPsOfJob: Float64Array;
  /** Of the operations of own hosts; NaN for those of others. */
  readonly operations: OperationTimes;
  /** By link: payload of first transmissions, 0 on host links; largest queue. Of own switches' ports. */
  readonly loadBytes: Float64Array;
  readonly queueMaxBytes: Float64Array;
  /** By phase and fabric link (probes/link-loads.ts); null: the Schedule has one phase. */
  readonly phaseLoadBytes: Float64Array | null;
  /** Data packets sent first and again, control packets sent. */
  readonly packets: number;
  readonly retransmits: number;
  readonly controls: number;
  readonly packetHops: number;
  /** Packets that came to hosts (PFC frames: to any node), were dropped, or have been sent and not handled. */
  readonly delivered: number;
  readonly drops: number;
  /** Packets that links lost: down, or by chance, or in the air. */
  readonly lostOnLinks: number;
  /** Of the wireless cells. */
  readonly air: AirCounts;
  /** Packets for which a switch had no next hop. */
  readonly withoutNextHop: number;
  readonly inFlight: number;
  readonly ecnMarks: number;
  /** Packets cut to their header; PAUSE frames sent. */
  readonly trims: number;
  readonly pfcPauses: number;
  /** At the end: packets that wait at switches behind a pause, and where (fabric/switch-ports.ts). */
  readonly waitingPaused: number;
  readonly pauseEdges: Int32Array;
  readonly reorderMaxPackets: number;
  /** null: nothing is recorded over time. */
  readonly probes: ProbeTables | null;
  readonly openFlows: OpenFlows;
  /** Nothing was left to happen. */
  readonly isIdle: boolean;
  /** Somebody asked the run to stop. */
  readonly wasStopped: boolean;
  /** Pauses wait for each other. */
  readonly isDeadlocked: boolean;
  /** All that is left is between hosts that no way joins any more. */
  readonly isCutOff: boolean;
  /** The run reached `stop.packets`. */
  readonly hadEnoughPackets: boolean;
  /** Simulated time up to which everything is done. */
  readonly timePs: number;
}

/** What wireless cells have counted: packets lost in the air and packets refused for want of room, PDUs sent and failed. */
export interface AirCounts {
  readonly lost: number;
  readonly refused: number;
  readonly attempts: number;
  readonly failures: number;
}

/** How a run ended. */
export type RunEnding = Pick<PartialRun, 'wasStopped' | 'hadEnoughPackets' | 'isDeadlocked' | 'isCutOff' | 'timePs'>;

export function partialRun(network: Network, topology: Topology, ending: RunEnding, probes: ProbeTables | null = null): PartialRun {
  const { runner, ports, hosts, switches, engine, cells } = network;
  const lostInAir = sum(cells.map(({ lost }) => lost));
  const { links } = topology;
  return {
    opsEnded: runner.opsEnded,
    lastEndPs: runner.lastEndPs,
    opsEndedOfJob: runner.opsEndedOfJob,
    lastEndPsOfJob: runner.lastEndPsOfJob,
    operations: runner.times,
    loadBytes: Float64Array.from({ length: links }, (_, link) => network.loadBytes(link)),
    queueMaxBytes: Float64Array.from({ length: links }, (_, link) => ports.peakBytes(link)),
    phaseLoadBytes: network.phaseLoads?.bytes ?? null,
    packets: network.packets(),
    retransmits: sum(hosts.map((host) => host.nic.retransmits)),
    controls: sum(hosts.map((host) => host.nic.controls)) + sum(ports.pauses) + sum(ports.resumes) + sum(switches.map(({ made }) => made)),
    packetHops: network.packetHops(),
    delivered: sum(hosts.map((host) => host.packetHops)) + sum(switches.map((node) => node.frames)),
    drops: sum(ports.drops),
    lostOnLinks: (network.timeline?.lost() ?? 0) + lostInAir,
    air: {
      lost: lostInAir,
      refused: sum(cells.map(({ refused }) => refused)),
      attempts: sum(cells.map(({ air }) => air.attempts)),
      failures: sum(cells.map(({ air }) => air.failures)),
    },
    withoutNextHop: sum(switches.map((node) => node.withoutHop)),
    inFlight: engine.mailboxes.packets() + ports.waiting() + sum(cells.map(({ air }) => air.held)) + sum(switches.map(({ held }) => held)),
    ecnMarks: sum(ports.marks),
    trims: sum(ports.trims),
    pfcPauses: sum(ports.pauses),
    waitingPaused: ports.waitingPaused(),
    pauseEdges: ports.pauseEdges(),
    reorderMaxPackets: network.receiver.reorderMaxPackets,
    probes,
    openFlows: network.openFlows(),
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
    opsEndedOfJob: a.opsEndedOfJob.map((ended, job) => ended + b.opsEndedOfJob[job]!),
    lastEndPsOfJob: zip(a.lastEndPsOfJob, b.lastEndPsOfJob, Math.max),
    operations: {
      startPs: zip(a.operations.startPs, b.operations.startPs, known),
      endPs: zip(a.operations.endPs, b.operations.endPs, known),
    },
    loadBytes: zip(a.loadBytes, b.loadBytes, plus),
    queueMaxBytes: zip(a.queueMaxBytes, b.queueMaxBytes, Math.max),
    phaseLoadBytes: a.phaseLoadBytes === null ? null : zip(a.phaseLoadBytes, b.phaseLoadBytes!, plus),
    packets: a.packets + b.packets,
    retransmits: a.retransmits + b.retransmits,
    controls: a.controls + b.controls,
    packetHops: a.packetHops + b.packetHops,
    delivered: a.delivered + b.delivered,
    drops: a.drops + b.drops,
    lostOnLinks: a.lostOnLinks + b.lostOnLinks,
    air: {
      lost: a.air.lost + b.air.lost,
      refused: a.air.refused + b.air.refused,
      attempts: a.air.attempts + b.air.attempts,
      failures: a.air.failures + b.air.failures,
    },
    withoutNextHop: a.withoutNextHop + b.withoutNextHop,
    inFlight: a.inFlight + b.inFlight,
    ecnMarks: a.ecnMarks + b.ecnMarks,
    trims: a.trims + b.trims,
    pfcPauses: a.pfcPauses + b.pfcPauses,
    waitingPaused: a.waitingPaused + b.waitingPaused,
    pauseEdges: joined(a.pauseEdges, b.pauseEdges),
    reorderMaxPackets: Math.max(a.reorderMaxPackets, b.reorderMaxPackets),
    probes: a.probes === null || b.probes === null ? null : joinProbeTables(a.probes, b.probes),
    openFlows: joinOpenFlows(a.openFlows, b.openFlows),
    isIdle: a.isIdle && b.isIdle,
    wasStopped: a.wasStopped || b.wasStopped,
    isDeadlocked: a.isDeadlocked,
    isCutOff: a.isCutOff,
    hadEnoughPackets: a.hadEnoughPackets,
    timePs: a.timePs,
  };
}

/**
 * Packets of every kind are somewhere: sent = delivered + dropped + lost on links + without next hop + in flight.
 *
 * @throws InternalError when they are not
 */
export function checkConservation(run: PartialRun): void {
  const { packets, retransmits, controls, delivered, drops, lostOnLinks, withoutNextHop, inFlight } = run;
  const sent = packets + retransmits + controls;
  if (sent === delivered + drops + lostOnLinks + withoutNextHop + inFlight) return;
  const where = `${delivered} delivered, ${drops} dropped, ${lostOnLinks} lost on links, ${withoutNextHop} without next hop, ${inFlight} in flight`;
  throw new InternalError('E932', `packets are not conserved: ${sent} sent, ${where}`);
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

const zip = (a: Float64Array, b: Float64Array, joined: (x: number, y: number) => number): Float64Array =>
  a.map((value, i) => joined(value, b[i]!));

/** The time that is one. */
const known = (x: number, y: number): number => (Number.isNaN(x) ? y : x);

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
