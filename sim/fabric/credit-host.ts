import type { NicSpec } from '../base/device-spec.ts';
import { PULL, RTS } from '../base/packet.ts';
import type { Engine } from '../engine/engine.ts';
import { DUE, NOW, RECORD_WORDS } from '../engine/record.ts';
import type { CreditGate } from '../transport/credit-gate.ts';
import type { FlowTable } from '../transport/flow-table.ts';
import { CAME_AS_RTS, PullQueue, type PullState } from '../transport/pull-queue.ts';
import type { ControlQueue } from './control-queue.ts';
import type { JobRules } from './job-rules.ts';
import { PULL_PACER } from './local-events.ts';
import type { WaysBack } from './ways-back.ts';
import { arena } from '../engine/arena.ts';

/** What the hosts of a run share where receivers grant credit. */
export interface CreditShared {
  readonly engine: Engine;
  readonly flows: FlowTable;
  readonly spec: Pick<NicSpec, 'ackBytes'>;
  /** null: answers carry the packet's entropy. */
  readonly waysBack: WaysBack | null;
}

/** Of each job, what a host has of receiver credit: one object for jobs that share their pull queues; null: the job needs no credit. */
export function creditHosts(
  shared: CreditShared,
  jobs: readonly JobRules[],
  host: number,
  rateBps: number,
  control: ControlQueue,
): (CreditHost | null)[] {
  const hosts: (CreditHost | null)[] = [];
  jobs.forEach(({ pulls }, job) => {
    const first = jobs.findIndex((other) => other.pulls === pulls);
    if (pulls === null) hosts.push(null);
    else hosts.push(first < job ? hosts[first]! : new CreditHost(shared, pulls, job, host, rateBps, control));
  });
  return hosts;
}

/** A host's part in receiver credit: the pull queue for what it receives, PULL and RTS packets. */
export class CreditHost {
  readonly #shared: CreditShared;
  readonly #pulls: PullState;
  readonly #pacer: number;
  readonly #host: number;
  readonly #queue: PullQueue;
  readonly #control: ControlQueue;
  readonly #ackSize: number;

  /**
   * @param pacer id of the pacer's events: `onTick`
   * @param rateBps of the host's link
   * @param control its queue of control packets
   */
  constructor(shared: CreditShared, pulls: PullState, pacer: number, host: number, rateBps: number, control: ControlQueue) {
    this.#shared = shared;
    this.#pulls = pulls;
    this.#pacer = pacer;
    this.#host = host;
    this.#queue = new PullQueue(pulls, rateBps);
    this.#control = control;
    this.#ackSize = shared.spec.ackBytes << 16;
  }

  /** The data packet, header or RTS at `address` has come, and was answered; `came` is one of the `CAME_...` of the pull queue. */
  onArrival(address: number, came: number): void {
    const { engine, waysBack } = this.#shared;
    const flow = arena[address + 1]!;
    const entropy = arena[address + 4]! & 0xffff;
    const path = waysBack === null ? entropy : waysBack.of(flow, entropy);
    if (came !== CAME_AS_RTS) this.#queue.count(flow, arena[address + 3]! & 0xff);
    const mustStart = this.#queue.onArrival(flow, arena[address + engine.layout.pull]!, came, path);
    if (mustStart) engine.timer(this.#host, engine.clock[NOW]!, PULL_PACER, this.#pacer);
  }

  /** Everything of this flow has arrived. */
  onComplete(flow: number): void {
    this.#queue.onComplete(flow);
  }

  /** The pacer's event: a PULL joins the control packets. */
  onTick(): void {
    const { engine, flows } = this.#shared;
    const pulls = this.#pulls;
    const flow = this.#queue.tick();
    if (flow < 0) return;
    this.#control.push(flow, pulls.granted[flow]!, (flows.srcHost[flow]! << 8) | PULL, this.#ackSize | pulls.path[flow]!, 0);
    engine.timer(this.#host, engine.clock[DUE]!, PULL_PACER, this.#pacer);
  }

  /** After the timer of `flow`: an RTS joins the control packets if its credit calls for one. */
  sendRts(flow: number, credit: CreditGate): void {
    const { engine, flows } = this.#shared;
    if (credit.rtsSeq < 0) return;
    const dstMeta = (flows.dstHost[flow]! << 8) | RTS;
    const extra = this.#control.push(flow, credit.rtsSeq, dstMeta, this.#ackSize | credit.rtsEntropy, 0);
    arena[extra + engine.layout.pull - RECORD_WORDS] = credit.target;
  }
}
