import type { LogGopsSpec } from '../base/compat-spec.ts';
import { dependents } from '../base/dependents.ts';
import { groupBy } from '../base/group-by.ts';
import type { OperationTimes } from '../base/measures.ts';
import { COMPUTE, RECV, SEND, type Schedule } from '../base/schedule.ts';
import { EventQueue } from './event-queue.ts';

/** Which of its rank's CPUs and NICs each operation of a Schedule uses; absent: number 0. */
export interface Processors {
  readonly cpuOfOp?: Uint8Array;
  readonly nicOfOp?: Uint8Array;
}

export interface LogGopsRun {
  readonly operations: OperationTimes;
  /** When the last CPU of each rank falls idle. */
  readonly finishPsOfRank: Float64Array;
  /** The latest of them. */
  readonly finishPs: number;
  /** Operations that ended; fewer than there are where ranks wait for each other in a circle. */
  readonly opsEnded: number;
}

/**
 * Executes a Schedule under the LogGOPS model by the rules of LogGOPSim (docs/compat.md 1): ranks have CPUs and NICs and nothing lies
 * between them but the latency L. All arithmetic is in whole picoseconds.
 */
export function runLogGops(schedule: Schedule, spec: LogGopsSpec, processors: Processors = {}): LogGopsRun {
  return new LogGopsExecutor(schedule, spec, processors).run();
}

/** Clocks of a kind, one for each (rank, number). */
class Clocks {
  readonly #perRank: number;
  readonly #ps: Float64Array;
  readonly #ofOp: Uint8Array | undefined;
  readonly #rank: Int32Array;

  constructor({ ranks, rank }: Schedule, ofOp: Uint8Array | undefined) {
    this.#perRank = 1 + (ofOp === undefined ? 0 : ofOp.reduce((largest, number) => Math.max(largest, number), 0));
    this.#ps = new Float64Array(ranks * this.#perRank);
    this.#ofOp = ofOp;
    this.#rank = rank;
  }

  #place(op: number): number {
    return this.#rank[op]! * this.#perRank + (this.#ofOp?.[op] ?? 0);
  }

  /** When the clock that an operation uses is free. */
  freePs(op: number): number {
    return this.#ps[this.#place(op)]!;
  }

  occupy(op: number, untilPs: number): void {
    this.#ps[this.#place(op)] = untilPs;
  }

  latestOfRanks(): Float64Array {
    const latest = new Float64Array(this.#ps.length / this.#perRank);
    this.#ps.forEach((ps, place) => {
      const rank = Math.floor(place / this.#perRank);
      latest[rank] = Math.max(latest[rank]!, ps);
    });
    return latest;
  }
}

/** An event is an operation that is ready or, for a number of `ops` and above, the arrival of the message of send `event - ops`. */
class LogGopsExecutor {
  readonly #schedule: Schedule;
  readonly #spec: LogGopsSpec;
  readonly #dependents: ReturnType<typeof dependents>;
  readonly #cpu: Clocks;
  readonly #nicSend: Clocks;
  readonly #nicReceive: Clocks;
  readonly #waits: Int32Array;
  /** Latest of what an operation has waited for so far. */
  readonly #readyPs: Float64Array;
  readonly #startPs: Float64Array;
  readonly #endPs: Float64Array;
  /** Of receives: when the CPU has taken in the message; NaN: it is not there. */
  readonly #takenInPs: Float64Array;
  readonly #events = new EventQueue();
  /** Operations that the event under way has made ready. */
  readonly #released: number[] = [];
  #nextOrder = 0;

  constructor(schedule: Schedule, spec: LogGopsSpec, { cpuOfOp, nicOfOp }: Processors) {
    const { ops, depOffset } = schedule;
    this.#schedule = schedule;
    this.#spec = spec;
    this.#dependents = dependents(schedule);
    this.#cpu = new Clocks(schedule, cpuOfOp);
    this.#nicSend = new Clocks(schedule, nicOfOp);
    this.#nicReceive = new Clocks(schedule, nicOfOp);
    this.#waits = Int32Array.from({ length: ops }, (_, op) => depOffset[op + 1]! - depOffset[op]!);
    this.#readyPs = new Float64Array(ops);
    this.#startPs = new Float64Array(ops).fill(NaN);
    this.#endPs = new Float64Array(ops).fill(NaN);
    this.#takenInPs = new Float64Array(ops).fill(NaN);
  }

