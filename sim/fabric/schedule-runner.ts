import { dependents, type Dependents } from '../base/dependents.ts';
import type { OperationTimes } from '../base/measures.ts';
import { COMPUTE, RECV, SEND, type Schedule } from '../base/schedule.ts';
import { inOneServer, type Topology } from '../base/topology.ts';
import type { FlowPlan } from '../balancing/flow-plan.ts';
import type { Engine } from '../engine/engine.ts';
import { COMPUTE_FINISHED, FLOW_STARTS, OPERATION_READY } from './local-events.ts';
import { ServerLinks } from './server-links.ts';

/** Job numbers have 8 bits. */
const MAX_JOBS = 256;

/** What the runner needs of a host. */
export interface FlowStarter {
  startFlow(flow: number): void;
}

/** Pairs of hosts that no way joins any more. */
export interface CutOff {
  /** From here on nobody is cut off any more. */
  readonly fromPs: number;
  isCutOff(srcHost: number, dstHost: number): boolean;
}

/**
 * Runs the operations of all ranks: counts dependencies down, posts messages, ends operations. Called per message, never per packet.
 * Each entry of its arrays belongs to the operation's own rank, so ranks stay independent inside a window.
 */
export class ScheduleRunner {
  /** Operations that have ended. */
  opsEnded = 0;
  /** End of the last operation so far. */
  lastEndPs = 0;
  /** The same of each job. */
  readonly opsEndedOfJob = new Int32Array(MAX_JOBS);
  readonly lastEndPsOfJob = new Float64Array(MAX_JOBS);
  /** Of own operations; from the start of a send to its end is the completion time of its flow. */
  readonly times: OperationTimes;
  readonly #schedule: Schedule;
  readonly #plan: FlowPlan;
  readonly #engine: Engine;
  readonly #hostOfRank: Int32Array;
  readonly #torOfHost: Int32Array;
  /** Messages inside servers; null: there are none. */
  readonly #serverLinks: ServerLinks | null;
  readonly #isInServer: (send: number) => boolean;
  readonly #batchWindowPs: Float64Array;
  #hosts: readonly FlowStarter[] = [];
  #isOwn: (host: number) => boolean = () => true;
  /** Computations under way. */
  #computing = 0;
  readonly #waitsFor: Int32Array;
  readonly #dependents: Dependents;
  /** Flows of send i are firstFlow[i] .. firstFlow[i] + pieces[i] - 1. */
  readonly #firstFlow: Int32Array;
  readonly #pieces: Int32Array;
  /** Pieces that the sender has not seen acknowledged; written by the sender. */
  readonly #unacknowledged: Int32Array;
  /** Pieces that have not arrived; written by the receiver. */
  readonly #missing: Int32Array;
  /** Of a receive: 1 when its dependencies are met. */
  readonly #isReady: Uint8Array;
  /** When the first send of a (rank, phase) was posted: Ethereal's batches. */
  readonly #batchOpenedPs = new Map<number, number>();

