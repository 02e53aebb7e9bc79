import { Region } from '../sim/engine/arena.ts';
import { pinsPaths } from '../sim/balancing/plan.ts';
import { switchSalts } from '../sim/balancing/hash.ts';
import { PacketStreams } from '../sim/base/random.ts';
import type { Scenario } from '../sim/base/scenario.ts';
import { SEND, type Schedule } from '../sim/base/schedule.ts';
import type { Topology } from '../sim/base/topology.ts';
import { queueLimitPs } from '../sim/derive.ts';
import type { Prepared } from '../sim/prepare.ts';
import { FlowTable } from '../sim/transport/flow-table.ts';

const PORT_BITS = 11;
const MAX_WINDOW_PS = 2 ** 20 - 1;

/**
 * What the C++ yardstick needs of a prepared run, as the bytes of its input file: arrays in the order of bench/yardstick/case.hpp, each
 * as its length (int32), the bytes of a value (int32: 4 or 8), then the values; little-endian.
 *
 * @throws Error when the scenario uses what the yardstick does not model
 */
export function yardstickCase(prepared: Prepared): Uint8Array {
  const { scenario, topology, schedule, plan, limits } = prepared;
  assertModelled(scenario, schedule);
  const { nic, transport, balancer, seed } = scenario;
  const flows = new FlowTable(plan, nic, new Region());
  const isPinned = pinsPaths(balancer);
  const fabricIndex = positions(topology.linkIsFabric);
  const messages = messageTable(prepared);
  const ecn = limits.ecn ?? { lowBytes: Infinity, highBytes: Infinity };
  const rates = topology.linkRateBps;
  const limitPs = rates.map((rateBps) => queueLimitPs(limits.queueBytes, flows.fullBytes, rateBps));
  const delays = topology.linkDelayPs;
  const horizonPs = delays.reduce((longest, delayPs, link) => Math.max(longest, limitPs[link]! + delayPs), 0);
  const windowPs = delays.reduce((least, delayPs) => Math.min(least, delayPs), Math.min(MAX_WINDOW_PS, limits.rtoPs));
  const routes = nextHopLinks(topology);
  const pins = isPinned ? pinnedLinks(topology) : NO_PINS;

  return encode([
    Int32Array.of(
      topology.hosts,
      topology.switches,
      topology.tors,
      topology.links,
      plan.flows,
      messages.host.length,
      schedule.phaseNames.length,
      topology.linkIsFabric.reduce((sum, isFabric) => sum + isFabric, 0),
      flows.fullBytes,
      nic.ackBytes,
      nic.headerBytes,
      transport.kind === 'dctcp' ? 1 : 0,
      balancer.kind === 'spray' ? 1 : 0,
      isPinned ? 1 : 0,
      topology.pinPort.length,
      topology.pathIds,
    ),
    Float64Array.of(
      windowPs,
      horizonPs,
      limits.rtoPs,
      transport.kind === 'dctcp' ? transport.g : 0,
      limits.initialWindowBytes,
      limits.minWindowBytes,
    ),
    rates,
    delays,
    limitPs,
    rates.map((rateBps) => (ecn.lowBytes * 8e12) / rateBps),
    rates.map((rateBps) => (ecn.highBytes * 8e12) / rateBps),
    topology.linkTo.map((node, link) => (node << PORT_BITS) | topology.linkToPort[link]!),
    topology.linkFrom.map((node) => Math.max(0, node - topology.hosts)),
    fabricIndex,
    uplinks(topology),
    uplinks(topology).map((link) => topology.linkReverse[link]!),
    topology.torOfHost,
    plan.hostOffset,
    switchSalts(seed, topology.switches),
    topology.nextHopSet,
    topology.setOffset,
    routes,
    pins.base,
    pins.link,
    pins.indexOfPath,
    topology.pathReverse,
    plan.srcHost,
    plan.dstHost,
    flows.packets,
    flows.packets.map((packets, flow) => flows.wireBytes(flow, packets - 1)),
    plan.path.map((path) => Math.max(0, path)),
    messages.ofFlow,
    plan.message.map((send) => schedule.phase[send]!),
    messages.host,
    messages.firstFlow,
    messages.flows,
    new PacketStreams(seed, 'ecn', topology.switches).state,
    new PacketStreams(seed, 'entropy', topology.hosts).state,
  ]);
}

