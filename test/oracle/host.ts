import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { Recovery } from '../../sim/base/transport-spec.ts';
import { congestionControl, type CongestionControl } from './congestion.ts';
import { HostEntropy } from './entropy.ts';
import { ACK, DATA, PAUSE, RESUME, TRIMMED } from './event-log.ts';
import { GoBackNSender } from './go-back-n-sender.ts';
import { LazyNic, Nic } from './nic.ts';
import type { Deliver } from './output-port.ts';
import { BARE_PACKET, type Packet } from './packet.ts';
import type { Ranks } from './rank.ts';
import { makeReceiver, type Answer, type Receiver } from './receiver.ts';
import { RecordSender } from './record-sender.ts';
import { SelectiveSender } from './selective-sender.ts';
import type { Sender, SenderContext, Transmission } from './sender.ts';
import type { Simulation } from './simulation.ts';

const RETRANSMISSION_TIMER = 2043;
const DEFAULT_CLASS = 3;
/** Balancers whose flows keep to one path, at least for a while (packet-model.md, section 6). */
const ONE_PATH_KINDS: readonly BalancerSpec['kind'][] = [
  ...(['ecmp', 'ecmp-split', 'ethereal', 'wcmp', 'rr-flow', 'nccl-qp'] as const),
  ...(['plb', 'plb-delay', 'flowbender', 'letflow', 'flowlet-ar', 'conga'] as const),
];

/** The way out of a host. */
export interface HostContext {
  readonly deliver: Deliver;
  /** `acks: none`: the sender of a flow learns that it is complete. */
  readonly informSender: (flow: number) => void;
  readonly ranks: () => Ranks;
}

/** How the NIC is asked for packets: `eager` is the model; `lazy` must be equal to it. */
export type NicKind = 'eager' | 'lazy';

/** A host: its NIC, the flows it sends and the flows it receives. */
export class Host {
  readonly #simulation: Simulation;
  readonly #index: number;
  readonly #context: HostContext;
  readonly #entropy: HostEntropy;
  readonly #nic: Nic;
  readonly #senders = new Map<number, Sender>();
  readonly #receivers = new Map<number, Receiver>();
  readonly #waitingFlows: { flow: number; sincePs: number }[] = [];
  #openFlowCount = 0;

  constructor(simulation: Simulation, index: number, nicKind: NicKind, context: HostContext) {
    const { deliver } = context;
    const { plan } = simulation.input;
    this.#simulation = simulation;
    this.#index = index;
    this.#context = context;
    this.#entropy = new HostEntropy(simulation, index);
    if (simulation.bugs.has('pull-after-state-change')) this.#nic = new LazyNic(simulation, deliver, index, false);
    else this.#nic = nicKind === 'lazy' ? new LazyNic(simulation, deliver, index, true) : new Nic(simulation, deliver, index);
    for (let flow = plan.hostOffset[index]!; flow < plan.hostOffset[index + 1]!; flow++) this.#addFlow(flow);
  }

  around(handle: () => void): void {
    this.#nic.around(handle);
  }

  /** `nic.maxFlows`: it may have to wait until another one is over. */
  startFlow(flow: number): void {
    this.#waitingFlows.push({ flow, sincePs: this.#simulation.now });
    this.#openFlows();
  }

