import { COMPUTE, RECV, SEND } from '../../sim/base/schedule.ts';
import { MinHeap } from '../../sim/base/min-heap.ts';
import { findCircle } from './finish-import.ts';
import { ANY, type GoalProgram } from './goal-program.ts';
import { Problems } from './problems.ts';

const NO_PARTNER = 'each send has a recv of its source, size and tag at its destination';

/** What a Schedule needs and a program leaves to the run. */
export interface GoalMatching {
  /** The receive of each send and the send of each receive; -1 for a calc. */
  readonly match: Int32Array;
  /** The calc that has the CPU before a calc, or -1. */
  readonly previousOnCpu: Int32Array;
}

/** Leaves 23 bits for a rank in a key. */
const RANKS = 2 ** 23;
const ANY_SOURCE = RANKS - 1;

interface Waiting {
  readonly time: number;
  readonly op: number;
}

/** Operations that wait for a partner, first in first out. */
interface Queue {
  first: number;
  last: number;
}

/**
 * Pairs sends and receives, and orders the calcs of each CPU. The original decides both while it runs: a receive takes the first message
 * to arrive that fits its source and tag, either of which may be any. A Schedule is fixed before the run, so this is the original's
 * order on an infinitely fast network: operations become ready in the order of (time, number), calcs last their duration, one at a time
 * on a CPU, messages take no time.
 *
 * @param calcPs of one unit of a calc
 * @throws ImportError for messages without partner or of other size, and for operations that wait for each other in a circle
 */
export const matchGoal = (program: GoalProgram, calcPs: number): GoalMatching => new Replay(program, calcPs).run();

class Replay {
  readonly #program: GoalProgram;
  readonly #calcPs: number;
  readonly #match: Int32Array;
  readonly #previousOnCpu: Int32Array;
  readonly #waiting: Int32Array;
  readonly #readyPs: Float64Array;
  readonly #isPosted: Uint8Array;
  readonly #isEnded: Uint8Array;
  /** Who waits for each operation: indices of the edges. */
  readonly #dependentOffset: Int32Array;
  readonly #dependentEdge: Int32Array;
  readonly #ready = new MinHeap<Waiting>((a, b) => (a.time !== b.time ? a.time < b.time : a.op < b.op));
  /** By rank * 256 + cpu: the last calc, and when it ends. */
  readonly #lastCalc = new Map<number, Waiting>();
  readonly #posted: Map<number, Queue>[];
  readonly #arrived: Map<number, Queue>[];
  readonly #nextInQueue: Int32Array;
  readonly #tagNumber = new Map<number, number>();
  /** When an operation was posted or arrived, in the order of the replay. */
  readonly #turn: Int32Array;
  #turns = 0;

  constructor(program: GoalProgram, calcPs: number) {
    this.#program = program;
    this.#calcPs = calcPs;
    const { ops, edgeOp, edgeDep } = program;
    this.#match = new Int32Array(ops).fill(-1);
    this.#previousOnCpu = new Int32Array(ops).fill(-1);
    this.#waiting = new Int32Array(ops);
    this.#readyPs = new Float64Array(ops);
    this.#isPosted = new Uint8Array(ops);
    this.#isEnded = new Uint8Array(ops);
    this.#nextInQueue = new Int32Array(ops).fill(-1);
    this.#turn = new Int32Array(ops);
    this.#dependentOffset = new Int32Array(ops + 1);
    this.#dependentEdge = new Int32Array(edgeOp.length);
    for (let edge = 0; edge < edgeOp.length; edge++) {
      this.#waiting[edgeOp.values[edge]!]!++;
      this.#dependentOffset[edgeDep.values[edge]! + 1]!++;
    }
    for (let op = 0; op < ops; op++) this.#dependentOffset[op + 1]! += this.#dependentOffset[op]!;
    const next = this.#dependentOffset.slice();
    for (let edge = 0; edge < edgeOp.length; edge++) this.#dependentEdge[next[edgeDep.values[edge]!]!++] = edge;
    this.#posted = Array.from({ length: program.ranks }, () => new Map());
    this.#arrived = Array.from({ length: program.ranks }, () => new Map());
    this.#tagNumber.set(ANY, 0);
  }

