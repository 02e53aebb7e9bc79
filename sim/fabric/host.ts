import type { HostBalancer } from '../balancing/packet-balancer.ts';
import { InternalError } from '../base/errors.ts';
import { ACK, AGAIN, CE, DATA, DISCARDED, LAST_HOP, NACK, PAUSE, PROBE, PULL, RESUME, RTS, TRIMMED, TYPE_MASK } from '../base/packet.ts';
import type { Engine, EngineNode } from '../engine/engine.ts';
import type { LocalHeap } from '../engine/local-heap.ts';
import { DUE, NOW, PORT_BITS, PORT_MASK, RECORD_WORDS, WINDOW_START } from '../engine/record.ts';
import { ANSWER_ACK, ANSWER_DISCARD, ANSWER_NACK, NO_ANSWER, type Receiver, type Sender } from '../transport/sender.ts';
import type { Telemetry } from '../transport/telemetry.ts';
import { CAME_AS_HEADER, CAME_AS_RTS, CAME_WHOLE } from '../transport/pull-queue.ts';
import { creditHosts, type CreditHost } from './credit-host.ts';
import {
  COMPUTE_FINISHED,
  FLOW_STARTS,
  NIC_WAKE_UP,
  OPERATION_READY,
  PULL_PACER,
  RETRANSMISSION_TIMER,
  SENDER_INFORMED,
  SERVER_LINK,
} from './local-events.ts';
import { Nic } from './nic.ts';
import { FLOW_WORDS, LAST_ACTIVITY_PS, type NicLink, type NicShared } from './nic-shared.ts';
import type { ScheduleRunner } from './schedule-runner.ts';
import type { WaysBack } from './ways-back.ts';
import { arena, doubles } from '../engine/arena.ts';

/** What all hosts of a run share. */
export interface HostShared extends NicShared {
  readonly receiver: Receiver;
  readonly runner: ScheduleRunner;
  /** Number of each flow in its job. */
  readonly ownFlow: Int32Array;
  /** null: answers carry the packet's entropy. */
  readonly waysBack: WaysBack | null;
  /** null: no congestion control needs any. */
  readonly telemetry: Telemetry | null;
  /** `acks: none`: propagation delay of the way back of each flow; null: answers are packets. */
  readonly informDelayPs: Float64Array | null;
}

/** A host: its NIC, and the sender, receiver and schedule state of its flows and operations. */
export class Host implements EngineNode {
  readonly nic: Nic;
  /** Packets delivered here. */
  packetHops = 0;
  readonly #shared: HostShared;
  // What every packet needs is a field of its own: a chain of fields is a chain of loads and checks.
  readonly #engine: Engine;
  readonly #local: LocalHeap;
  readonly #clock: Float64Array;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #balancer: HostBalancer;
  readonly #hearsFeedback: boolean;
  readonly #srcHostAt: number;
  readonly #flowsAt: number;
  readonly #jobOfFlow: Uint8Array;
  readonly #waysBack: WaysBack | null;
  readonly #ackSize: number;
  readonly #hasExtraWords: boolean;
  readonly #telemetry: Telemetry | null;
  readonly #informDelayPs: Float64Array | null;
  readonly #hasCredit: boolean;
  readonly #hasProbers: boolean;
  /** Of each job; null: its senders need no credit. */
  readonly #credits: readonly (CreditHost | null)[];
  readonly #host: number;

  constructor(shared: HostShared, host: number, link: NicLink, firstFlow: number, flows: number) {
    this.#shared = shared;
    this.#engine = shared.engine;
    this.#local = shared.engine.local;
    this.#clock = shared.engine.clock;
    this.#sender = shared.sender;
    this.#receiver = shared.receiver;
    this.#balancer = shared.balancer;
    this.#hearsFeedback = shared.balancer.hearsFeedback;
    this.#srcHostAt = shared.flows.srcHostAt;
    this.#flowsAt = shared.flowsAt;
    this.#jobOfFlow = shared.jobOfFlow;
    this.#waysBack = shared.waysBack;
    this.#ackSize = shared.spec.ackBytes << 16;
    this.#hasExtraWords = shared.engine.layout.words > RECORD_WORDS;
    this.#telemetry = shared.telemetry;
    this.#informDelayPs = shared.informDelayPs;
    this.#host = host;
    this.nic = new Nic(shared, host, link, firstFlow, flows);
    this.#hasProbers = shared.jobs.some(({ prober }) => prober !== null);
    this.#hasCredit = shared.jobs.some(({ credit }) => credit !== null);
    this.#credits = creditHosts(shared, shared.jobs, host, link.rateBps, this.nic.control);
  }

