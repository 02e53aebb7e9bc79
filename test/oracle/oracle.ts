import type { Topology } from '../../sim/base/topology.ts';
import { findCycle, packetsWaitBehindPause } from './deadlock.ts';
import { Host, type NicKind } from './host.ts';
import type { Deliver } from './output-port.ts';
import { Ranks } from './rank.ts';
import { Simulation } from './simulation.ts';
import { Switch } from './switch.ts';
import type { Bug } from './bugs.ts';
import type { OracleInput, OracleResult } from './types.ts';

const SENDER_INFORMED = 2041;

export interface OracleOptions {
  /** Rules to break on purpose. */
  readonly bugs?: readonly Bug[];
  readonly nic?: NicKind;
}

/**
 * A deliberately plain packet simulator: docs/packet-model.md and its continuations in the most obvious way, on one global heap, with objects, real queues
 * and an event for every departure. It is the specification in code, and only tests use it.
 *
 * @throws Error when packets are not conserved or an impossible route is taken
 */
export function runOracle(input: OracleInput, options: OracleOptions = {}): OracleResult {
  const { topology, plan, scenario } = input;
  const simulation = new Simulation(input, new Set(options.bugs ?? []));
  const deliver: Deliver = (link, packet, endPs) => {
    const node = topology.linkTo[link]!;
    const arrivalPs = endPs + topology.linkDelayPs[link]!;
    const port = topology.linkToPort[link]!;
    simulation.scheduleArrival(arrivalPs, node, port, packet, () => {
      if (node < topology.hosts) hosts[node]!.receive(packet);
      else switches[node - topology.hosts]!.receive(packet, port);
    });
  };
  const informSender = (flow: number): void => {
    const host = plan.srcHost[flow]!;
    const delayPs = simulation.bugs.has('informed-at-once') ? 0 : wayBackPs(topology, plan.dstHost[flow]!, host);
    const timePs = simulation.now + delayPs;
    simulation.scheduleLocal(timePs, host, SENDER_INFORMED, flow, () => hosts[host]!.inform(flow));
  };
  const switches = Array.from({ length: topology.switches }, (_, s) => new Switch(simulation, deliver, s));
  const hosts = Array.from(
    { length: topology.hosts },
    (_, h) => new Host(simulation, h, options.nic ?? 'eager', { deliver, informSender, ranks: () => ranks }),
  );
  const ranks: Ranks = new Ranks(simulation, (host) => hosts[host]!);

  ranks.begin();
  const isStuck = simulation.run(scenario.stopAtPs, () => packetsWaitBehindPause(switches));
  simulation.checkConservation();

  const finished = ranks.ended.every((ended) => ended);
  const { packets, packetHops, drops, lostOnLinks, trims, pfcPauses, retransmits, ecnMarks } = simulation;
  const { reorderMaxPackets, linkLoadBytes, linkQueueMaxBytes } = simulation;
  return {
    finished,
    completionPs: finished ? ranks.lastEndPs : NaN,
    fctPs: ranks.fctPs,
    operations: ranks.times,
    packets,
    packetHops,
    drops,
    lostOnLinks,
    trims,
    pfcPauses,
    retransmits,
    ecnMarks,
    queueMaxBytes: Math.max(0, ...linkQueueMaxBytes),
    reorderMaxPackets,
    linkLoadBytes,
    linkQueueMaxBytes,
    deadlock: isStuck ? findCycle(topology, switches) : null,
    nodeLogs: simulation.logs,
  };
}

/** Summed propagation delay of a shortest way between two hosts. */
function wayBackPs(topology: Topology, from: number, to: number): number {
  const hostLink = (host: number): number => topology.portLink[topology.portOffset[host]!]!;
  const links = [hostLink(from), topology.linkReverse[hostLink(to)]!];
  const fromTor = topology.torOfHost[from]!;
  const toTor = topology.torOfHost[to]!;
  if (fromTor !== toTor) {
    const paths = topology.pathsBetween(fromTor, toTor);
    links.push(...paths.links.slice(paths.linkOffset[0], paths.linkOffset[1]));
  }
  return links.reduce((sum, link) => sum + topology.linkDelayPs[link]!, 0);
}