  run(): GoalMatching {
    for (let op = 0; op < this.#program.ops; op++) if (this.#waiting[op] === 0) this.#ready.push({ time: 0, op });
    for (let next = this.#ready.pop(); next !== undefined; next = this.#ready.pop()) this.#start(next.op, next.time);
    this.#checkAllEnded();
    return { match: this.#match, previousOnCpu: this.#previousOnCpu };
  }

  #start(op: number, time: number): void {
    const { kind, rank, cpu, size } = this.#program;
    this.#isPosted[op] = 1;
    if (kind.values[op] === COMPUTE) {
      const unit = rank.values[op]! * 256 + cpu.values[op]!;
      const last = this.#lastCalc.get(unit);
      const start = Math.max(time, last?.time ?? 0);
      const end = start + size.values[op]! * this.#calcPs;
      this.#previousOnCpu[op] = last?.op ?? -1;
      this.#lastCalc.set(unit, { time: end, op });
      this.#isEnded[op] = 1;
      this.#release(op, start, 1);
      this.#release(op, end, 0);
      return;
    }
    this.#release(op, time, 1);
    this.#turn[op] = this.#turns++;
    if (kind.values[op] === SEND) {
      this.#end(op, time);
      const receive = this.#takePosted(op);
      if (receive !== -1) this.#pair(op, receive, time);
    } else {
      const send = this.#takeArrived(op);
      if (send !== -1) this.#pair(send, op, time);
    }
  }

  #pair(send: number, receive: number, time: number): void {
    this.#match[send] = receive;
    this.#match[receive] = send;
    this.#end(receive, time);
  }

  #end(op: number, time: number): void {
    this.#isEnded[op] = 1;
    this.#release(op, time, 0);
  }

  #release(op: number, time: number, onStart: 0 | 1): void {
    const { edgeOp, edgeOnStart } = this.#program;
    for (let i = this.#dependentOffset[op]!; i < this.#dependentOffset[op + 1]!; i++) {
      const edge = this.#dependentEdge[i]!;
      if (edgeOnStart.values[edge] !== onStart) continue;
      const waiter = edgeOp.values[edge]!;
      this.#readyPs[waiter] = Math.max(this.#readyPs[waiter]!, time);
      if (--this.#waiting[waiter]! === 0) this.#ready.push({ time: this.#readyPs[waiter]!, op: waiter });
    }
  }

