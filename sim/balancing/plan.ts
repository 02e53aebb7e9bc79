import { groupBy, type Groups } from '../base/group-by.ts';
import { setupStream } from '../base/random.ts';
import type { BalancerSpec } from '../base/balancer-spec.ts';
import { SEND, type Schedule } from '../base/schedule.ts';
import { inOneServer, type Topology } from '../base/topology.ts';
import { EcmpSplit } from './ecmp-split.ts';
import { Ethereal } from './ethereal.ts';
import type { FlowPlan, PacketRule } from './flow-plan.ts';
import type { MessageBalancer } from './message-balancer.ts';
import { queuePairFlows } from './nccl-qp.ts';
import { grown, PieceList } from './piece-list.ts';
import { RoundRobinFlows } from './rr-flow.ts';
import { Unsplit } from './unsplit.ts';

/** What a plan did to the messages. */
export interface PlanFacts {
  /** Messages cut into more than one piece. */
  readonly splitFlows: number;
  /** Messages cut into fewer pieces than exact balance needs, because of `minPiece` or `maxPieces` (ethereal only). */
  readonly limitedFlows: number;
}

/**
 * Cuts the messages of a Schedule into flows as the balancer decides, and pins those that it pins.
 *
 * A message inside a server has no flow. Flows are numbered by source host, for one host in Schedule order of the send, for one send in the order of its pieces.
 * Ethereal's batch window is not part of `startDelayPs`: it runs from the posting of the batch, which a run alone knows.
 * Draws come from the set-up streams (seed, `ethereal`, source host), (seed, `jitter`, source host) and (seed, `rr-flow`, source host).
 *
 * @param options.mtuBytes packet payload: the default of Ethereal's `minPiece`
 * @returns the plan, with facts for the reports; precondition: `assertConnected`
 */
export function planFlows(
  topology: Topology,
  schedule: Schedule,
  balancer: BalancerSpec,
  options: { readonly seed: number; readonly mtuBytes: number },
): FlowPlan & PlanFacts {
  const rule = messageBalancer(topology, schedule, balancer, options);
  const { order: sends, offset } = sendsByHost(topology, schedule);
  const hostOffset = new Int32Array(topology.hosts + 1);
  const pieces = new PieceList();
  let message = new Int32Array(sends.length);
  let bytes = new Float64Array(sends.length);
  let path = new Int32Array(sends.length);
  let flows = 0;
  let splitFlows = 0;
  for (let host = 0; host < topology.hosts; host++) {
    const own = sends.subarray(offset[host]!, offset[host + 1]!);
    pieces.begin(own.length);
    rule.planHost(host, own, pieces);
    for (let m = 0; m < own.length; m++) {
      const count = pieces.pieces[m]!;
      if (count > 1) splitFlows++;
      message = grown(message, flows + count);
      bytes = grown(bytes, flows + count);
      path = grown(path, flows + count);
      for (let i = pieces.first[m]!; i < pieces.first[m]! + count; i++) {
        message[flows] = own[m]!;
        bytes[flows] = pieces.bytes[i]!;
        path[flows] = pieces.path[i]!;
        flows++;
      }
    }
    hostOffset[host + 1] = flows;
  }

  const srcHost = new Int32Array(flows);
  for (let host = 0; host < topology.hosts; host++) srcHost.fill(host, hostOffset[host]!, hostOffset[host + 1]!);
  const messageOf = message.slice(0, flows);
  const ends = { flows, message: messageOf, srcHost, dstHost: messageOf.map((send) => topology.hostOfRank[schedule.peer[send]!]!) };
  return {
    ...ends,
    hashFlow: balancer.kind === 'nccl-qp' ? queuePairFlows(ends, balancer) : null,
    bytes: bytes.slice(0, flows),
    path: path.slice(0, flows),
    startDelayPs: startDelays(hostOffset, balancer, options.seed),
    hostOffset,
    splitFlows,
    limitedFlows: rule.limitedFlows,
  };
}

