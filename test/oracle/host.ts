import { congestionControl } from './congestion.ts';
import { HostEntropy } from './entropy.ts';
import { ACK, DATA, PAUSE, RESUME, TRIMMED } from './event-log.ts';
import { LazyNic, Nic } from './nic.ts';
import type { Deliver } from './output-port.ts';
import type { Packet } from './packet.ts';
import type { Ranks } from './rank.ts';
import { Receiver, type Answer } from './receiver.ts';
import { GoBackNSender, SelectiveSender, type Sender, type SenderContext } from './sender.ts';
import type { Simulation } from './simulation.ts';

const RETRANSMISSION_TIMER = 2043;
const DEFAULT_CLASS = 3;

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
      else this.#senders.get(packet.flow)!.hear(packet, this.#simulation.now);
    });
  }

  /** `acks: none`: the network tells the sender that everything has arrived. */
  inform(flow: number): void {
    this.around(() => this.#senders.get(flow)!.finish());
  }

  #addFlow(flow: number): void {
    const { scenario, plan, topology } = this.#simulation.input;
    const { limits } = this.#simulation;
    const { mtuBytes, headerBytes } = scenario.nic;
    const { recovery } = scenario.transport;
    const lineRateBps = topology.linkRateBps[topology.portLink[topology.portOffset[this.#index]!]!]!;
    const fullBytes = mtuBytes + headerBytes;
    const packetCount = packetsOf(plan.bytes[flow]!, mtuBytes);
    const payloadBytes = (seq: number): number => (seq < packetCount - 1 ? mtuBytes : plan.bytes[flow]! - (packetCount - 1) * mtuBytes);
    const wireBytes = (seq: number): number => payloadBytes(seq) + headerBytes;
    const congestion = congestionControl(scenario.transport, limits, fullBytes, lineRateBps, this.#simulation.bugs);
    const { bugs } = this.#simulation;
    const sprays = ['spray', 'drb', 'spray-switch-rr'].includes(scenario.balancer.kind) && !bugs.has('loss-distance-of-one-path');
    const context: SenderContext = {
      packetCount,
      wireBytes,
      congestion,
      rtoPs: recovery === 'none' ? Infinity : limits.rtoPs,
      reorderDistance: () => (sprays ? Math.max(3, (1.5 * congestion.windowBytes()) / fullBytes) : 3),
      bugs,
      armTimer: (timePs) =>
        this.#simulation.scheduleLocal(timePs, this.#index, RETRANSMISSION_TIMER, flow, () =>
          this.around(() => sender.timerFires(this.#simulation.now)),
        ),
      onTimeout: () => {
        this.#entropy.noteTimeout(flow, this.#simulation.now);
      },
      onComplete: () => {
        this.#openFlowCount--;
        this.#openFlows();
        this.#context.ranks().flowEnded(flow);
      },
    };
    if (recovery === 'trim' || recovery === 'timers') throw new Error(`the oracle has no recovery ${recovery}`);
    const sender = recovery === 'gbn' ? new GoBackNSender(context) : new SelectiveSender(context, recovery);
    this.#senders.set(flow, sender);
    const makePacket = (seq: number, isRetransmission: boolean, startPs: number): Packet => ({
      type: DATA,
      flow,
      seq,
      cumulative: 0,
      dstHost: plan.dstHost[flow]!,
      payloadBytes: payloadBytes(seq),
      wireBytes: wireBytes(seq),
      trafficClass: this.#classOf(flow),
      ...this.#entropy.choose(flow, payloadBytes(seq) === mtuBytes, startPs),
      isRetransmission,
      marked: false,
      lastHop: false,
    });
    this.#nic.flows.push({ sender, makePacket, lineRateBps, rateBps: congestion.rateBps, trafficClass: this.#classOf(flow) });
  }

  #classOf(flow: number): number {
    return this.#simulation.input.classOfFlow?.[flow] ?? DEFAULT_CLASS;
  }

  #receiverOf(flow: number): Receiver {
    const { recovery, nackIntervalPs } = this.#simulation.input.scenario.transport;
    const receiver = this.#receivers.get(flow) ?? new Receiver(recovery, nackIntervalPs, this.#simulation.bugs);
    this.#receivers.set(flow, receiver);
    return receiver;
  }

  #receiveTrimmed(packet: Packet): void {
    const answer = this.#receiverOf(packet.flow).takeTrimmed(packet.seq, packet.marked, packet.lastHop, this.#simulation.now);
    if (answer !== null) this.#nic.control.push(this.#answerPacket(packet, answer));
  }

  #receiveData(packet: Packet): void {
    const { scenario, plan } = this.#simulation.input;
    const { nic } = scenario;
    const receiver = this.#receiverOf(packet.flow);
    const total = packetsOf(plan.bytes[packet.flow]!, nic.mtuBytes);
    const wasComplete = receiver.expected === total;
    const answer = receiver.take(packet.seq, packet.marked, this.#simulation.now);
    this.#simulation.reorderMaxPackets = Math.max(this.#simulation.reorderMaxPackets, receiver.heldPackets);
    if (answer !== null && nic.acks === 'per-packet') this.#nic.control.push(this.#answerPacket(packet, answer));
    if (wasComplete || receiver.expected < total) return;
    this.#context.ranks().flowArrived(packet.flow);
    if (nic.acks === 'none') this.#context.informSender(packet.flow);
  }

  #answerPacket(packet: Packet, answer: Answer): Packet {
    const { scenario, plan, topology } = this.#simulation.input;
    const reverses = packet.pinned && !(answer.type === ACK && this.#simulation.bugs.has('ack-on-forward-path'));
    return {
      ...answer,
      flow: packet.flow,
      dstHost: plan.srcHost[packet.flow]!,
      payloadBytes: 0,
      wireBytes: scenario.nic.ackBytes,
      trafficClass: scenario.nic.ackPriority === 'high' ? 0 : this.#classOf(packet.flow),
      entropy: reverses ? topology.pathReverse[packet.entropy]! : packet.entropy,
      pinned: packet.pinned,
      isRetransmission: false,
    };
  }
}

/** Section 2: an empty flow is one packet. */
const packetsOf = (bytes: number, mtuBytes: number): number => Math.max(1, Math.ceil(bytes / mtuBytes));
