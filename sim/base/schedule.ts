import { Column, float64, int32, uint8 } from './column.ts';

/**
 * A Schedule is what a workload asks of the network: the operations of every rank and what each of them waits for.
 * Every collective, MoE step and importer produces one; every fidelity consumes it. Nothing else crosses that line.
 *
 * Operations are numbered 0..ops-1. Dependencies join operations of one rank only: ranks influence each other by messages.
 *
 * - send: starts when its dependencies are met, ends with the arrival of the ACK of its last byte.
 * - recv: ends when its dependencies are met and the last byte of its message has arrived.
 * - compute: lasts `durationPs`.
 */

export const SEND = 0;
export const RECV = 1;
export const COMPUTE = 2;

export interface Schedule {
  readonly ranks: number;
  readonly ops: number;
  /** SEND, RECV or COMPUTE. */
  readonly kind: Uint8Array;
  readonly rank: Int32Array;
  /** The other rank of a message; -1 for compute. */
  readonly peer: Int32Array;
  /** Payload of the message (0 is allowed: a barrier message); 0 for compute. */
  readonly bytes: Float64Array;
  /** Of a compute; 0 otherwise. */
  readonly durationPs: Float64Array;
  /** The recv of a send, the send of a recv; -1 for compute. */
  readonly match: Int32Array;
  /** Number of the job that the operation belongs to; a workload that is alone is job 0. */
  readonly jobOfOp: Uint8Array;
  /** Channel of its collective that a message belongs to: its own thread block fills it. 0 where there is one, and for compute. */
  readonly channel: Int32Array;
  /** Step of the message in its collective call, numbered over the whole Schedule; -1 for compute. */
  readonly phase: Int32Array;
  /** Label of each phase, such as `all-reduce step 3`. */
  readonly phaseNames: readonly string[];
  /** Operation i waits for depOp[depOffset[i] .. depOffset[i+1]). */
  readonly depOffset: Int32Array;
  readonly depOp: Int32Array;
  /** 1: the edge waits only for the start of depOp; 0: for its end. */
  readonly depOnStart: Uint8Array;
  /**
   * Of each send the operation of its server's NVSwitch that it is a part of (docs/model-servers.md 2.1); -1: none, as for all else. Absent:
   * there are no such operations.
   */
  readonly switchOperation?: Int32Array;
}

/** Messages of a Schedule. */
export const countSends = ({ kind }: Schedule): number => kind.reduce((count, each) => (each === SEND ? count + 1 : count), 0);

/** Collects operations and edges in any order and packs them into a Schedule. */
export class ScheduleBuilder {
  readonly ranks: number;
  readonly #kind = new Column(uint8);
  readonly #rank = new Column(int32);
  readonly #peer = new Column(int32);
  readonly #bytes = new Column(float64);
  readonly #durationPs = new Column(float64);
  readonly #match = new Column(int32);
  readonly #phase = new Column(int32);
  readonly #channel = new Column(int32);
  readonly #phaseNames: string[] = [];
  readonly #edgeOp = new Column(int32);
  readonly #edgeDep = new Column(int32);
  readonly #edgeOnStart = new Column(uint8);
  readonly #inSwitch: (readonly number[])[] = [];

  constructor(ranks: number) {
    this.ranks = ranks;
  }

  /** Opens a phase and returns its number. */
  phase(name: string): number {
    this.#phaseNames.push(name);
    return this.#phaseNames.length - 1;
  }

  /**
   * Adds a message: a send at rank `src` and its receive at rank `dst`. Returns the send; the receive is that number + 1.
   * @param channel of its collective, from 0
   */
  message(src: number, dst: number, bytes: number, phase: number, channel = 0): number {
    const send = this.#push(SEND, src, dst, bytes, 0, phase, channel);
    this.#push(RECV, dst, src, bytes, 0, phase, channel);
    this.#match.values[send] = send + 1;
    this.#match.values[send + 1] = send;
    return send;
  }

  /** Adds a computation of `durationPs` at `rank` and returns it. */
  compute(rank: number, durationPs: number): number {
    return this.#push(COMPUTE, rank, -1, 0, durationPs, -1, 0);
  }

  /** Operation `op` waits for the end of `predecessor`, or only for its start. Both belong to one rank. */
  after(op: number, predecessor: number, waitFor: 'end' | 'start' = 'end'): void {
    this.#edgeOp.push(op);
    this.#edgeDep.push(predecessor);
    this.#edgeOnStart.push(waitFor === 'start' ? 1 : 0);
  }

  /**
   * Makes messages between the ranks of one server, all of one length, an operation of its NVSwitch: those of one rank are one message that
   * it replicates, those to one rank one that it adds. A single message is one like others.
   */
  inSwitch(sends: readonly number[]): void {
    if (sends.length > 1) this.#inSwitch.push(sends);
  }

  build(): Schedule {
    const ops = this.#kind.length;
    const edges = this.#edgeOp.length;
    const depOffset = new Int32Array(ops + 1);
    for (let e = 0; e < edges; e++) depOffset[this.#edgeOp.values[e]! + 1]!++;
    for (let i = 0; i < ops; i++) depOffset[i + 1]! += depOffset[i]!;
    const next = depOffset.slice();
    const depOp = new Int32Array(edges);
    const depOnStart = new Uint8Array(edges);
    for (let e = 0; e < edges; e++) {
      const slot = next[this.#edgeOp.values[e]!]!++;
      depOp[slot] = this.#edgeDep.values[e]!;
      depOnStart[slot] = this.#edgeOnStart.values[e]!;
    }
    return {
      ranks: this.ranks,
      ops,
      kind: this.#kind.trimmed(),
      rank: this.#rank.trimmed(),
      peer: this.#peer.trimmed(),
      bytes: this.#bytes.trimmed(),
      durationPs: this.#durationPs.trimmed(),
      match: this.#match.trimmed(),
      jobOfOp: new Uint8Array(ops),
      channel: this.#channel.trimmed(),
      phase: this.#phase.trimmed(),
      phaseNames: [...this.#phaseNames],
      depOffset,
      depOp,
      depOnStart,
      ...(this.#inSwitch.length === 0 ? {} : { switchOperation: this.#switchOperations(ops) }),
    };
  }

  #switchOperations(ops: number): Int32Array {
    const operations = new Int32Array(ops).fill(-1);
    this.#inSwitch.forEach((sends, operation) => {
      for (const send of sends) operations[send] = operation;
    });
    return operations;
  }

  #push(kind: number, rank: number, peer: number, bytes: number, durationPs: number, phase: number, channel: number): number {
    this.#kind.push(kind);
    this.#rank.push(rank);
    this.#peer.push(peer);
    this.#bytes.push(bytes);
    this.#durationPs.push(durationPs);
    this.#match.push(-1);
    this.#phase.push(phase);
    this.#channel.push(channel);
    return this.#kind.length - 1;
  }
}