  /** @param batchWindowPs how long an Ethereal batch of each job collects sends; 0 without batches */
  constructor(engine: Engine, topology: Topology, schedule: Schedule, plan: FlowPlan, batchWindowPs: Float64Array) {
    const { ops } = schedule;
    this.#engine = engine;
    this.#schedule = schedule;
    this.#plan = plan;
    this.#hostOfRank = topology.hostOfRank;
    this.#torOfHost = topology.torOfHost;
    this.#batchWindowPs = batchWindowPs;
    this.times = { startPs: new Float64Array(ops).fill(NaN), endPs: new Float64Array(ops).fill(NaN) };
    this.#isReady = new Uint8Array(ops);
    this.#firstFlow = new Int32Array(ops).fill(-1);
    this.#pieces = new Int32Array(ops);
    for (let flow = 0; flow < plan.flows; flow++) {
      const send = plan.message[flow]!;
      if (this.#pieces[send]!++ === 0) this.#firstFlow[send] = flow;
    }
    const { server } = topology;
    this.#serverLinks = server === null ? null : new ServerLinks(engine, schedule, topology.hostOfRank, server, this);
    this.#isInServer = (send) => inOneServer(topology, schedule.rank[send]!, schedule.peer[send]!);
    // A message inside a server is one piece that is no flow.
    this.#unacknowledged =
      server === null
        ? this.#pieces.slice()
        : this.#pieces.map((pieces, op) => (schedule.kind[op] === SEND && this.#isInServer(op) ? 1 : pieces));
    this.#missing = this.#unacknowledged.slice();
    this.#waitsFor = Int32Array.from({ length: ops }, (_, i) => schedule.depOffset[i + 1]! - schedule.depOffset[i]!);
    this.#dependents = dependents(schedule);
  }

  /**
   * Takes the hosts, in order, and arms the operations that wait for nothing.
   *
   * @param isOwn whether a host is handled here
   */
  begin(hosts: readonly FlowStarter[], isOwn: (host: number) => boolean): void {
    this.#hosts = hosts;
    this.#isOwn = isOwn;
    const { ops, kind } = this.#schedule;
    for (let op = 0; op < ops; op++) {
      if (this.#waitsFor[op]! > 0 || !isOwn(this.#host(op))) continue;
      // A receive nobody waits for needs no event to become ready: its message cannot arrive at 0.
      if (kind[op] === RECV && this.#dependents.offset[op] === this.#dependents.offset[op + 1]) {
        this.#isReady[op] = 1;
        this.times.startPs[op] = 0;
      } else this.#engine.timer(this.#host(op), 0, OPERATION_READY, op);
    }
  }

  operationReady(op: number, nowPs: number): void {
    this.times.startPs[op] = nowPs;
    switch (this.#schedule.kind[op]) {
      case SEND:
        this.#post(op, nowPs);
        break;
      case RECV:
        this.#isReady[op] = 1;
        this.#countDown(op, 1, nowPs);
        if (this.#missing[this.#schedule.match[op]!] === 0) this.#end(op, nowPs);
        break;
      case COMPUTE:
        this.#countDown(op, 1, nowPs);
        this.#computing++;
        this.#engine.timer(this.#host(op), nowPs + this.#schedule.durationPs[op]!, COMPUTE_FINISHED, op);
        break;
    }
  }

  computeFinished(op: number, nowPs: number): void {
    this.#computing--;
    this.#end(op, nowPs);
  }

  /** The sender knows that all of `flow` has arrived. */
  flowComplete(flow: number, nowPs: number): void {
    this.messageEnded(this.#plan.message[flow]!, nowPs);
  }

  /** The sender knows of one more piece of a message that it has arrived. */
  messageEnded(send: number, nowPs: number): void {
    if (--this.#unacknowledged[send]! > 0) return;
    this.#end(send, nowPs);
  }

  /** An event of a message inside a server. */
  serverEvent(id: number, nowPs: number): void {
    this.#serverLinks!.handle(id, nowPs);
  }

  /** Own operations that may still end by themselves: computations, and posted sends between hosts that are not cut off. */
  underWay(cutOff: CutOff): number {
    let underWay = this.#computing;
    const { ops, kind, peer } = this.#schedule;
    for (let op = 0; op < ops; op++) {
      if (kind[op] !== SEND || this.#waitsFor[op]! > 0 || this.#unacknowledged[op] === 0 || !this.#isOwn(this.#host(op))) continue;
      if (this.#isInServer(op) || !cutOff.isCutOff(this.#host(op), this.#hostOfRank[peer[op]!]!)) underWay++;
    }
    return underWay;
  }

  /** All of `flow` has arrived at its receiver. */
  flowArrived(flow: number, nowPs: number): void {
    this.messageArrived(this.#plan.message[flow]!, nowPs);
  }

  /** One more piece of a message has arrived. */
  messageArrived(send: number, nowPs: number): void {
    if (--this.#missing[send]! > 0) return;
    const receive = this.#schedule.match[send]!;
    if (this.#isReady[receive] === 1) this.#end(receive, nowPs);
  }

  #host(op: number): number {
    return this.#hostOfRank[this.#schedule.rank[op]!]!;
  }

  #post(send: number, nowPs: number): void {
    this.#countDown(send, 1, nowPs);
    if (this.#pieces[send] === 0) {
      this.#serverLinks!.post(send, nowPs);
      return;
    }
    const host = this.#host(send);
    const first = this.#firstFlow[send]!;
    const batchWindowPs = this.#batchWindowPs[this.#schedule.jobOfOp[send]!]!;
    const holdPs = batchWindowPs === 0 ? 0 : this.#batchHoldPs(send, first, batchWindowPs, nowPs);
    for (let flow = first; flow < first + this.#pieces[send]!; flow++) {
      const delayPs = holdPs + this.#plan.startDelayPs[flow]!;
      if (delayPs === 0) this.#hosts[host]!.startFlow(flow);
      else this.#engine.timer(host, nowPs + delayPs, FLOW_STARTS, flow);
    }
  }

  /** How long Ethereal's batch holds a send back: the first send of a phase that leaves the rack opens the batch. */
  #batchHoldPs(send: number, flow: number, batchWindowPs: number, nowPs: number): number {
    if (this.#torOfHost[this.#plan.srcHost[flow]!] === this.#torOfHost[this.#plan.dstHost[flow]!]) return 0;
    const batch = this.#schedule.phase[send]! * this.#schedule.ranks + this.#schedule.rank[send]!;
    const openedPs = this.#batchOpenedPs.get(batch);
    if (openedPs === undefined) this.#batchOpenedPs.set(batch, nowPs);
    return Math.max(0, (openedPs ?? nowPs) + batchWindowPs - nowPs);
  }

  #end(op: number, nowPs: number): void {
    this.opsEnded++;
    this.times.endPs[op] = nowPs;
    if (nowPs > this.lastEndPs) this.lastEndPs = nowPs;
    const job = this.#schedule.jobOfOp[op]!;
    this.opsEndedOfJob[job]!++;
    if (nowPs > this.lastEndPsOfJob[job]!) this.lastEndPsOfJob[job] = nowPs;
    this.#countDown(op, 0, nowPs);
  }

  /** Operation `op` has started (`onStart` 1) or ended (0). */
  #countDown(op: number, onStart: 0 | 1, nowPs: number): void {
    const waiting = this.#dependents;
    for (let i = waiting.offset[op]!; i < waiting.offset[op + 1]!; i++) {
      if (waiting.onStart[i] !== onStart) continue;
      const dependent = waiting.op[i]!;
      if (--this.#waitsFor[dependent]! === 0) this.#engine.timer(this.#host(dependent), nowPs, OPERATION_READY, dependent);
    }
  }
}