  /** Source and tag as one number. */
  #key(source: number, tag: number): number {
    let number = this.#tagNumber.get(tag);
    if (number === undefined) this.#tagNumber.set(tag, (number = this.#tagNumber.size));
    return number * RANKS + (source === ANY ? ANY_SOURCE : source);
  }

  /** The first posted receive that takes a message; else the message is kept. */
  #takePosted(send: number): number {
    const { rank, peer, tag } = this.#program;
    const [source, ownTag] = [rank.values[send]!, tag.values[send]!];
    const posted = this.#posted[peer.values[send]!]!;
    const keys = [this.#key(source, ownTag), this.#key(source, ANY), this.#key(ANY, ownTag), this.#key(ANY, ANY)];
    return this.#earliest(posted, keys) ?? this.#keep(this.#arrived[peer.values[send]!]!, keys[0]!, send);
  }

  /** The first message that has arrived and fits; else the receive is kept. */
  #takeArrived(receive: number): number {
    const { rank, peer, tag } = this.#program;
    const [source, ownTag] = [peer.values[receive]!, tag.values[receive]!];
    const arrived = this.#arrived[rank.values[receive]!]!;
    const key = this.#key(source, ownTag);
    let keys: readonly number[] = [key];
    if (source === ANY || ownTag === ANY) {
      const tagPart = Math.floor(key / RANKS);
      keys = [...arrived.keys()].filter(
        (each) => (source === ANY || each % RANKS === source) && (ownTag === ANY || Math.floor(each / RANKS) === tagPart),
      );
    }
    return this.#earliest(arrived, keys) ?? this.#keep(this.#posted[rank.values[receive]!]!, key, receive);
  }

  /** Takes the operation that has waited longest out of the queues of these keys. */
  #earliest(queues: Map<number, Queue>, keys: readonly number[]): number | null {
    let best: number | null = null;
    for (const key of keys) {
      const queue = queues.get(key);
      if (queue !== undefined && (best === null || this.#turn[queue.first]! < this.#turn[queues.get(best)!.first]!)) best = key;
    }
    if (best === null) return null;
    const queue = queues.get(best)!;
    const op = queue.first;
    if (op === queue.last) queues.delete(best);
    else queue.first = this.#nextInQueue[op]!;
    return op;
  }

  #keep(queues: Map<number, Queue>, key: number, op: number): -1 {
    const queue = queues.get(key);
    if (queue === undefined) queues.set(key, { first: op, last: op });
    else {
      this.#nextInQueue[queue.last] = op;
      queue.last = op;
    }
    return -1;
  }

  #checkAllEnded(): void {
    const program = this.#program;
    const { ops, kind, size } = program;
    const problems = new Problems();
    const stuck = this.#isEnded.indexOf(0);
    if (stuck !== -1) this.#refuseStuck(stuck, problems);
    for (let op = 0; op < ops; op++) {
      if (kind.values[op] !== SEND) continue;
      const receive = this.#match[op]!;
      if (receive === -1)
        problems.add('E432', `${program.describe(op)} has no receive at rank ${program.peer.values[op]}`, program.where(op), NO_PARTNER);
      else if (size.values[op] !== size.values[receive]) {
        const message = `${program.describe(op)} has ${size.values[op]} bytes, the ${program.describe(receive)} ${size.values[receive]}`;
        problems.add('E432', message, program.where(op), 'both ends of a message name its size');
      }
    }
    problems.throwIfAny();
  }

  /** Something has not ended: a receive has no send, or operations wait for each other in a circle. */
  #refuseStuck(start: number, problems: Problems): void {
    const program = this.#program;
    const { ops, kind, edgeOp, edgeDep } = program;
    const waitsFor = new Int32Array(ops).fill(-1);
    for (let edge = 0; edge < edgeOp.length; edge++) {
      if (this.#isEnded[edgeDep.values[edge]!] === 0) waitsFor[edgeOp.values[edge]!] = edgeDep.values[edge]!;
    }
    const laterSends = this.#laterSends();
    for (let op = 0; op < ops; op++) {
      if (this.#isPosted[op] === 0 || this.#isEnded[op] === 1) continue;
      const send = laterSends.get(`${program.rank.values[op]} ${program.peer.values[op]} ${program.tag.values[op]}`) ?? -1;
      if (send === -1) problems.add('E432', `${program.describe(op)} has no send`, program.where(op), NO_PARTNER);
      waitsFor[op] = send;
    }
    problems.throwIfAny();
    const circle = findCircle(start, (op) => waitsFor[op]!);
    const longest = 12;
    const shown = circle.slice(0, longest).map((op) => program.describe(op));
    const more = circle.length > longest ? ` waits for .. (${circle.length - 1} operations)` : '';
    const across = circle.some((op) => kind.values[op] === RECV) ? 'operations of several ranks' : 'operations';
    const message = `${across} wait for each other in a circle: ${shown.join(' waits for ')}${more}`;
    problems.add('E433', message, program.where(circle[0]!), 'remove one of these waits');
    problems.throwIfAny();
  }

  /** Of each receive that may still come: the last send that it would take and that has not been posted. */
  #laterSends(): ReadonlyMap<string, number> {
    const { ops, kind, rank, peer, tag } = this.#program;
    const sends = new Map<string, number>();
    for (let op = 0; op < ops; op++) {
      if (kind.values[op] !== SEND || this.#isPosted[op] === 1) continue;
      for (const source of [rank.values[op]!, ANY]) {
        for (const each of [tag.values[op]!, ANY]) sends.set(`${peer.values[op]} ${source} ${each}`, op);
      }
    }
    return sends;
  }
}