  run(): LogGopsRun {
    const { ops, ranks, rank } = this.#schedule;
    const { offset, order } = groupBy(ops, ranks, (op) => rank[op]!);
    for (let r = 0; r < ranks; r++) {
      for (let i = offset[r]!; i < offset[r + 1]!; i++) if (this.#waits[order[i]!] === 0) this.#released.push(order[i]!);
      this.#enqueueReleased();
    }
    while (this.#events.size > 0) {
      const event = this.#events.pop();
      const { poppedTimePs: nowPs, poppedOrder } = this.#events;
      const freePs = this.#freePs(event);
      if (freePs > nowPs) this.#events.push(event, freePs, poppedOrder);
      else if (event < ops) this.#begin(event, nowPs);
      else this.#arrive(event - ops, nowPs);
      this.#enqueueReleased();
    }
    const finishPsOfRank = this.#cpu.latestOfRanks();
    return {
      operations: { startPs: this.#startPs, endPs: this.#endPs },
      finishPsOfRank,
      finishPs: finishPsOfRank.reduce((latest, ps) => Math.max(latest, ps), 0),
      opsEnded: this.#endPs.reduce((count, ps) => (Number.isNaN(ps) ? count : count + 1), 0),
    };
  }

  /** When what an event occupies is free; a receive occupies nothing when it is posted. */
  #freePs(event: number): number {
    const { ops, kind, match } = this.#schedule;
    if (event >= ops) {
      const receive = match[event - ops]!;
      return Math.max(this.#cpu.freePs(receive), this.#nicReceive.freePs(receive));
    }
    switch (kind[event]) {
      case SEND:
        return Math.max(this.#cpu.freePs(event), this.#nicSend.freePs(event));
      case COMPUTE:
        return this.#cpu.freePs(event);
      default:
        return 0;
    }
  }

  #begin(op: number, nowPs: number): void {
    this.#startPs[op] = nowPs;
    this.#release(op, 1, nowPs);
    switch (this.#schedule.kind[op]) {
      case SEND:
        return this.#send(op, nowPs);
      case RECV:
        return this.#post(op, nowPs);
      default:
        return this.#compute(op, nowPs);
    }
  }

  #compute(op: number, nowPs: number): void {
    this.#cpu.occupy(op, nowPs + this.#schedule.durationPs[op]!);
    this.#end(op, this.#cpu.freePs(op));
  }

  #send(op: number, nowPs: number): void {
    const { latencyPs, overheadPs, gapPs, gapFsPerByte, overheadFsPerByte, eagerBytes } = this.#spec;
    this.#cpu.occupy(op, nowPs + overheadPs + this.#laterBytesPs(op, overheadFsPerByte));
    this.#nicSend.occupy(op, nowPs + gapPs + this.#laterBytesPs(op, gapFsPerByte));
    this.#events.push(this.#schedule.ops + op, nowPs + overheadPs + latencyPs, this.#nextOrder++);
    if (this.#schedule.bytes[op]! <= eagerBytes) this.#end(op, this.#cpu.freePs(op));
  }

  /** What a message that is there already has cost was paid on its arrival. */
  #post(receive: number, nowPs: number): void {
    const takenInPs = this.#takenInPs[receive]!;
    if (!Number.isNaN(takenInPs)) this.#meet(receive, nowPs, Math.max(nowPs, takenInPs));
  }

  #arrive(send: number, nowPs: number): void {
    const { overheadPs, gapPs, gapFsPerByte, overheadFsPerByte } = this.#spec;
    const receive = this.#schedule.match[send]!;
    const bytesPs = this.#laterBytesPs(send, gapFsPerByte);
    this.#cpu.occupy(receive, nowPs + overheadPs + Math.max(this.#laterBytesPs(send, overheadFsPerByte), bytesPs));
    this.#nicReceive.occupy(receive, nowPs + gapPs + bytesPs);
    const takenInPs = this.#cpu.freePs(receive);
    this.#takenInPs[receive] = takenInPs;
    if (!Number.isNaN(this.#startPs[receive]!)) this.#meet(receive, nowPs, takenInPs);
  }

  /** A message and its receive have met. A sender that waited goes on at once: LogGOPSim adds no latency of an acknowledgement. */
  #meet(receive: number, nowPs: number, receiveEndPs: number): void {
    const send = this.#schedule.match[receive]!;
    if (Number.isNaN(this.#endPs[send]!)) {
      this.#cpu.occupy(send, Math.max(this.#cpu.freePs(send), nowPs));
      this.#nicSend.occupy(send, Math.max(this.#nicSend.freePs(send), nowPs));
      this.#end(send, nowPs);
    }
    this.#end(receive, receiveEndPs);
  }

  #end(op: number, ps: number): void {
    this.#endPs[op] = ps;
    this.#release(op, 0, ps);
  }

  #release(op: number, onStart: 0 | 1, ps: number): void {
    const { offset, op: waiting, onStart: waitsForStart } = this.#dependents;
    for (let i = offset[op]!; i < offset[op + 1]!; i++) {
      if (waitsForStart[i] !== onStart) continue;
      const next = waiting[i]!;
      this.#readyPs[next] = Math.max(this.#readyPs[next]!, ps);
      if (--this.#waits[next]! === 0) this.#released.push(next);
    }
  }

  /** Rank by rank, and of a rank sends before receives before computations, as LogGOPSim numbers what becomes ready together. */
  #enqueueReleased(): void {
    const { rank, kind } = this.#schedule;
    if (this.#released.length > 1) this.#released.sort((a, b) => rank[a]! - rank[b]! || kind[a]! - kind[b]!);
    for (const op of this.#released) {
      const freePs = kind[op] === RECV ? this.#cpu.freePs(op) : this.#freePs(op);
      this.#events.push(op, Math.max(this.#readyPs[op]!, freePs), this.#nextOrder++);
    }
    this.#released.length = 0;
  }

  /** Cost of the bytes of a message after its first one; an empty message has none. */
  #laterBytesPs(send: number, fsPerByte: number): number {
    return Math.round((Math.max(this.#schedule.bytes[send]! - 1, 0) * fsPerByte) / 1000);
  }
}
