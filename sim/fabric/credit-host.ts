import { PULL, RTS } from '../base/packet.ts';
import type { Engine } from '../engine/engine.ts';
import { DUE, NOW, RECORD_WORDS } from '../engine/record.ts';
import type { CreditGate } from '../transport/credit-gate.ts';
import type { FlowTable } from '../transport/flow-table.ts';
import { PullQueue, type PullState } from '../transport/pull-queue.ts';
import type { ControlQueue } from './control-queue.ts';
import { PULL_PACER } from './local-events.ts';

/** What the hosts of a run share where receivers grant credit. */
export interface CreditShared {
  readonly engine: Engine;
  readonly flows: FlowTable;
  readonly credit: CreditGate;
  readonly pulls: PullState;
  readonly ackBytes: number;
  /** The path of the answer to a packet on each path; null: answers carry the packet's entropy. */
  readonly pathReverse: Int32Array | null;
}

/** A host's part in receiver credit: the pull queue for what it receives, PULL and RTS packets. */
export class CreditHost {
  readonly #shared: CreditShared;
  readonly #host: number;
  readonly #queue: PullQueue;
  readonly #control: ControlQueue;
  readonly #ackSize: number;

  /** @param rateBps of the host's link; @param control its queue of control packets */
  constructor(shared: CreditShared, host: number, rateBps: number, control: ControlQueue) {
    this.#shared = shared;
    this.#host = host;
    this.#queue = new PullQueue(shared.pulls, rateBps);
    this.#control = control;
    this.#ackSize = shared.ackBytes << 16;
  }

  /** The data packet, header or RTS at `address` has come, and was answered; `came` is one of the `CAME_...` of the pull queue. */
  onArrival(address: number, came: number): void {
    const { engine, pathReverse } = this.#shared;
    const { arena } = engine.mailboxes;
    const flow = arena[address + 1]!;
    const entropy = arena[address + 4]! & 0xffff;
    const path = pathReverse === null ? entropy : pathReverse[entropy]!;
    const mustStart = this.#queue.onArrival(flow, arena[address + engine.layout.pull]!, came, path);
    if (mustStart) engine.timer(this.#host, engine.clock[NOW]!, PULL_PACER, 0);
  }

  /** Everything of this flow has arrived. */
  onComplete(flow: number): void {
    this.#queue.onComplete(flow);
  }

  /** The pacer's event: a PULL joins the control packets. */
  onTick(): void {
    const { engine, flows, pulls } = this.#shared;
    const flow = this.#queue.tick();
    if (flow < 0) return;
    this.#control.push(flow, pulls.granted[flow]!, (flows.srcHost[flow]! << 8) | PULL, this.#ackSize | pulls.path[flow]!, 0);
    engine.timer(this.#host, engine.clock[DUE]!, PULL_PACER, 0);
  }

  /** After the timer of `flow`: an RTS joins the control packets if it calls for one. */
  sendRts(flow: number): void {
    const { engine, flows, credit } = this.#shared;
    if (credit.rtsSeq < 0) return;
    const dstMeta = (flows.dstHost[flow]! << 8) | RTS;
    const extra = this.#control.push(flow, credit.rtsSeq, dstMeta, this.#ackSize | credit.rtsEntropy, 0);
    this.#control.words[extra + engine.layout.pull - RECORD_WORDS] = credit.target;
  }
}
