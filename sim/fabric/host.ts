import { InternalError } from '../base/errors.ts';
import type { EngineNode } from '../engine/engine.ts';
import { PORT_BITS, PORT_MASK } from '../engine/record.ts';
import { ANSWER_ACK, NO_ANSWER, type Receiver } from '../transport/sender.ts';
import {
  ACK,
  CE,
  COMPUTE_FINISHED,
  DATA,
  FLOW_STARTS,
  NACK,
  NIC_WAKE_UP,
  OPERATION_READY,
  RETRANSMISSION_TIMER,
  SENDER_INFORMED,
  TYPE_MASK,
} from './meta.ts';
import { Nic, type NicShared } from './nic.ts';
import type { ScheduleRunner } from './schedule-runner.ts';

/** What all hosts of a run share. */
export interface HostShared extends NicShared {
  readonly receiver: Receiver;
  readonly runner: ScheduleRunner;
  readonly ackBytes: number;
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
  readonly #host: number;

  constructor(shared: HostShared, host: number, link: number, firstFlow: number, flows: number) {
    this.#shared = shared;
    this.#host = host;
    this.nic = new Nic(shared, host, link, firstFlow, flows);
  }

  process(count: number): void {
    const { engine } = this.#shared;
    const { local, sorter } = engine;
    const startPs = engine.clock[0]!;
    const nic = this.nic;
    let i = 0;
    for (;;) {
      if (local.size > 0 && (i === count || this.#localIsNext(i))) {
        const key = local.topKey();
        const id = local.topId();
        local.pop();
        const nowPs = startPs + (key >>> PORT_BITS);
        nic.sync(nowPs);
        this.#onLocal(key & PORT_MASK, id, nowPs);
        nic.kick(nowPs);
        continue;
      }
      if (i === count) break;
      const key = sorter.keys[i]!;
      const address = sorter.addresses[i]!;
      i++;
      const nowPs = startPs + (key >>> PORT_BITS);
      nic.sync(nowPs);
      if ((key & PORT_MASK) === 0) this.#onPacket(address, nowPs);
      else this.#onLocal(key & PORT_MASK, engine.arena[address + 1]!, nowPs);
      nic.kick(nowPs);
    }
    if (nic.hasWork()) engine.markDirty(this.#host);
  }

  flush(windowEndPs: number): boolean {
    return this.nic.flush(windowEndPs);
  }

  /** A flow of this host begins. */
  startFlow(flow: number): void {
    this.nic.update(flow);
  }

  #localIsNext(i: number): boolean {
    const { local, sorter, arena } = this.#shared.engine;
    const key = sorter.keys[i]!;
    const localKey = local.topKey();
    return localKey < key || (localKey === key && local.topId() < arena[sorter.addresses[i]! + 1]!);
  }

  #onPacket(address: number, nowPs: number): void {
    const arena = this.#shared.engine.arena;
    const flow = arena[address + 1]!;
    const seq = arena[address + 2]!;
    const meta = arena[address + 3]! & 0xff;
    this.packetHops++;
    if ((meta & TYPE_MASK) === DATA) this.#onData(flow, seq, meta, arena[address + 4]! & 0xffff, nowPs);
    else this.#onAnswer(flow, seq, arena[address + 5]!, meta, nowPs);
  }

  #onData(flow: number, seq: number, meta: number, entropy: number, nowPs: number): void {
    const shared = this.#shared;
    const { receiver } = shared;
    const answer = receiver.accept(flow, seq, nowPs);
    const isComplete = receiver.completedNow;
    if (shared.informDelayPs !== null) {
      if (isComplete) this.#informSender(flow, nowPs);
    } else if (answer !== NO_ANSWER) {
      const expected = receiver.expected(flow);
      const isAck = answer === ANSWER_ACK;
      const path = shared.pathReverse === null ? entropy : shared.pathReverse[entropy]!;
      const dstMeta = (shared.flows.srcHost[flow]! << 8) | (isAck ? ACK | (meta & CE) : NACK);
      this.nic.control.push(flow, isAck ? seq : expected, dstMeta, (shared.ackBytes << 16) | path, expected);
    }
    if (isComplete) shared.runner.flowArrived(flow, nowPs);
  }

  #onAnswer(flow: number, seq: number, cumulative: number, meta: number, nowPs: number): void {
    const shared = this.#shared;
    const { sender } = shared;
    if (sender.isComplete(flow)) return;
    shared.lastActivityPs[flow] = nowPs;
    if ((meta & TYPE_MASK) === ACK) sender.onAck(flow, seq, cumulative, (meta & CE) !== 0);
    else sender.onNack(flow, cumulative);
    if (sender.isComplete(flow)) this.#completeFlow(flow, nowPs);
    else this.nic.update(flow);
  }

  #completeFlow(flow: number, nowPs: number): void {
    this.#shared.sender.close(flow);
    this.nic.update(flow);
    this.#shared.runner.flowComplete(flow, nowPs);
  }

  /** `acks: none`: the sender learns of the last byte after the propagation delay of the way back, without a packet. */
  #informSender(flow: number, nowPs: number): void {
    const { engine, flows, informDelayPs } = this.#shared;
    const address = engine.post(flows.srcHost[flow]!, nowPs + informDelayPs![flow]!, SENDER_INFORMED);
    engine.arena[address + 1] = flow;
  }

  #onLocal(eventClass: number, id: number, nowPs: number): void {
    const shared = this.#shared;
    switch (eventClass) {
      case SENDER_INFORMED:
        this.#completeFlow(id, nowPs);
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
    let deadlinePs = lastActivityPs[flow]! + rtoPs;
    if (deadlinePs <= nowPs) {
      sender.onTimeout(flow);
      this.nic.update(flow);
      deadlinePs = nowPs + rtoPs;
    }
    engine.timer(this.#host, deadlinePs, RETRANSMISSION_TIMER, flow);
  }
}
