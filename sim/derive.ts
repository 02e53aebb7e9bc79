import type { EcnSpec } from './base/device-spec.ts';
import type { LinkSpec } from './base/topology-spec.ts';
import type { Scenario } from './base/scenario.ts';
import type { Topology } from './base/topology.ts';

/** Serialisation time of `bytes` at `rateBps`: whole picoseconds, rounded a packet at a time, at least 1. */
export function serialisationPs(bytes: number, rateBps: number): number {
  return Math.max(1, Math.round((bytes * 8e12) / rateBps));
}

/**
 * Serialisation time of all that a queue of `queueBytes` holds. Times are rounded packet by packet, so where a byte takes no whole number
 * of picoseconds a queue of n full packets gets half a picosecond for each: it holds n of them at every rate.
 */
export function queueLimitPs(queueBytes: number, fullBytes: number, rateBps: number): number {
  const limitPs = (queueBytes * 8e12) / rateBps;
  return Number.isInteger(8e12 / rateBps) ? limitPs : limitPs + 0.5 * Math.ceil(queueBytes / fullBytes);
}

/** Headroom of a shared buffer's ingress where none is given: three times what its link holds. */
export const defaultHeadroomBytes = ({ rateBps, delayPs }: LinkSpec): number => Math.ceil((3 * rateBps * delayPs) / 8e12);

/** What the defaults of a Scenario become on its fabric. */
export interface Limits {
  /** T: unloaded round-trip time of a full packet and its ACK on the longest path. */
  readonly baseRttPs: number;
  /** T x host rate, in whole packets (rounded up), as wire bytes. */
  readonly bdpBytes: number;
  /** Per output port; Infinity: never drops. */
  readonly queueBytes: number;
  readonly ecn: EcnSpec | null;
  /** Of headers and control packets of a trimming switch, per output port. */
  readonly headerQueueBytes: number;
  /** Infinity when nothing can be lost. */
  readonly rtoPs: number;
  readonly initialWindowBytes: number;
  readonly minWindowBytes: number;
}

/**
 * Resolves every default that follows from the base round-trip time: queue 5 BDP (1 where switches trim), ECN at 0.2 and 0.8 BDP (rounded up to whole
 * packets, as UEC sizes them), RTO 15 us + 6 x queue / host rate, window 1 BDP. Wireless leaves add to the first three (docs/model-wireless-hop.md 6).
 */
export function deriveLimits(scenario: Scenario, topology: Topology): Limits {
  const { nic, transport } = scenario;
  const packetBytes = nic.mtuBytes + nic.headerBytes;
  let baseRttPs = 0;
  for (const link of topology.longestPath) {
    baseRttPs += serialisationPs(packetBytes, topology.linkRateBps[link]!) + topology.linkDelayPs[link]!;
    const back = topology.linkReverse[link]!;
    baseRttPs += serialisationPs(nic.ackBytes, topology.linkRateBps[back]!) + topology.linkDelayPs[back]!;
  }
  const hostRateBps = topology.linkRateBps[topology.longestPath[0]!]!;
  const bdpPackets = Math.ceil((baseRttPs * hostRateBps) / 8e12 / packetBytes);
  const bdpBytes = bdpPackets * packetBytes;
  const device = scenario.switch;
  const handedOverBytes = Math.ceil(fullQueueBytes(scenario) / packetBytes) * packetBytes;
  const queueBytes = device.queueBytes ?? (device.kind === 'composite' && device.trims ? 1 : 5) * bdpBytes + handedOverBytes;
  const ecn =
    scenario.switch.ecn === 'off'
      ? null
      : (scenario.switch.ecn ?? {
          lowBytes: Math.ceil(bdpPackets / 5) * packetBytes + handedOverBytes,
          highBytes: Math.ceil((bdpPackets * 4) / 5) * packetBytes + handedOverBytes,
          maxProbability: 1,
        });
  return {
    baseRttPs,
    bdpBytes,
    queueBytes,
    ecn,
    headerQueueBytes: (device.kind === 'composite' ? device.headerQueueBytes : null) ?? 2 * queueBytes,
    rtoPs: transport.rtoPs ?? 15e6 + Math.round((6 * queueBytes * 8e12) / hostRateBps) + fullCellsPs(scenario, topology),
    initialWindowBytes: (transport.kind === 'dctcp' ? transport.initialWindowBytes : null) ?? bdpBytes,
    minWindowBytes: (transport.kind === 'dctcp' ? transport.minWindowBytes : null) ?? packetBytes,
  };
}

/** What the cells of a fabric may hand over at one instant: the full queue of a terminal each. */
function fullQueueBytes({ topology: { wireless } }: Scenario): number {
  return wireless === undefined ? 0 : (wireless.leaves.length * wireless.queuePackets * wireless.slot.packetBits) / 8;
}

/** Time in which the largest wireless leaf serves full queues of all its terminals at one bit a symbol, up and down. */
function fullCellsPs({ topology: { wireless } }: Scenario, { torOfHost }: Topology): number {
  if (wireless === undefined) return 0;
  const hosts = new Map(wireless.leaves.map((leaf) => [leaf, 0]));
  for (const tor of torOfHost) if (hosts.has(tor)) hosts.set(tor, hosts.get(tor)! + 1);
  const most = [...hosts.values()].reduce((a, b) => Math.max(a, b), 0);
  return 2 * most * Math.ceil(wireless.queuePackets / wireless.slot.packetsPerSlot) * wireless.slot.durationPs;
}
