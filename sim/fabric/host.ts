import type { PacketBalancer } from '../balancing/packet-balancer.ts';
import { InternalError } from '../base/errors.ts';
import { ACK, CE, DATA, LAST_HOP, NACK, TYPE_MASK } from '../base/packet.ts';
import type { Engine, EngineNode } from '../engine/engine.ts';
import type { LocalHeap } from '../engine/local-heap.ts';
import type { Mailboxes } from '../engine/mailboxes.ts';
import { DUE, NOW, PORT_BITS, PORT_MASK, WINDOW_START } from '../engine/record.ts';
import { ANSWER_ACK, NO_ANSWER, type Receiver, type Sender } from '../transport/sender.ts';
import { COMPUTE_FINISHED, FLOW_STARTS, NIC_WAKE_UP, OPERATION_READY, RETRANSMISSION_TIMER, SENDER_INFORMED } from './local-events.ts';
import { Nic, type NicLink, type NicShared } from './nic.ts';
import type { ScheduleRunner } from './schedule-runner.ts';

/** What all hosts of a run share. */
export interface HostShared extends NicShared {
  readonly receiver: Receiver;
  readonly runner: ScheduleRunner;
  /** The path of the answer to a packet on each path; null: answers carry the packet's entropy. */
  readonly pathReverse: Int32Array | null;
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
  readonly #mailboxes: Mailboxes;
  readonly #local: LocalHeap;
  readonly #clock: Float64Array;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #balancer: PacketBalancer;
  readonly #hearsFeedback: boolean;
  readonly #srcHost: Int32Array;
  readonly #lastActivityPs: Float64Array;
  readonly #pathReverse: Int32Array | null;
  readonly #ackSize: number;
  readonly #host: number;

  constructor(shared: HostShared, host: number, link: NicLink, firstFlow: number, flows: number) {
    this.#shared = shared;
    this.#engine = shared.engine;
    this.#mailboxes = shared.engine.mailboxes;
    this.#local = shared.engine.local;
    this.#clock = shared.engine.clock;
    this.#sender = shared.sender;
    this.#receiver = shared.receiver;
    this.#balancer = shared.balancer;
    this.#hearsFeedback = shared.balancer.hearsFeedback;
    this.#srcHost = shared.flows.srcHost;
    this.#lastActivityPs = shared.lastActivityPs;
    this.#pathReverse = shared.pathReverse;
    this.#ackSize = shared.ackBytes << 16;
    this.#host = host;
    this.nic = new Nic(shared, host, link, firstFlow, flows);
  }

  process(count: number): void {
    const local = this.#local;
    const clock = this.#clock;
    const addresses = this.#engine.batch.addresses;
    const startPs = clock[WINDOW_START]!;
    const nic = this.nic;
    let i = 0;
    for (;;) {
      if (local.size > 0 && (i === count || this.#localIsNext(addresses[i]!))) {
        const key = local.topKey();
        const id = local.topId();
        local.pop();
        clock[NOW] = startPs + (key >>> PORT_BITS);
        nic.sync();
        this.#onLocal(key & PORT_MASK, id);
        nic.kick();
        continue;
      }
      if (i === count) break;
      const address = addresses[i++]!;
      const key = this.#mailboxes.arena[address]!;
      clock[NOW] = startPs + (key >>> PORT_BITS);
      nic.sync();
      if ((key & PORT_MASK) === 0) this.#onPacket(address);
      else this.#onLocal(key & PORT_MASK, this.#mailboxes.arena[address + 1]!);
      nic.kick();
    }
    if (nic.hasWork()) this.#engine.markDirty(this.#host);
  }

  flush(): boolean {
    return this.nic.flush();
  }

  /** A flow of this host begins. */
  startFlow(flow: number): void {
    this.nic.update(flow);
  }

  /** Whether the first local event comes before the record at `address`. */
  #localIsNext(address: number): boolean {
    const arena = this.#mailboxes.arena;
    const key = arena[address]!;
    const localKey = this.#local.topKey();
    return localKey < key || (localKey === key && this.#local.topId() < arena[address + 1]!);
  }

  #onPacket(address: number): void {
    const arena = this.#mailboxes.arena;
    const flow = arena[address + 1]!;
    const seq = arena[address + 2]!;
    const meta = arena[address + 3]! & 0xff;
    this.packetHops++;
    const sizeEntropy = arena[address + 4]!;
    if ((meta & TYPE_MASK) === DATA) this.#onData(flow, seq, meta, sizeEntropy >>> 16, sizeEntropy & 0xffff);
    else this.#onAnswer(flow, seq, arena[address + 5]!, meta, sizeEntropy & 0xffff, address);
  }