/** Where each packet gets its path under this balancer. */
export function packetRule(kind: BalancerSpec['kind']): PacketRule {
  switch (kind) {
    case 'ecmp':
    case 'ecmp-split':
    case 'ethereal':
    case 'wcmp':
    case 'rr-flow':
    case 'nccl-qp':
      return 'fixed';
    case 'plb':
    case 'plb-delay':
    case 'flowbender':
    case 'hopper':
      return 'changing-label';
    case 'hpn-least-outstanding':
      return 'path-at-start';
    case 'spray':
      return 'random-entropy';
    case 'spray-counter':
    case 'spray-uec':
    case 'reps':
    case 'reps-htsim':
    case 'reps-legacy':
    case 'reps-ethereal-v2':
    case 'uec-bitmap':
    case 'uec-bitmap-1bit':
    case 'uec-mixed':
    case 'strack':
    case 'mrc':
    case 'mp-rdma':
      return 'varied-entropy';
    case 'drb':
      return 'rotate-destination';
    case 'spray-switch-rr':
    case 'spray-tor-rr':
    case 'ofan':
      return 'switch-round-robin';
    case 'ar':
    case 'ar-p2c':
    case 'ecmp-adaptive':
    case 'jsq':
    case 'drill':
      return 'switch-adaptive';
    case 'letflow':
    case 'flowlet-ar':
    case 'conga':
    case 'conweave':
      return 'switch-flowlet';
  }
}

/** Packets of one flow take different paths, so they overtake each other without loss. */
export function isSprayed(kind: BalancerSpec['kind']): boolean {
  const rule = packetRule(kind);
  return rule !== 'fixed' && rule !== 'path-at-start' && rule !== 'changing-label' && rule !== 'switch-flowlet';
}

/** Hosts write entropies of their choice into their packets. */
export function choosesEntropy({ kind }: Pick<BalancerSpec, 'kind'>): boolean {
  const rule = packetRule(kind);
  return !pinsPaths({ kind }) && (rule === 'random-entropy' || rule === 'varied-entropy' || rule === 'changing-label');
}

/** Whether packets carry a path of the Topology (source routing) instead of an entropy that switches hash. */
export const pinsPaths = ({ kind }: Pick<BalancerSpec, 'kind'>): boolean =>
  kind === 'ethereal' || kind === 'drb' || kind === 'mrc' || kind === 'rr-flow' || kind === 'hpn-least-outstanding';

function messageBalancer(
  topology: Topology,
  schedule: Schedule,
  balancer: BalancerSpec,
  options: { readonly seed: number; readonly mtuBytes: number },
): MessageBalancer {
  switch (balancer.kind) {
    case 'ethereal':
      return new Ethereal(topology, schedule, balancer, options.seed, options.mtuBytes);
    case 'ecmp-split':
      return new EcmpSplit(schedule, balancer.k);
    case 'nccl-qp':
      return balancer.split ? new EcmpSplit(schedule, balancer.queuePairs) : new Unsplit(schedule);
    case 'rr-flow':
      return new RoundRobinFlows(topology, schedule, options.seed);
    case 'ecmp':
    case 'spray':
    case 'drb':
    case 'spray-switch-rr':
    case 'wcmp':
    case 'spray-tor-rr':
    case 'ofan':
    case 'ar':
    case 'ar-p2c':
    case 'ecmp-adaptive':
    case 'jsq':
    case 'drill':
    case 'letflow':
    case 'flowlet-ar':
    case 'conga':
    case 'conweave':
    case 'spray-counter':
    case 'spray-uec':
    case 'plb':
    case 'plb-delay':
    case 'flowbender':
    case 'hopper':
    case 'reps':
    case 'reps-htsim':
    case 'reps-legacy':
    case 'reps-ethereal-v2':
    case 'uec-bitmap':
    case 'uec-bitmap-1bit':
    case 'uec-mixed':
    case 'strack':
    case 'mrc':
    case 'mp-rdma':
    case 'hpn-least-outstanding':
      return new Unsplit(schedule);
  }
}

/** Send operations that enter the fabric, grouped by source host, in Schedule order within a host. */
function sendsByHost(topology: Topology, schedule: Schedule): Groups {
  const { kind, rank, peer } = schedule;
  return groupBy(schedule.ops, topology.hosts, (op) =>
    kind[op] === SEND && !inOneServer(topology, rank[op]!, peer[op]!) ? topology.hostOfRank[rank[op]!]! : -1,
  );
}

/** Ethereal delays each sub-flow, rack-local ones too, by a uniform whole number of nanoseconds up to `startJitter`. */
function startDelays(hostOffset: Int32Array, balancer: BalancerSpec, seed: number): Float64Array {
  const hosts = hostOffset.length - 1;
  const delayPs = new Float64Array(hostOffset[hosts]!);
  const mostNs = balancer.kind === 'ethereal' ? Math.floor(balancer.startJitterPs / 1000) : 0;
  if (mostNs === 0) return delayPs;
  for (let host = 0; host < hosts; host++) {
    if (hostOffset[host] === hostOffset[host + 1]) continue;
    const stream = setupStream(seed, 'jitter', host);
    for (let f = hostOffset[host]!; f < hostOffset[host + 1]!; f++) delayPs[f] = 1000 * stream.integer(mostNs + 1);
  }
  return delayPs;
}
