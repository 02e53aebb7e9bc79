import type { NicSpec } from '../../sim/base/device-spec.ts';
import { SEND, type Schedule } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import type { FlowPlan } from '../../sim/balancing/flow-plan.ts';
import { serialisationPs } from '../../sim/derive.ts';
import type { PathTimes } from './path-times.ts';

/** Data packets of a flow: full ones of `mtu` payload and a last one with the rest; an empty flow is one header. */
export const packetsOf = (bytes: number, mtuBytes: number): number => Math.max(1, Math.ceil(bytes / mtuBytes));

/** Every whole byte takes a whole number of picoseconds, so that rounding a packet at a time loses nothing. */
export const roundsExactly = (rateBps: number): boolean => Number.isInteger(8e12 / rateBps);

/**
 * Least time in which `packets` packets of `wireBytes` together pass `capacityBps`, a link or several: each packet's time is rounded
 * to whole picoseconds and may so be up to half of one short.
 */
export function passingPs(wireBytes: number, packets: number, capacityBps: number, fastestLinkBps: number, exactly: boolean): number {
  const slackPs = exactly ? 0 : (0.5 * packets * fastestLinkBps) / capacityBps;
  return Math.max(0, Math.floor((wireBytes * 8e12) / capacityBps - slackPs));
}

/** How a message is counted on the wire: uncut, which no balancer undercuts, or in the plan's pieces with a header each. */
export type Packetisation = 'whole' | 'planned';

/** What each message (by its send operation) asks of the links; 0 for other operations. */
export interface MessageTimes {
  /** Serialisation of the whole message on its source's link, and on its destination's. */
  readonly txPs: Float64Array;
  readonly rxPs: Float64Array;
  readonly wireBytes: Float64Array;
  /** Packets of the plan. */
  readonly packets: Float64Array;
  /** Wire size of the plan's smallest packet of this message. */
  readonly smallestWireBytes: Float64Array;
  /** Wire size of the plan's largest piece. */
  readonly largestPieceBytes: Float64Array;
}

export function messageTimes(
  topology: Topology,
  schedule: Schedule,
  plan: FlowPlan,
  nic: NicSpec,
  paths: PathTimes,
  packetisation: Packetisation,
): MessageTimes {
  const { mtuBytes, headerBytes } = nic;
  const column = (): Float64Array => new Float64Array(schedule.ops);
  const [txPs, rxPs, wireBytes, packets, smallestWireBytes, largestPieceBytes, pieces] = Array.from({ length: 7 }, column) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const hostRateBps = Float64Array.from(paths.hostLink, (link) => topology.linkRateBps[link]!);
  const fullPs = hostRateBps.map((rate) => serialisationPs(mtuBytes + headerBytes, rate));
  const serialPs = (bytes: number, host: number): number => {
    const full = packetsOf(bytes, mtuBytes) - 1;
    return full * fullPs[host]! + serialisationPs(bytes - full * mtuBytes + headerBytes, hostRateBps[host]!);
  };

  for (let f = 0; f < plan.flows; f++) {
    const op = plan.message[f]!;
    const bytes = plan.bytes[f]!;
    const count = packetsOf(bytes, mtuBytes);
    const smallest = bytes - (count - 1) * mtuBytes + headerBytes;
    smallestWireBytes[op] = pieces[op] === 0 ? smallest : Math.min(smallestWireBytes[op]!, smallest);
    largestPieceBytes[op] = Math.max(largestPieceBytes[op]!, bytes + count * headerBytes);
    wireBytes[op]! += bytes + count * headerBytes;
    packets[op]! += count;
    pieces[op]!++;
    txPs[op]! += serialPs(bytes, plan.srcHost[f]!);
    rxPs[op]! += serialPs(bytes, plan.dstHost[f]!);
  }
  if (packetisation === 'planned') return { txPs, rxPs, wireBytes, packets, smallestWireBytes, largestPieceBytes };

  for (let op = 0; op < schedule.ops; op++) {
    // A message inside a server has no piece.
    if (schedule.kind[op] !== SEND || pieces[op]! <= 1) continue;
    const bytes = schedule.bytes[op]!;
    const src = topology.hostOfRank[schedule.rank[op]!]!;
    const dst = topology.hostOfRank[schedule.peer[op]!]!;
    wireBytes[op] = bytes + packetsOf(bytes, mtuBytes) * headerBytes;
    // Pieces may round to less than the uncut message where a byte is no whole number of picoseconds: never claim more than they take.
    txPs[op] = Math.min(txPs[op]!, serialPs(bytes, src));
    rxPs[op] = Math.min(rxPs[op]!, serialPs(bytes, dst));
  }
  return { txPs, rxPs, wireBytes, packets, smallestWireBytes, largestPieceBytes };
}
