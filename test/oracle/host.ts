import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { Recovery } from '../../sim/base/transport-spec.ts';
import { controlOfFlow } from './control-of-flow.ts';
import { Credit, grantsIn, type CreditContext } from './credit.ts';
import { HostEntropy } from './entropy.ts';
import { ACK, DATA, NACK, PAUSE, PULL, RESUME, RTS, TRIMMED } from './event-log.ts';
import { GoBackNSender } from './go-back-n-sender.ts';
import { bitmapOf } from './host-balancers/mp-rdma.ts';
import type { JobView } from './job-view.ts';
import { LazyNic, Nic } from './nic.ts';
import type { Deliver } from './output-port.ts';
import { BARE_PACKET, type Packet } from './packet.ts';
import { PullQueue, type Arrival } from './pull-queue.ts';
import type { Ranks } from './rank.ts';
import { makeReceiver, type Answer, type Receiver } from './receiver.ts';
import { RecordSender } from './record-sender.ts';
import { SelectiveSender } from './selective-sender.ts';
import type { Sender, SenderContext, Transmission } from './sender.ts';
import type { Simulation } from './simulation.ts';

const PULL_PACER = 2040;
const RETRANSMISSION_TIMER = 2043;
const DEFAULT_CLASS = 3;
/** Balancers whose flows keep to one path, at least for a while (packet-model.md, section 6). */
const ONE_PATH_KINDS: readonly BalancerSpec['kind'][] = [
  ...(['ecmp', 'ecmp-split', 'ethereal', 'wcmp', 'rr-flow', 'nccl-qp', 'hpn-least-outstanding'] as const),
  ...(['plb', 'plb-delay', 'flowbender', 'hopper', 'letflow', 'flowlet-ar', 'conga', 'conweave'] as const),
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
  /** By job. */
  readonly #entropies: readonly HostEntropy[];
  readonly #nic: Nic;
  readonly #senders = new Map<number, Sender>();
  readonly #receivers = new Map<number, Receiver>();
  /** Of each job with credit from receivers; jobs with equal transports share one (docs/mixed-traffic.md, section 4). */
  readonly #pulls: readonly (PullQueue | null)[];
  /** The latest packet that came of a flow that is pulled. */
  readonly #latest = new Map<number, Packet>();
  readonly #waitingFlows: { flow: number; sincePs: number }[] = [];
  #openFlowCount = 0;

  constructor(simulation: Simulation, index: number, nicKind: NicKind, context: HostContext) {
    const { deliver } = context;
    const { plan } = simulation.input;
    this.#simulation = simulation;
    this.#index = index;
    this.#context = context;
    this.#entropies = simulation.hostViews.map((view) => new HostEntropy(view, index));
    const transports = simulation.input.jobs.map(({ transport }) => JSON.stringify(transport));
    const pulls = simulation.hostViews.map((view, job) => this.#pullQueue(view, job));
    this.#pulls = pulls.map((_, job) => pulls[transports.indexOf(transports[job]!)]!);
    if (simulation.bugs.has('pull-after-state-change')) this.#nic = new LazyNic(simulation, deliver, index, false);
    else this.#nic = nicKind === 'lazy' ? new LazyNic(simulation, deliver, index, true) : new Nic(simulation, deliver, index);
    for (let flow = plan.hostOffset[index]!; flow < plan.hostOffset[index + 1]!; flow++) this.#addFlow(flow);
  }

  around(handle: () => void): void {
    this.#nic.around(handle);
  }

  /** `nic.maxFlows`: it may have to wait until another one is over. */
  startFlow(flow: number): void {
    this.#entropyOf(flow).notePosted(flow);
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
      if (packet.isProbe) this.#receiveProbe(packet);
      else if (packet.type === PAUSE) this.#nic.paused.add(packet.seq);
      else if (packet.type === RESUME) this.#nic.paused.delete(packet.seq);
      else if (packet.type === DATA) this.#receiveData(packet);
      else if (packet.type === TRIMMED) this.#receiveTrimmed(packet);
      else if (packet.type === PULL) this.#senders.get(packet.flow)!.pull(packet.seq);
      else if (packet.type === RTS) this.#count(packet, 'rts');
      else this.#receiveAnswer(packet);
    });
  }

  /** `acks: none`: the network tells the sender that everything has arrived. */
  inform(flow: number): void {
    this.around(() => this.#senders.get(flow)!.finish());
  }

  #addFlow(flow: number): void {
    const { scenario, plan } = this.#viewOf(flow).input;
    const { limits, bugs } = this.#viewOf(flow);
    const entropy = this.#entropyOf(flow);
    const { mtuBytes, headerBytes, acks } = scenario.nic;
    const { recovery } = scenario.transport;
    const fullBytes = mtuBytes + headerBytes;
    const packetCount = packetsOf(plan.bytes[flow]!, mtuBytes);
    const payloadBytes = (seq: number): number => (seq < packetCount - 1 ? mtuBytes : plan.bytes[flow]! - (packetCount - 1) * mtuBytes);
    const wireBytes = (seq: number): number => payloadBytes(seq) + headerBytes;
    const congestion = controlOfFlow(this.#simulation, this.#viewOf(flow), this.#index, flow, this.#lineBps);
    entropy.addFlow(flow, {
      windowBytes: congestion.windowBytes,
      inFlightBytes: () => sender.inFlightBytes(),
      giveUpPacket: () => congestion.giveUpPacket?.(),
    });
    const { balancer } = scenario;
    const bitmapPackets = balancer.kind === 'mp-rdma' ? bitmapOf(balancer, limits.bdpBytes / fullBytes) : null;
    const sprays = !ONE_PATH_KINDS.includes(scenario.balancer.kind) && !bugs.has('loss-distance-of-one-path');
    const sender = makeSender(recovery, {
      packetCount,
      wireBytes,
      fullBytes,
      congestion,
      credit: this.#creditOf(flow),
      sendRts: (seq, pullTarget) => {
        this.#sendControl({ ...BARE_PACKET, ...wayOf(latest!), type: RTS, flow, seq, dstHost: plan.dstHost[flow]!, pullTarget });
      },
      rtoPs: recovery === 'none' ? Infinity : limits.rtoPs,
      bitmapPackets,
      reorderDistance: () => {
        const distance = sprays ? Math.max(3, (1.5 * congestion.windowBytes()) / fullBytes) : 3;
        return bitmapPackets === null ? distance : Math.min(distance, bitmapPackets - 1);
      },
      asksForAnswers: acks === 'uec-sack' || typeof acks === 'object',
      hearsSelections: acks === 'uec-sack',
      bugs,
      armTimer: (timePs, fire) => this.#simulation.scheduleLocal(timePs, this.#index, RETRANSMISSION_TIMER, flow, () => this.around(fire)),
      onLoss: (seq) => {
        entropy.noteLoss(flow, seq);
      },
      onPacketTimeout: (seq) => {
        entropy.notePacketTimeout(flow, seq);
      },
      onTimeout: () => {
        entropy.noteTimeout(flow, this.#simulation.now);
        if (recovery === 'gbn') entropy.notePacketTimeout(flow, null);
      },
      onComplete: () => {
        entropy.noteComplete(flow);
        this.#openFlowCount--;
        this.#openFlows();
        this.#context.ranks().flowEnded(flow);
      },
    });
    this.#senders.set(flow, sender);
    let latest: Packet | null = null;
    const makePacket = (seq: number, transmission: Transmission, startPs: number): Packet => {
      latest = {
        ...BARE_PACKET,
        ...transmission,
        type: DATA,
        flow,
        seq,
        dstHost: plan.dstHost[flow]!,
        payloadBytes: payloadBytes(seq),
        wireBytes: wireBytes(seq),
        trafficClass: this.#classOf(flow),
        ...entropy.choose(flow, seq, { startPs, wireBytes: wireBytes(seq), inFlightBytes: sender.inFlightBytes() }),
      };
      return latest;
    };
    const { rateBps } = congestion;
    this.#nic.flows.push({
      sender,
      makePacket,
      lineRateBps: this.#lineBps,
      rateBps,
      trafficClass: this.#classOf(flow),
      channel: this.#channelOf(flow),
    });
  }

  get #lineBps(): number {
    const { topology } = this.#simulation.input;
    return topology.linkRateBps[topology.portLink[topology.portOffset[this.#index]!]!]!;
  }

  #viewOf(flow: number): JobView {
    return this.#simulation.hostViews[this.#simulation.input.jobOfFlow[flow]!]!;
  }

  #entropyOf(flow: number): HostEntropy {
    return this.#entropies[this.#simulation.input.jobOfFlow[flow]!]!;
  }

  /** docs/model-switches.md, section 8. */
  #channelOf(flow: number): string {
    const { plan, schedule } = this.#simulation.input;
    const send = plan.message[flow]!;
    if (this.#simulation.bugs.has('one-channel-a-host')) return '';
    return [schedule.jobOfOp, schedule.rank, schedule.peer, schedule.channel].map((of) => of[send]).join(' ');
  }

  #classOf(flow: number): number {
    return this.#simulation.input.classOfFlow?.[flow] ?? DEFAULT_CLASS;
  }

  #receiverOf(flow: number): Receiver {
    const { scenario, plan } = this.#viewOf(flow).input;
    const { recovery, nackIntervalPs, reorderPackets: mostHeld = Infinity } = scenario.transport;
    const { acks, mtuBytes } = scenario.nic;
    const packetCount = packetsOf(plan.bytes[flow]!, mtuBytes);
    const { bugs } = this.#simulation;
    const receiver = this.#receivers.get(flow) ?? makeReceiver({ recovery, acks, nackIntervalPs, packetCount, mostHeld, bugs });
    this.#receivers.set(flow, receiver);
    return receiver;
  }

  #receiveAnswer(packet: Packet): void {
    const sender = this.#senders.get(packet.flow)!;
    if (!sender.complete) this.#entropyOf(packet.flow).noteAnswer(packet.flow, this.#simulation.now);
    sender.hear(packet, this.#simulation.now, (rttPs) => this.#entropyOf(packet.flow).hearAnswer(packet, rttPs));
    if (packet.type === ACK && !sender.complete) this.#sendProbes(packet.flow);
  }

  /** docs/model-balancers-host.md, section 8. */
  #sendProbes(flow: number): void {
    const { scenario, plan } = this.#simulation.input;
    for (const { number, entropy } of this.#entropyOf(flow).probes(flow)) {
      const pinned = this.#entropyOf(flow).pinsProbes(flow);
      const probe = { isProbe: true, isRetransmission: true, flow, seq: number, entropy, pinned, dstHost: plan.dstHost[flow]! };
      const wireBytes = scenario.nic.ackBytes;
      this.#nic.control.push({ ...BARE_PACKET, ...probe, type: DATA, wireBytes, trafficClass: this.#classOf(flow) });
    }
  }

  #receiveProbe(packet: Packet): void {
    const { type, flow, seq } = packet;
    const { scenario, plan } = this.#simulation.input;
    if (type === ACK && !this.#senders.get(flow)!.complete) this.#entropyOf(flow).hearProbeAnswer(flow, seq);
    if (type !== DATA) return;
    const { ackBytes, ackPriority } = scenario.nic;
    const trafficClass = ackPriority === 'high' ? 0 : this.#classOf(flow);
    const answer = { isProbe: true, flow, seq, ...this.#wayBack(packet), dstHost: plan.srcHost[flow]!, wireBytes: ackBytes, trafficClass };
    this.#nic.control.push({ ...BARE_PACKET, ...answer, type: ACK });
  }

  #receiveTrimmed(packet: Packet): void {
    const answer = this.#receiverOf(packet.flow).takeTrimmed(packet, this.#simulation.now);
    if (answer === null) return;
    this.#nic.control.push(this.#answerPacket(packet, answer));
    this.#count(packet, answer.type === NACK ? 'nacked header' : 'header');
  }

  #receiveData(packet: Packet): void {
    const { acks } = this.#simulation.input.scenario.nic;
    const receiver = this.#receiverOf(packet.flow);
    if (receiver.lacksPlaceFor(packet)) {
      this.#nic.control.push(this.#answerPacket(packet, receiver.discard(packet)));
      this.#count(packet, 'nacked header');
      return;
    }
    const wasComplete = receiver.isComplete;
    const answer = receiver.take(packet, this.#simulation.now);
    this.#simulation.reorderMaxPackets = Math.max(this.#simulation.reorderMaxPackets, receiver.heldPackets);
    if (answer !== null && acks !== 'none') this.#nic.control.push(this.#answerPacket(packet, answer));
    this.#count(packet, 'data');
    if (wasComplete || !receiver.isComplete) return;
    this.#context.ranks().flowArrived(packet.flow);
    if (acks === 'none') this.#context.informSender(packet.flow);
  }

  /** A packet counts towards what its sender is granted. */
  #count(packet: Packet, arrival: Arrival): void {
    const { flow, pullTarget } = packet;
    const pulls = this.#pulls[this.#simulation.input.jobOfFlow[flow]!]!;
    this.#latest.set(flow, packet);
    if (this.#receiverOf(flow).isComplete) pulls?.noteComplete(flow);
    else {
      if (arrival !== 'rts') pulls?.scale?.hear(packet, this.#simulation.now);
      pulls?.hear(flow, pullTarget, arrival, this.#simulation.now);
    }
  }

  #pullQueue(view: JobView, job: number): PullQueue | null {
    const context = this.#creditContext(view);
    if (context === null) return null;
    const tickAt = (timePs: number): void => {
      const tick = (): void => queue.tick(timePs);
      this.#simulation.scheduleLocal(timePs, this.#index, PULL_PACER, job, () => this.around(tick));
    };
    const queue = new PullQueue(context, tickAt, (flow, granted) => {
      const dstHost = view.input.plan.srcHost[flow]!;
      this.#sendControl({ ...BARE_PACKET, ...this.#wayBack(this.#latest.get(flow)!), type: PULL, flow, seq: granted, dstHost });
    });
    return queue;
  }

  #creditContext({ input, limits, bugs }: JobView): CreditContext | null {
    const { transport, nic } = input.scenario;
    const spec = grantsIn(transport);
    if (spec === null) return null;
    return { spec, limits, fullBytes: nic.mtuBytes + nic.headerBytes, lineBps: this.#lineBps, bugs };
  }

  #creditOf(flow: number): Credit | null {
    const context = this.#creditContext(this.#viewOf(flow));
    return context === null ? null : new Credit(context);
  }

  /** PULL and RTS. */
  #sendControl(packet: Omit<Packet, 'wireBytes' | 'trafficClass'>): void {
    this.#nic.control.push({ ...packet, wireBytes: this.#simulation.input.scenario.nic.ackBytes, trafficClass: 0 });
  }

  /** The route of an answer to a packet. */
  #wayBack({ entropy, pinned }: Packet): { readonly entropy: number; readonly pinned: boolean; readonly echo: number } {
    return { entropy: pinned ? this.#simulation.input.topology.pathReverse[entropy]! : entropy, pinned, echo: entropy };
  }

  #answerPacket(packet: Packet, answer: Answer): Packet {
    const { scenario, plan } = this.#simulation.input;
    const keepsWay = answer.type === ACK && this.#simulation.bugs.has('ack-on-forward-path');
    return {
      ...BARE_PACKET,
      ...answer,
      flow: packet.flow,
      dstHost: plan.srcHost[packet.flow]!,
      wireBytes: scenario.nic.ackBytes,
      trafficClass: scenario.nic.ackPriority === 'high' ? 0 : this.#classOf(packet.flow),
      ...this.#wayBack(packet),
      ...(keepsWay ? wayOf(packet) : {}),
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

const wayOf = ({ entropy, pinned }: Packet): { readonly entropy: number; readonly pinned: boolean } => ({ entropy, pinned });

/** Section 2: an empty flow is one packet. */
const packetsOf = (bytes: number, mtuBytes: number): number => Math.max(1, Math.ceil(bytes / mtuBytes));