  process(count: number): void {
    const local = this.#local;
    const { addressesAt } = this.#engine.batch;
    const startPs = doubles[WINDOW_START]!;
    const nic = this.nic;
    let i = 0;
    for (;;) {
      if (local.size > 0 && (i === count || this.#localIsNext(arena[(addressesAt + i) | 0]!))) {
        const key = local.topKey();
        const id = local.topId();
        local.pop();
        doubles[NOW] = startPs + (key >>> PORT_BITS);
        nic.sync();
        this.#onLocal(key & PORT_MASK, id);
        nic.kick();
        continue;
      }
      if (i === count) break;
      const address = arena[(addressesAt + i++) | 0]!;
      const key = arena[address]!;
      doubles[NOW] = startPs + (key >>> PORT_BITS);
      nic.sync();
      if ((key & PORT_MASK) === 0) this.#onPacket(address);
      else this.#onLocal(key & PORT_MASK, arena[(address + 1) | 0]!);
      nic.kick();
    }
    if (nic.hasWork()) this.#engine.markDirty(this.#host);
  }

  flush(): boolean {
    return this.nic.flush();
  }

  /** A flow of this host begins. */
  startFlow(flow: number): void {
    if (this.#balancer.hearsFlows) this.#balancer.onPosted(flow);
    this.nic.open(flow);
  }

  /** Whether the first local event comes before the record at `address`. */
  #localIsNext(address: number): boolean {
    const key = arena[address]!;
    const localKey = this.#local.topKey();
    return localKey < key || (localKey === key && this.#local.topId() < arena[(address + 1) | 0]!);
  }

  #onPacket(address: number): void {
    const meta = arena[(address + 3) | 0]! & 0xff;
    const type = meta & (TYPE_MASK | PROBE);
    this.packetHops++;
    if (type === DATA) this.#onData(address, meta);
    else if (type <= NACK) this.#onAnswer(address, meta);
    else this.#onRarePacket(address, meta);
  }

  #onRarePacket(address: number, meta: number): void {
    switch (meta & (TYPE_MASK | PROBE)) {
      case PROBE | DATA:
        this.#answerProbe(address);
        break;
      case PROBE | ACK:
        this.#onProbeAnswer(arena[(address + 1) | 0]!, arena[(address + 2) | 0]!);
        break;
      case PROBE | TRIMMED:
        break;
      case TRIMMED:
        this.#onTrimmed(address, meta);
        break;
      case PULL:
        this.#onPull(arena[(address + 1) | 0]!, arena[(address + 2) | 0]!);
        break;
      case RTS:
        this.#creditOf(arena[(address + 1) | 0]!)!.onArrival(address, CAME_AS_RTS);
        break;
      case PAUSE:
      case RESUME:
        this.nic.setPaused(arena[(address + 2) | 0]!, (meta & TYPE_MASK) === PAUSE);
        break;
      default:
        throw new InternalError('E921', `host ${this.#host} has got a packet of type ${meta & TYPE_MASK}`);
    }
  }

  #onData(address: number, meta: number): void {
    const receiver = this.#receiver;
    const flow = arena[(address + 1) | 0]!;
    const seq = arena[(address + 2) | 0]!;
    const sizeEntropy = arena[(address + 4) | 0]!;
    const answer = receiver.accept(flow, seq, meta, sizeEntropy >>> 16);
    const isComplete = receiver.completedNow;
    if (this.#informDelayPs !== null) {
      if (isComplete) this.#informSender(flow);
    } else if (answer === ANSWER_ACK) {
      this.#answer(flow, seq, ACK | (meta & (CE | AGAIN)), sizeEntropy & 0xffff, address);
    } else if (answer === ANSWER_NACK) {
      this.#answer(flow, receiver.expected(flow), NACK, sizeEntropy & 0xffff, address);
    } else if (answer === ANSWER_DISCARD) {
      this.#discard(address, meta);
      return;
    }
    if (this.#hasCredit) this.#countTowardsCredit(flow, isComplete, address);
    if (isComplete) this.#shared.runner.flowArrived(flow, this.#clock[NOW]!);
  }

