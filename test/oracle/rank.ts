import type { OperationTimes } from '../../sim/base/measures.ts';
import { COMPUTE, RECV, SEND } from '../../sim/base/schedule.ts';
import { Islands } from './island.ts';
import type { Simulation } from './simulation.ts';

const COMPUTE_FINISHED = 2044;
const OPERATION_READY = 2045;
const FLOW_STARTS = 2046;

/** How the operations of a host reach its network side. */
export interface RankContext {
  /** Runs an event of the host: what its NIC does around it included. */
  readonly around: (handle: () => void) => void;
  readonly startFlow: (flow: number) => void;
}

/** Section 8: the operations of all ranks. What one rank knows of another comes only through `messageArrived` and `flowEnded`. */
export class Ranks {
  readonly ended: boolean[];
  readonly fctPs: Float64Array;
  readonly times: OperationTimes;
  lastEndPs = 0;
  readonly #simulation: Simulation;
  readonly #contextOfHost: (host: number) => RankContext;
  readonly #islands: Islands;
  readonly #waitsFor: number[];
  readonly #onStart: number[][];
  readonly #onEnd: number[][];
  readonly #flowsOf: number[][];
  readonly #started: boolean[];
  readonly #arrived: boolean[];
  readonly #postedPs: number[];
  readonly #flowsToEnd: number[];
  readonly #flowsToArrive: number[];
  /** `ethereal`: when the batch of (source, phase) was opened. */
  readonly #batchOpenedPs = new Map<string, number>();