  #onData(flow: number, seq: number, meta: number, bytes: number, entropy: number): void {
    const receiver = this.#receiver;
    const answer = receiver.accept(flow, seq, meta, bytes);
    const isComplete = receiver.completedNow;
    if (this.#shared.informDelayPs !== null) {
      if (isComplete) this.#informSender(flow);
    } else if (answer !== NO_ANSWER) {
      const expected = receiver.expected(flow);
      const isAck = answer === ANSWER_ACK;
      const path = this.#pathReverse === null ? entropy : this.#pathReverse[entropy]!;
      const dstMeta = (this.#srcHost[flow]! << 8) | (isAck ? ACK | (meta & CE) : NACK);
      this.nic.control.push(flow, isAck ? seq : expected, dstMeta, this.#ackSize | path, expected);
    }
    if (isComplete) this.#shared.runner.flowArrived(flow, this.#clock[NOW]!);
  }

  #onAnswer(flow: number, seq: number, cumulative: number, meta: number, entropy: number, address: number): void {
    const sender = this.#sender;
    if (sender.isComplete(flow)) return;
    this.#lastActivityPs[flow] = this.#clock[NOW]!;
    const isMarked = (meta & CE) !== 0;
    const isLastHop = (meta & LAST_HOP) !== 0;
    const isAck = (meta & TYPE_MASK) === ACK;
    if (isAck) sender.onAck(flow, seq, cumulative, isMarked, address);
    else sender.onNack(flow, seq, cumulative, isLastHop);
    if (this.#hearsFeedback) {
      // The path of an answer is the way back of the packet's.
      const path = this.#pathReverse === null ? entropy : this.#pathReverse[entropy]!;
      if (isAck) this.#balancer.onAck(flow, path, isMarked);
      else this.#balancer.onNack(flow, path, isLastHop, isMarked);
    }
    if (sender.isComplete(flow)) this.#completeFlow(flow);
    else this.nic.update(flow);
  }

  #completeFlow(flow: number): void {
    this.#shared.sender.close(flow);
    this.nic.update(flow);
    this.#shared.runner.flowComplete(flow, this.#shared.engine.clock[NOW]!);
  }

  /** `acks: none`: the sender learns of the last byte after the propagation delay of the way back, without a packet. */
  #informSender(flow: number): void {
    const { engine, flows, informDelayPs } = this.#shared;
    engine.clock[DUE] = engine.clock[NOW]! + informDelayPs![flow]!;
    const address = engine.mailboxes.post(flows.srcHost[flow]!, SENDER_INFORMED);
    engine.mailboxes.arena[address + 1] = flow;
  }

  #onLocal(eventClass: number, id: number): void {
    const shared = this.#shared;
    const nowPs = shared.engine.clock[NOW]!;
    switch (eventClass) {
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
      default:
        throw new InternalError('E920', `host ${this.#host} has no local event of class ${eventClass}`);
    }
  }

  /** One lazy timer a flow: when it fires early it is armed again for the deadline. */
  #onTimer(flow: number, nowPs: number): void {
    const { engine, sender, lastActivityPs, rtoPs } = this.#shared;
    if (sender.isComplete(flow)) return;
    if (sender.ownsTimer) {
      sender.onTimer(flow);
      this.nic.update(flow);
      if (engine.clock[DUE]! < Infinity) engine.timer(this.#host, engine.clock[DUE]!, RETRANSMISSION_TIMER, flow);
      return;
    }
    let deadlinePs = lastActivityPs[flow]! + rtoPs;
    if (deadlinePs <= nowPs) {
      sender.onTimeout(flow);
      this.nic.update(flow);
      deadlinePs = nowPs + rtoPs;
    }
    engine.timer(this.#host, deadlinePs, RETRANSMISSION_TIMER, flow);
  }
}