  /** The receiver has no place for the packet at `address`. */
  #discard(address: number, meta: number): void {
    const flow = arena[(address + 1) | 0]!;
    const flags = NACK | DISCARDED | LAST_HOP | (meta & (CE | AGAIN));
    this.#answer(flow, arena[(address + 2) | 0]!, flags, arena[(address + 4) | 0]! & 0xffff, address);
    const credit = this.#hasCredit ? this.#creditOf(flow) : null;
    if (credit !== null) credit.onArrival(address, CAME_AS_HEADER);
  }

  /** The header of a packet whose payload a switch has cut off. */
  #onTrimmed(address: number, meta: number): void {
    const flow = arena[(address + 1) | 0]!;
    const seq = arena[(address + 2) | 0]!;
    const answer = this.#receiver.acceptTrimmed(flow, seq);
    if (answer === NO_ANSWER) return;
    const isAck = answer === ANSWER_ACK;
    // Go-back-N has one kind of NACK, which names what is expected.
    const isSelective = this.#shared.jobs[this.#jobOfFlow[flow]!]!.nacksAreTrims;
    const number = isAck || isSelective ? seq : this.#receiver.expected(flow);
    const flags = isAck ? ACK | (meta & AGAIN) : NACK | (meta & (CE | LAST_HOP | (isSelective ? AGAIN : 0)));
    this.#answer(flow, number, flags, arena[(address + 4) | 0]! & 0xffff, address);
    const credit = this.#hasCredit ? this.#creditOf(flow) : null;
    if (credit !== null) credit.onArrival(address, isAck ? CAME_WHOLE : CAME_AS_HEADER);
  }

  /** A receiver has granted `granted` quanta in all. */
  #onPull(flow: number, granted: number): void {
    if (this.#sender.isComplete(flow)) return;
    const { jobs, ownFlow } = this.#shared;
    jobs[this.#jobOfFlow[flow]!]!.credit!.onPull(ownFlow[flow]!, granted);
    this.nic.update(flow);
  }

  /** Puts an answer to the packet at `address` into the queue of control packets. */
  #answer(flow: number, seq: number, meta: number, entropy: number, address: number): void {
    const { control } = this.nic;
    const path = this.#waysBack === null ? entropy : this.#waysBack.of(flow, entropy);
    const extra = control.push(
      flow,
      seq,
      (arena[(this.#srcHostAt + flow) | 0]! << 8) | meta,
      this.#ackSize | path,
      this.#receiver.expected(flow),
    );
    if (this.#hasExtraWords) this.#writeExtra(flow, seq, extra, address);
  }

  /** What an answer says beyond its five words. */
  #writeExtra(flow: number, seq: number, at: number, address: number): void {
    const { layout } = this.#engine;
    if (layout.sack > 0) this.#receiver.writeExtra(flow, seq, at + layout.sack - RECORD_WORDS);
    if (layout.telemetry === 0) return;
    const first = at + layout.telemetry - RECORD_WORDS;
    for (let i = 0; i < layout.words - layout.telemetry; i++) arena[first + i] = arena[address + layout.telemetry + i]!;
  }

  #onAnswer(address: number, meta: number): void {
    const flow = arena[(address + 1) | 0]!;
    const seq = arena[(address + 2) | 0]!;
    const sender = this.#sender;
    if (sender.isComplete(flow)) return;
    doubles[this.#lastActivityAt(flow)] = doubles[NOW]!;
    const isMarked = (meta & CE) !== 0;
    const isLastHop = (meta & LAST_HOP) !== 0;
    const isAck = (meta & TYPE_MASK) === ACK;
    if (this.#telemetry !== null && isAck) this.#shared.control.onTelemetry(flow, this.#telemetry, address);
    if (isAck) sender.onAck(flow, seq, arena[(address + 5) | 0]!, isMarked, address);
    else if ((meta & DISCARDED) !== 0) sender.onDiscard(flow, seq, address);
    else sender.onNack(flow, seq, arena[(address + 5) | 0]!, isLastHop, address);
    if (this.#hearsFeedback) {
      // The path of an answer is the way back of the packet's.
      const entropy = arena[(address + 4) | 0]! & 0xffff;
      const path = this.#waysBack === null ? entropy : this.#waysBack.of(flow, entropy);
      if (isAck) this.#balancer.onAck(flow, path, isMarked, seq);
      else if (this.#shared.jobs[this.#jobOfFlow[flow]!]!.nacksAreTrims) this.#balancer.onNack(flow, path, isLastHop, isMarked);
      else this.#balancer.onGoBack(flow);
    }
    if (sender.isComplete(flow)) {
      this.#completeFlow(flow);
      return;
    }
    this.nic.update(flow);
    if (this.#hasProbers && isAck) this.#sendProbes(flow);
  }

  /** The ACK in hand may have called for probes. */
  #sendProbes(flow: number): void {
    const { prober } = this.#shared.jobs[this.#jobOfFlow[flow]!]!;
    if (prober === null) return;
    const dstMeta = (this.#shared.flows.dstHost[flow]! << 8) | DATA | PROBE | AGAIN;
    for (let i = 0; i < prober.wanted; i++) this.#sendBare(flow, prober.numbers[i]!, dstMeta, prober.entropies[i]!);
  }

  #answerProbe(address: number): void {
    const flow = arena[(address + 1) | 0]!;
    const entropy = arena[(address + 4) | 0]! & 0xffff;
    const path = this.#waysBack === null ? entropy : this.#waysBack.of(flow, entropy);
    this.#sendBare(flow, arena[(address + 2) | 0]!, (arena[(this.#srcHostAt + flow) | 0]! << 8) | ACK | PROBE, path);
  }

  #onProbeAnswer(flow: number, probe: number): void {
    const { jobs, ownFlow } = this.#shared;
    if (!this.#sender.isComplete(flow)) jobs[this.#jobOfFlow[flow]!]!.prober!.onProbeAnswer(ownFlow[flow]!, probe);
  }

  /** A packet that says nothing beyond its six words; not a first transmission. */
  #sendBare(flow: number, seq: number, dstMeta: number, entropy: number): void {
    const { control } = this.nic;
    const extra = control.push(flow, seq, dstMeta, this.#ackSize | entropy, 1);
    arena.fill(0, extra, extra + control.stride - RECORD_WORDS + 1);
  }

  #creditOf(flow: number): CreditHost | null {
    return this.#credits[this.#jobOfFlow[flow]!]!;
  }

  /** The data packet at `address` has been answered. */
  #countTowardsCredit(flow: number, isComplete: boolean, address: number): void {
    const credit = this.#creditOf(flow);
    if (credit === null) return;
    if (isComplete) credit.onComplete(flow);
    else credit.onArrival(address, CAME_WHOLE);
  }

  #lastActivityAt(flow: number): number {
    return (((this.#flowsAt + flow * FLOW_WORDS) >> 1) + LAST_ACTIVITY_PS) | 0;
  }

  #completeFlow(flow: number): void {
    this.#shared.sender.close(flow);
    if (this.#balancer.hearsFlows) this.#balancer.onComplete(flow);
    this.nic.close(flow);
    this.#shared.runner.flowComplete(flow, this.#shared.engine.clock[NOW]!);
  }

  /** `acks: none`: the sender learns of the last byte after the propagation delay of the way back, without a packet. */
  #informSender(flow: number): void {
    const { engine, flows } = this.#shared;
    engine.clock[DUE] = engine.clock[NOW]! + this.#informDelayPs![flow]!;
    const address = engine.mailboxes.post(flows.srcHost[flow]!, SENDER_INFORMED);
    arena[(address + 1) | 0] = flow;
  }

  #onLocal(eventClass: number, id: number): void {
    const shared = this.#shared;
    const nowPs = shared.engine.clock[NOW]!;
    switch (eventClass) {
      case PULL_PACER:
        this.#credits[id]!.onTick();
        break;
      case SENDER_INFORMED:
        this.#completeFlow(id);
        break;
      case NIC_WAKE_UP:
        this.nic.wakeUp();
        break;
      case RETRANSMISSION_TIMER:
        this.#onTimer(id, nowPs);
        break;
      case COMPUTE_FINISHED:
        shared.runner.computeFinished(id, nowPs);
        break;
      case OPERATION_READY:
        shared.runner.operationReady(id, nowPs);
        break;
      case FLOW_STARTS:
        this.startFlow(id);
        break;
      case SERVER_LINK:
        shared.runner.serverEvent(id, nowPs);
        break;
      default:
        throw new InternalError('E920', `host ${this.#host} has no local event of class ${eventClass}`);
    }
  }

  /** One lazy timer a flow: when it fires early it is armed again for the deadline. */
  #onTimer(flow: number, nowPs: number): void {
    const { engine, sender, jobs } = this.#shared;
    if (sender.isComplete(flow)) return;
    const { rtoPs, credit, hearsFlowTimeouts } = jobs[this.#jobOfFlow[flow]!]!;
    if (sender.ownsTimer(flow)) {
      sender.onTimer(flow);
      if (credit !== null) this.#creditOf(flow)!.sendRts(flow, credit);
      this.nic.update(flow);
      if (engine.clock[DUE]! < Infinity) engine.timer(this.#host, engine.clock[DUE]!, RETRANSMISSION_TIMER, flow);
      return;
    }
    let deadlinePs = doubles[this.#lastActivityAt(flow)]! + rtoPs;
    if (deadlinePs <= nowPs) {
      const isOutstanding = sender.inFlightBytes(flow) > 0;
      sender.onTimeout(flow);
      if (isOutstanding && hearsFlowTimeouts) this.#balancer.onTimeout(flow, -1);
      this.nic.update(flow);
      deadlinePs = nowPs + rtoPs;
    }
    engine.timer(this.#host, deadlinePs, RETRANSMISSION_TIMER, flow);
  }
}
