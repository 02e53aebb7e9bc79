import type { CollectiveAlgorithm, CollectiveSpec } from '../../sim/base/collective-spec.ts';
import type { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { afterAll, NOTHING } from '../after-all.ts';
import { CollectiveCall } from '../collectives/collective-call.ts';
import { emitCollective } from '../collectives/collective.ts';

/** Whom a rank waits for: its group of tensor, context, expert, pipeline or data parallelism. */
export const GROUPS = ['tp', 'cp', 'ep', 'pp', 'dp'] as const;
export type Group = (typeof GROUPS)[number];

/** What a rank's stream of computation does, in order. */
export interface Stream {
  /** A compute, or the operation whose end is waited for. */
  readonly ops: number[];
  /** Index in GROUPS of a wait; COMPUTES for a compute. */
  readonly codes: number[];
}

export const COMPUTES = -1;

/** A collective on groups of lanes. */
export interface Exchange {
  readonly group: Group;
  readonly lanes: readonly (readonly number[])[];
  readonly kind: CollectiveSpec['kind'];
  readonly algorithm: CollectiveAlgorithm;
  readonly sizeBytes: number;
  /** Names its phases. */
  readonly name: string;
}

/** Numbers of phases by name: what several stages do at one place of their programs belongs to one phase. */
export class Phases {
  readonly #builder: ScheduleBuilder;
  readonly #numbers = new Map<string, number>();

  constructor(builder: ScheduleBuilder) {
    this.#builder = builder;
  }

  of(name: string): number {
    let phase = this.#numbers.get(name);
    if (phase === undefined) this.#numbers.set(name, (phase = this.#builder.phase(name)));
    return phase;
  }
}

/**
 * The streams of computation of the ranks of one pipeline stage, which all run the same program: computes and waits follow each other. A
 * collective may stand in the stream (`exchange`), or run beside it in a queue of its group (`exchangeBeside`).
 */
export class StageStreams {
  readonly streams: readonly Stream[];
  readonly #builder: ScheduleBuilder;
  readonly #phases: Phases;
  readonly #ranks: readonly number[];
  /** What the next compute or exchange of each lane waits for. */
  readonly #gates: number[][];
  readonly #lastCompute: number[];
  /** Last exchange beside the stream of each queue, by lane. */
  readonly #queues = new Map<string, readonly number[]>();
  #onNextCompute: ((computes: readonly number[]) => void) | null = null;

  constructor(builder: ScheduleBuilder, phases: Phases, ranks: readonly number[]) {
    this.#builder = builder;
    this.#phases = phases;
    this.#ranks = ranks;
    this.streams = ranks.map(() => ({ ops: [], codes: [] }));
    this.#gates = ranks.map(() => []);
    this.#lastCompute = ranks.map(() => NOTHING);
  }

  /** The last compute of each lane. */
  get lastComputes(): readonly number[] {
    return [...this.#lastCompute];
  }

  /** Every lane computes. What takes no time has a place in the stream too: others wait for its start or its end. */
  compute(durationPs: number): void {
    this.#ranks.forEach((rank, lane) => {
      const op = this.#builder.compute(rank, durationPs);
      for (const gate of this.#gates[lane]!) this.#builder.after(op, gate);
      this.#gates[lane] = [op];
      this.#lastCompute[lane] = op;
      this.#record(lane, op, COMPUTES);
    });
    const then = this.#onNextCompute;
    this.#onNextCompute = null;
    then?.(this.lastComputes);
  }

  /** Calls `then` once, with the next computes of all lanes. */
  onNextCompute(then: (computes: readonly number[]) => void): void {
    this.#onNextCompute = then;
  }

  /** What ends with the last exchange of a queue. */
  lastOf(queue: string): readonly number[] {
    return this.#queues.get(queue) ?? [];
  }

  /** The stream waits for an operation of each lane. */
  wait(ops: readonly number[], group: Group): void {
    ops.forEach((op, lane) => {
      if (op === NOTHING) return;
      this.#gates[lane]!.push(op);
      this.#record(lane, op, GROUPS.indexOf(group));
    });
  }

  /** Posts a message of each lane when its stream has come here; the stream goes on. */
  send(ops: readonly number[]): void {
    ops.forEach((op, lane) => {
      for (const gate of this.#gates[lane]!) this.#builder.after(op, gate);
    });
  }

  /** A collective in the stream: it begins when the stream has come here, and the stream waits for it. */
  exchange(exchange: Exchange): void {
    if (isNothing(exchange)) return;
    const entries = this.#gates.map((gates, lane) => afterAll(this.#builder, this.#ranks[lane]!, gates));
    for (const gates of this.#gates) gates.length = 0;
    this.wait(this.#emit(exchange, entries), exchange.group);
  }

  /**
   * A collective beside the stream, after all earlier ones of its `queue`: a communicator runs one at a time.
   *
   * @param ended of each lane an operation that has to end before, or NOTHING
   * @param started of each lane an operation that has to start before, or NOTHING
   * @returns an operation of each lane that ends with it, or NOTHING
   */
  exchangeBeside(
    queue: string,
    exchange: Exchange,
    ended: readonly number[] | null,
    started: readonly number[] | null = null,
  ): readonly number[] {
    if (isNothing(exchange)) return [];
    const before = this.#queues.get(queue);
    const entries = this.#ranks.map((rank, lane) => {
      const start = started?.[lane] ?? NOTHING;
      return afterAll(this.#builder, rank, [ended?.[lane] ?? NOTHING, before?.[lane] ?? NOTHING], start === NOTHING ? [] : [start]);
    });
    const exits = this.#emit(exchange, entries);
    this.#queues.set(queue, exits);
    return exits;
  }

  /**
   * Ring attention (arXiv 2310.01889): every lane computes a part with each block of keys and values of its ring, its own first, and
   * passes a block on as soon as it has it, while it computes. In the backward pass the gradients of each block follow: a lane adds its
   * own when it has computed the part, and after a whole turn they are back home.
   *
   * @param partsPs duration of each part, as many as a ring has lanes
   * @param gradientBytes of one block; 0 in the forward pass
   */
  ring(
    group: Group,
    lanes: readonly (readonly number[])[],
    partsPs: readonly number[],
    bytes: number,
    gradientBytes: number,
    name: string,
  ): void {
    let blocks: readonly (readonly number[])[] = this.#gates.map((gates) => [...gates]);
    let gradients: readonly number[] = this.#ranks.map(() => NOTHING);
    partsPs.forEach((partPs, step) => {
      const isLast = step === partsPs.length - 1;
      const arrivals = isLast ? null : this.#passOn(lanes, bytes, (lane) => blocks[lane]!, `${name} step ${step}`);
      this.compute(partPs);
      if (gradientBytes > 0) {
        const computed = this.lastComputes;
        const ready = gradients.map((arrival, lane) => [computed[lane]!, ...(arrival === NOTHING ? [] : [arrival])]);
        gradients = this.#passOn(lanes, gradientBytes, (lane) => ready[lane]!, `${name} gradient step ${step}`);
      }
      if (arrivals === null) return;
      this.wait(arrivals, group);
      blocks = arrivals.map((arrival) => [arrival]);
    });
    this.wait(gradients, group);
  }

  /** Each lane sends to the next one of its ring. Returns the receive of each lane. */
  #passOn(lanes: readonly (readonly number[])[], bytes: number, waitsOf: (lane: number) => readonly number[], name: string): number[] {
    const phase = this.#phases.of(name);
    const arrivals = this.#ranks.map(() => NOTHING);
    for (const members of lanes) {
      members.forEach((lane, i) => {
        const next = members[(i + 1) % members.length]!;
        const send = this.#builder.message(this.#ranks[lane]!, this.#ranks[next]!, bytes, phase);
        for (const op of waitsOf(lane)) this.#builder.after(send, op);
        arrivals[next] = send + 1;
      });
    }
    return arrivals;
  }

  #record(lane: number, op: number, code: number): void {
    const stream = this.streams[lane]!;
    stream.ops.push(op);
    stream.codes.push(code);
  }

  #emit({ lanes, kind, algorithm, sizeBytes, name }: Exchange, entries: readonly number[]): number[] {
    const exits = this.#ranks.map(() => NOTHING);
    for (const members of lanes) {
      const receives: number[][] = members.map(() => []);
      const lastSend = members.map(() => NOTHING);
      const call = new CollectiveCall(
        this.#builder,
        members.map((lane) => this.#ranks[lane]!),
        {
          phaseOfStep: (step) => this.#phases.of(`${name} step ${step}`),
          entry: members.map((lane) => entries[lane]!),
          observe: (_step, src, dst, _data, _bytes, _action, send, done) => {
            lastSend[src] = send;
            receives[dst]!.push(done);
          },
        },
      );
      emitCollective(kind, algorithm, sizeBytes, call);
      members.forEach((lane, i) => {
        const posted = lastSend[i] === NOTHING ? [] : [lastSend[i]!];
        exits[lane] = afterAll(this.#builder, this.#ranks[lane]!, [entries[lane]!, ...receives[i]!], posted);
      });
    }
    return exits;
  }
}

const isNothing = ({ lanes, sizeBytes }: Exchange): boolean => sizeBytes === 0 || lanes[0]!.length === 1;