  constructor(simulation: Simulation, contextOfHost: (host: number) => RankContext) {
    const { schedule, plan } = simulation.input;
    const lists = (): number[][] => Array.from({ length: schedule.ops }, () => []);
    const filled = <T>(value: T): T[] => Array.from({ length: schedule.ops }, () => value);
    this.#simulation = simulation;
    this.#contextOfHost = contextOfHost;
    this.#islands = new Islands(simulation, {
      arrived: (send) => this.#messageArrived(send),
      ended: (send) => this.#messageEnded(send),
      around: (rank, handle) => contextOfHost(simulation.input.topology.hostOfRank[rank]!).around(handle),
    });
    this.ended = filled(false);
    this.fctPs = new Float64Array(schedule.ops).fill(NaN);
    this.times = { startPs: new Float64Array(schedule.ops).fill(NaN), endPs: new Float64Array(schedule.ops).fill(NaN) };
    this.#started = filled(false);
    this.#arrived = filled(false);
    this.#postedPs = filled(NaN);
    this.#waitsFor = filled(0);
    this.#onStart = lists();
    this.#onEnd = lists();
    for (let op = 0; op < schedule.ops; op++) {
      for (let e = schedule.depOffset[op]!; e < schedule.depOffset[op + 1]!; e++) {
        this.#waitsFor[op]!++;
        const waitsForStart = schedule.depOnStart[e] === 1 && !simulation.bugs.has('start-edge-waits-for-end');
        const listeners = waitsForStart ? this.#onStart : this.#onEnd;
        listeners[schedule.depOp[e]!]!.push(op);
      }
    }
    this.#flowsOf = lists();
    for (let flow = 0; flow < plan.flows; flow++) this.#flowsOf[plan.message[flow]!]!.push(flow);
    this.#flowsToEnd = this.#flowsOf.map((flows) => flows.length);
    this.#flowsToArrive = [...this.#flowsToEnd];
  }

  /** Makes the operations without dependencies ready, at 0. */
  begin(): void {
    for (let op = 0; op < this.#simulation.input.schedule.ops; op++) if (this.#waitsFor[op] === 0) this.#ready(op);
  }

  /** The last packet of a flow has arrived at its receiver. */
  flowArrived(flow: number): void {
    const { plan } = this.#simulation.input;
    const send = plan.message[flow]!;
    this.#flowsToArrive[send]!--;
    if (this.#flowsToArrive[send]! === 0) this.#messageArrived(send);
  }

  #messageArrived(send: number): void {
    const { schedule } = this.#simulation.input;
    const receive = schedule.match[send]!;
    this.#arrived[receive] = true;
    if (this.#started[receive]) this.#end(receive);
  }

  /** The sender of a flow knows that everything has arrived. */
  flowEnded(flow: number): void {
    const send = this.#simulation.input.plan.message[flow]!;
    this.#flowsToEnd[send]!--;
    if (this.#flowsToEnd[send]! === 0) this.#messageEnded(send);
  }

  #messageEnded(send: number): void {
    this.fctPs[send] = this.#simulation.now - this.#postedPs[send]!;
    this.#end(send);
  }

  #ready(op: number): void {
    this.#local(op, this.#simulation.now, OPERATION_READY, op, () => this.#handle(op));
  }

  #handle(op: number): void {
    const { schedule } = this.#simulation.input;
    this.#started[op] = true;
    this.times.startPs[op] = this.#simulation.now;
    this.#countDown(this.#onStart[op]!);
    switch (schedule.kind[op]) {
      case SEND:
        this.#post(op);
        break;
      case RECV:
        if (this.#arrived[op]) this.#end(op);
        break;
      case COMPUTE:
        this.#local(op, this.#simulation.now + schedule.durationPs[op]!, COMPUTE_FINISHED, op, () => this.#end(op));
        break;
    }
  }

  #post(send: number): void {
    const { plan } = this.#simulation.input;
    const now = this.#simulation.now;
    this.#postedPs[send] = now;
    if (this.#islands.carries(send)) {
      this.#islands.post(send);
      return;
    }
    const earliestPs = Math.max(now, this.#batchStartPs(send));
    for (const flow of this.#flowsOf[send]!) {
      const startPs = earliestPs + plan.startDelayPs[flow]!;
      const start = (): void => this.#contextOf(send).startFlow(flow);
      if (startPs === now) start();
      else this.#local(send, startPs, FLOW_STARTS, flow, start);
    }
  }

  #batchStartPs(send: number): number {
    const { schedule, plan, jobs, topology } = this.#simulation.input;
    const flow = this.#flowsOf[send]![0]!;
    const staysInLeaf = topology.torOfHost[plan.srcHost[flow]!] === topology.torOfHost[plan.dstHost[flow]!];
    const { balancer } = jobs[schedule.jobOfOp[send]!]!;
    if (balancer.kind !== 'ethereal' || staysInLeaf) return 0;
    const batch = `${schedule.rank[send]}:${schedule.phase[send]}`;
    const isShared = !this.#simulation.bugs.has('batch-window-a-message');
    const openedPs = (isShared ? this.#batchOpenedPs.get(batch) : undefined) ?? this.#simulation.now;
    this.#batchOpenedPs.set(batch, openedPs);
    return openedPs + balancer.batchWindowPs;
  }

  #end(op: number): void {
    this.ended[op] = true;
    this.times.endPs[op] = this.#simulation.now;
    this.lastEndPs = this.#simulation.now;
    this.#countDown(this.#onEnd[op]!);
  }

  #countDown(listeners: readonly number[]): void {
    for (const op of listeners) {
      this.#waitsFor[op]!--;
      if (this.#waitsFor[op] === 0) this.#ready(op);
    }
  }

  #contextOf(op: number): RankContext {
    return this.#contextOfHost(this.#hostOf(op));
  }

  #hostOf(op: number): number {
    const { schedule, topology } = this.#simulation.input;
    return topology.hostOfRank[schedule.rank[op]!]!;
  }

  #local(op: number, timePs: number, eventClass: number, id: number, handle: () => void): void {
    this.#simulation.scheduleLocal(timePs, this.#hostOf(op), eventClass, id, () => this.#contextOf(op).around(handle));
  }
}