  #openFlows(): void {
    const most = this.#simulation.input.scenario.nic.maxFlows ?? Infinity;
    this.#waitingFlows.sort((a, b) => a.sincePs - b.sincePs || a.flow - b.flow);
    while (this.#waitingFlows.length > 0 && this.#openFlowCount < most) {
      this.#openFlowCount++;
      this.#senders.get(this.#waitingFlows.shift()!.flow)!.started = true;
    }
  }

  receive(packet: Packet): void {
    this.#simulation.noteDelivered(packet);
    this.around(() => {
      if (packet.type === PAUSE) this.#nic.paused.add(packet.seq);
      else if (packet.type === RESUME) this.#nic.paused.delete(packet.seq);
      else if (packet.type === DATA) this.#receiveData(packet);
      else if (packet.type === TRIMMED) this.#receiveTrimmed(packet);
      else this.#receiveAnswer(packet);
    });
  }

  /** `acks: none`: the network tells the sender that everything has arrived. */
  inform(flow: number): void {
    this.around(() => this.#senders.get(flow)!.finish());
  }

  #addFlow(flow: number): void {
    const { scenario, plan } = this.#simulation.input;
    const { limits, bugs } = this.#simulation;
    const { mtuBytes, headerBytes, acks } = scenario.nic;
    const { recovery } = scenario.transport;
    const fullBytes = mtuBytes + headerBytes;
    const packetCount = packetsOf(plan.bytes[flow]!, mtuBytes);
    const payloadBytes = (seq: number): number => (seq < packetCount - 1 ? mtuBytes : plan.bytes[flow]! - (packetCount - 1) * mtuBytes);
    const wireBytes = (seq: number): number => payloadBytes(seq) + headerBytes;
    const congestion = this.#congestionOf(flow);
    this.#entropy.addFlow(flow, congestion.windowBytes);
    const sprays = !ONE_PATH_KINDS.includes(scenario.balancer.kind) && !bugs.has('loss-distance-of-one-path');
    const sender = makeSender(recovery, {
      packetCount,
      wireBytes,
      fullBytes,
      congestion,
      rtoPs: recovery === 'none' ? Infinity : limits.rtoPs,
      reorderDistance: () => (sprays ? Math.max(3, (1.5 * congestion.windowBytes()) / fullBytes) : 3),
      asksForAnswers: acks === 'uec-sack' || typeof acks === 'object',
      hearsSelections: acks === 'uec-sack',
      bugs,
      armTimer: (timePs, fire) => this.#simulation.scheduleLocal(timePs, this.#index, RETRANSMISSION_TIMER, flow, () => this.around(fire)),
      onLoss: (seq) => {
        this.#entropy.noteLoss(flow, seq);
      },
      onPacketTimeout: (seq) => {
        this.#entropy.notePacketTimeout(flow, seq);
      },
      onTimeout: () => {
        this.#entropy.noteTimeout(flow, this.#simulation.now);
        if (recovery === 'gbn') this.#entropy.notePacketTimeout(flow, null);
      },
      onComplete: () => {
        this.#openFlowCount--;
        this.#openFlows();
        this.#context.ranks().flowEnded(flow);
      },
    });
    this.#senders.set(flow, sender);
    const makePacket = (seq: number, transmission: Transmission, startPs: number): Packet => ({
      ...BARE_PACKET,
      ...transmission,
      type: DATA,
      flow,
      seq,
      dstHost: plan.dstHost[flow]!,
      payloadBytes: payloadBytes(seq),
      wireBytes: wireBytes(seq),
      trafficClass: this.#classOf(flow),
      ...this.#entropy.choose(flow, seq, { startPs, wireBytes: wireBytes(seq), inFlightBytes: sender.inFlightBytes() }),
    });
    const { rateBps } = congestion;
    this.#nic.flows.push({ sender, makePacket, lineRateBps: this.#lineBps, rateBps, trafficClass: this.#classOf(flow) });
  }

  get #lineBps(): number {
    const { topology } = this.#simulation.input;
    return topology.linkRateBps[topology.portLink[topology.portOffset[this.#index]!]!]!;
  }

  #congestionOf(flow: number): CongestionControl {
    const { scenario, topology } = this.#simulation.input;
    const { limits, bugs } = this.#simulation;
    const { nic, transport, switch: device } = scenario;
    /** One event for what is asked for twice. */
    const pending = new Set<string>();
    return congestionControl(transport, {
      limits,
      fullBytes: nic.mtuBytes + nic.headerBytes,
      payloadBytes: nic.mtuBytes,
      lineBps: this.#lineBps,
      trims: device.kind === 'composite' && device.trims,
      hasReceiverCredit: false,
      hops: this.#hopsOf(flow),
      linkRateBps: (link) => topology.linkRateBps[link]!,
      schedule: (timePs, place, act) => {
        const key = `${timePs} ${place}`;
        if (pending.has(key)) return;
        pending.add(key);
        // Before the departures of the host's port at that instant.
        this.#simulation.scheduleDeparture(timePs, this.#index, -1, 4 * flow + place, () => {
          pending.delete(key);
          act();
        });
      },
      bugs,
    });
  }

  /** Links of a shortest path, those of the hosts included. */
  #hopsOf(flow: number): number {
    const { plan, topology } = this.#simulation.input;
    const from = topology.torOfHost[this.#index]!;
    const to = topology.torOfHost[plan.dstHost[flow]!]!;
    if (from === to) return 2;
    const { linkOffset, ids } = topology.pathsBetween(from, to);
    return 2 + Math.min(...Array.from(ids, (_, i) => linkOffset[i + 1]! - linkOffset[i]!));
  }

  #classOf(flow: number): number {
    return this.#simulation.input.classOfFlow?.[flow] ?? DEFAULT_CLASS;
  }

  #receiverOf(flow: number): Receiver {
    const { scenario, plan } = this.#simulation.input;
    const { recovery, nackIntervalPs } = scenario.transport;
    const { acks, mtuBytes } = scenario.nic;
    const packetCount = packetsOf(plan.bytes[flow]!, mtuBytes);
    const { bugs } = this.#simulation;
    const receiver = this.#receivers.get(flow) ?? makeReceiver({ recovery, acks, nackIntervalPs, packetCount, bugs });
    this.#receivers.set(flow, receiver);
    return receiver;
  }

  #receiveAnswer(packet: Packet): void {
    const sender = this.#senders.get(packet.flow)!;
    if (!sender.complete) this.#entropy.noteAnswer(packet.flow, this.#simulation.now);
    sender.hear(packet, this.#simulation.now, (rttPs) => this.#entropy.hearAnswer(packet, rttPs));
  }

  #receiveTrimmed(packet: Packet): void {
    const answer = this.#receiverOf(packet.flow).takeTrimmed(packet, this.#simulation.now);
    if (answer !== null) this.#nic.control.push(this.#answerPacket(packet, answer));
  }

  #receiveData(packet: Packet): void {
    const { acks } = this.#simulation.input.scenario.nic;
    const receiver = this.#receiverOf(packet.flow);
    const wasComplete = receiver.isComplete;
    const answer = receiver.take(packet, this.#simulation.now);
    this.#simulation.reorderMaxPackets = Math.max(this.#simulation.reorderMaxPackets, receiver.heldPackets);
    if (answer !== null && acks !== 'none') this.#nic.control.push(this.#answerPacket(packet, answer));
    if (wasComplete || !receiver.isComplete) return;
    this.#context.ranks().flowArrived(packet.flow);
    if (acks === 'none') this.#context.informSender(packet.flow);
  }

  #answerPacket(packet: Packet, answer: Answer): Packet {
    const { scenario, plan, topology } = this.#simulation.input;
    const reverses = packet.pinned && !(answer.type === ACK && this.#simulation.bugs.has('ack-on-forward-path'));
    return {
      ...BARE_PACKET,
      ...answer,
      flow: packet.flow,
      dstHost: plan.srcHost[packet.flow]!,
      wireBytes: scenario.nic.ackBytes,
      trafficClass: scenario.nic.ackPriority === 'high' ? 0 : this.#classOf(packet.flow),
      echo: packet.entropy,
      entropy: reverses ? topology.pathReverse[packet.entropy]! : packet.entropy,
      pinned: packet.pinned,
    };
  }
}

function makeSender(recovery: Recovery, context: SenderContext): Sender {
  switch (recovery) {
    case 'gbn':
      return new GoBackNSender(context);
    case 'trim':
    case 'timers':
      return new RecordSender(context);
    default:
      return new SelectiveSender(context, recovery);
  }
}

/** Section 2: an empty flow is one packet. */
const packetsOf = (bytes: number, mtuBytes: number): number => Math.max(1, Math.ceil(bytes / mtuBytes));