function assertModelled(scenario: Scenario, schedule: Schedule): void {
  const { balancer, transport, nic, switch: fabricSwitch, failures } = scenario;
  const unmodelled = [
    schedule.depOp.length > 0 && 'dependencies',
    !['ecmp', 'spray', 'ethereal'].includes(balancer.kind) && `balancer ${balancer.kind}`,
    balancer.kind === 'ethereal' && (balancer.batchWindowPs > 0 || balancer.startJitterPs > 0) && 'delayed starts',
    transport.kind === 'dctcp-rate' && 'dctcp-rate',
    transport.kind === 'fixed' && (transport.rateBps !== null || transport.windowBytes !== null) && 'a fixed rate or window',
    transport.recovery !== 'sr' && `recovery ${transport.recovery}`,
    nic.acks !== 'per-packet' && `acks ${nic.acks}`,
    fabricSwitch.hash !== 'ideal' && `hash ${fabricSwitch.hash}`,
    failures.length > 0 && 'failures',
  ].filter((reason) => reason !== false);
  if (unmodelled.length > 0) throw new Error(`the yardstick does not model ${unmodelled.join(', ')}`);
}

interface MessageTable {
  /** By message: the sending host, its flows. */
  readonly host: Int32Array;
  readonly firstFlow: Int32Array;
  readonly flows: Int32Array;
  /** Message of each flow. */
  readonly ofFlow: Int32Array;
}

/** Messages are numbered in the order of their sends. */
function messageTable({ topology, schedule, plan }: Prepared): MessageTable {
  const messageOfOp = positions(schedule.kind.map((kind) => (kind === SEND ? 1 : 0)));
  const sends = Array.from(messageOfOp.keys()).filter((op) => messageOfOp[op]! >= 0);
  const ofFlow = plan.message.map((send) => messageOfOp[send]!);
  const firstFlow = new Int32Array(sends.length);
  const flows = new Int32Array(sends.length);
  for (let flow = plan.flows - 1; flow >= 0; flow--) {
    firstFlow[ofFlow[flow]!] = flow;
    flows[ofFlow[flow]!]!++;
  }
  return { host: Int32Array.from(sends, (op) => topology.hostOfRank[schedule.rank[op]!]!), firstFlow, flows, ofFlow };
}

/** Of each entry that is 1: how many such entries precede it; -1 of the others. */
function positions(chosen: Uint8Array): Int32Array {
  let count = 0;
  return Int32Array.from(chosen, (is) => (is === 1 ? count++ : -1));
}

const uplinks = ({ hosts, portLink, portOffset }: Topology): Int32Array =>
  Int32Array.from({ length: hosts }, (_, host) => portLink[portOffset[host]!]!);

/** The next-hop sets with links instead of ports. */
function nextHopLinks(topology: Topology): Int32Array {
  const links = new Int32Array(topology.setPort.length);
  topology.nextHopSet.forEach((set, i) => {
    if (set < 0) return;
    const firstPort = topology.portOffset[topology.hosts + Math.floor(i / topology.tors)]!;
    for (let at = topology.setOffset[set]!; at < topology.setOffset[set + 1]!; at++) {
      links[at] = topology.portLink[firstPort + topology.setPort[at]!]!;
    }
  });
  return links;
}

interface Pins {
  readonly base: Int32Array;
  /** By (switch, pinned port number): its link; -1 where the switch has no such port. */
  readonly link: Int32Array;
  /** By (switch, path). */
  readonly indexOfPath: Int32Array;
}

const NO_PINS: Pins = { base: new Int32Array(0), link: new Int32Array(0), indexOfPath: new Int32Array(0) };

function pinnedLinks({ hosts, switches, pathIds, pinPort, pinBase, pinIndex, pinStage, portOffset, portLink }: Topology): Pins {
  const link = new Int32Array(switches * pinPort.length);
  const indexOfPath = new Int32Array(switches * pathIds);
  for (let s = 0; s < switches; s++) {
    link.set(
      pinPort.map((port) => portLink[portOffset[hosts + s]! + port] ?? -1),
      s * pinPort.length,
    );
    indexOfPath.set(pinIndex.subarray(pinStage[s]! * pathIds, (pinStage[s]! + 1) * pathIds), s * pathIds);
  }
  return { base: pinBase, link, indexOfPath };
}

function encode(arrays: readonly (Int32Array | Float64Array)[]): Uint8Array {
  const bytes = new Uint8Array(arrays.reduce((sum, array) => sum + 8 + array.byteLength, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const array of arrays) {
    view.setInt32(at, array.length, true);
    view.setInt32(at + 4, array.BYTES_PER_ELEMENT, true);
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at + 8);
    at += 8 + array.byteLength;
  }
  return bytes;
}
