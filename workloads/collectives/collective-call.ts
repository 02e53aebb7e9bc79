import type { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { afterAll, NOTHING } from '../after-all.ts';

/** `reduce`: the receiver adds what arrives to its own copy of the blocks; `copy`: it stores it. */
export type BlockAction = 'reduce' | 'copy';

/**
 * Called for each message. `src` and `dst` are members (0..p-1) of the call; blocks are numbered as the generator documents; `send` is
 * the operation of the Schedule (its receive is `send + 1`).
 */
export type MessageObserver = (
  step: number,
  src: number,
  dst: number,
  firstBlock: number,
  blockCount: number,
  action: BlockAction,
  send: number,
) => void;

export interface CollectiveCallOptions {
  /** Phase of each step; asked for once a step, when its first message is posted. */
  readonly phaseOfStep: (step: number) => number;
  /** For each member an operation that must end before it posts anything, or NOTHING. */
  readonly entry?: readonly number[];
  readonly observe?: MessageObserver;
}

/**
 * One call of a collective: turns the messages of a generator into operations and adds the local dependencies.
 *
 * Two disciplines, chosen by the generator a message:
 * - `sendInOrder`: waits for the end of every receive of earlier steps, and for the start of the member's previous send. It does not
 *   wait for that send's ACK: steps are locally synchronous, not global barriers.
 * - `post`: waits only for the member's entry, or for what `waitForReceives` put in its place: all messages of a phase go out at once.
 */
export class CollectiveCall {
  readonly members: readonly number[];
  readonly #builder: ScheduleBuilder;
  readonly #phaseOfStep: (step: number) => number;
  readonly #observe: MessageObserver | undefined;
  readonly #phases: number[] = [];
  /** What the next posted message of a member waits for. */
  readonly #gate: number[];
  readonly #lastSend: Int32Array;
  /** Receives of finished steps that no send of this member waits for yet; later sends inherit them through the order of starts. */
  readonly #pending: number[][];
  /** Receives of the step under way. */
  readonly #arriving: number[][];
  #received: number[] = [];

  /** `members[i]` is the rank of member i. */
  constructor(builder: ScheduleBuilder, members: readonly number[], options: CollectiveCallOptions) {
    this.members = members;
    this.#builder = builder;
    this.#phaseOfStep = options.phaseOfStep;
    this.#observe = options.observe;
    this.#gate = members.map((_, i) => options.entry?.[i] ?? NOTHING);
    this.#lastSend = new Int32Array(members.length).fill(NOTHING);
    this.#pending = members.map(() => []);
    this.#arriving = members.map(() => []);
  }

  get size(): number {
    return this.members.length;
  }

  /** A message of a step-by-step algorithm; `endStep` closes the step. */
  sendInOrder(step: number, src: number, dst: number, bytes: number, firstBlock: number, blockCount: number, action: BlockAction): void {
    const send = this.#message(step, src, dst, bytes, firstBlock, blockCount, action);
    const previous = this.#lastSend[src]!;
    if (previous !== NOTHING) this.#builder.after(send, previous, 'start');
    else if (this.#gate[src] !== NOTHING) this.#builder.after(send, this.#gate[src]!);
    const pending = this.#pending[src]!;
    for (const receive of pending) this.#builder.after(send, receive);
    pending.length = 0;
    this.#lastSend[src] = send;
    this.#touch(dst, send + 1);
  }

  /** What arrived in this step may be sent on from the next step on. */
  endStep(): void {
    for (const member of this.#received) {
      const arriving = this.#arriving[member]!;
      this.#pending[member]!.push(...arriving);
      arriving.length = 0;
    }
    this.#received = [];
  }

  /** A message that goes out as soon as the member may start this phase. */
  post(step: number, src: number, dst: number, bytes: number, firstBlock: number, blockCount: number, action: BlockAction): void {
    const send = this.#message(step, src, dst, bytes, firstBlock, blockCount, action);
    if (this.#gate[src] !== NOTHING) this.#builder.after(send, this.#gate[src]!);
    this.#touch(dst, send + 1);
  }

  /** From now on messages posted by a member wait for the ends of all receives that were posted to it so far. */
  waitForReceives(): void {
    for (const member of this.#received) {
      const arriving = this.#arriving[member]!;
      this.#gate[member] = afterAll(this.#builder, this.members[member]!, [this.#gate[member]!, ...arriving]);
      arriving.length = 0;
    }
    this.#received = [];
  }

  #touch(dst: number, receive: number): void {
    const arriving = this.#arriving[dst]!;
    if (arriving.length === 0) this.#received.push(dst);
    arriving.push(receive);
  }

  #message(step: number, src: number, dst: number, bytes: number, firstBlock: number, blockCount: number, action: BlockAction): number {
    const phase = (this.#phases[step] ??= this.#phaseOfStep(step));
    const send = this.#builder.message(this.members[src]!, this.members[dst]!, bytes, phase);
    this.#observe?.(step, src, dst, firstBlock, blockCount, action, send);
    return send;
  }
}
