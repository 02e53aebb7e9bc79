import type { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { afterAll, NOTHING } from '../after-all.ts';
import { bytesOf, type Data, upTo } from './blocks.ts';

/** `reduce`: the receiver adds what arrives to its own copy of the data; `copy`: it stores it. */
export type BlockAction = 'reduce' | 'copy';

/**
 * Called for each message. `src` and `dst` are members (0..p-1) of the call; `send` is the operation of the Schedule (its receive is
 * `send + 1`), `done` the one whose end puts the data in its place at `dst`: the receive, or the computation that adds it; `relay` is the
 * send of the rank that passes the message on, or NOTHING.
 */
export type MessageObserver = (
  step: number,
  src: number,
  dst: number,
  data: Data,
  bytes: number,
  action: BlockAction,
  send: number,
  done: number,
  relay: number,
) => void;

export interface CollectiveCallOptions {
  /** Phase of each step; asked for once a step, when its first message is posted. */
  readonly phaseOfStep: (step: number) => number;
  /** For each member an operation that must end before it posts anything, or NOTHING. */
  readonly entry?: readonly number[];
  readonly observe?: MessageObserver;
  /** Bits a second that a member adds; absent: adding takes no time. */
  readonly reduceRateBps?: number | undefined;
  /** `step`: a dissemination barrier of empty messages between any two steps. */
  readonly sync?: 'local' | 'step' | undefined;
  /** Ranks of a server between whose rails messages cross inside the servers (`relayOf`); absent: they do not. */
  readonly pxnRanksPerServer?: number | undefined;
}

/** What all parts of one call share. */
interface Context {
  readonly builder: ScheduleBuilder;
  readonly options: CollectiveCallOptions;
  readonly phases: number[];
}

/**
 * One call of a collective: turns the messages of a generator into operations and adds the local dependencies.
 *
 * Three disciplines, chosen by the generator a message:
 * - `sendInOrder`: waits for all that earlier steps brought, and for the start of the member's previous send. It does not wait for that
 *   send's ACK: steps are locally synchronous, not global barriers.
 * - `sendAfter`: waits for what the generator names, and for the start of the member's previous send.
 * - `post`: waits for what the generator names, which is nothing for messages that all go out at once.
 *
 * The first message of a member also waits for its entry. A send takes its data when it starts, a message changes the receiver's data when
 * its `done` ends.
 */
export class CollectiveCall {
  readonly members: readonly number[];
  readonly #context: Context;
  readonly #channel: number;
  /** Numbers of the members in the call that was made; this may be a part of it. */
  readonly #numbers: readonly number[];
  /** What the next posted message of a member waits for: ends, and starts. */
  readonly #ends: number[][];
  readonly #starts: number[][];
  readonly #lastSend: Int32Array;
  readonly #lastReduction: Int32Array;
  /** What earlier steps brought and no send of this member waits for yet; later sends inherit it through the order of starts. */
  readonly #pending: number[][];
  /** What the step under way brings. */
  readonly #arriving: number[][];
  #received: number[] = [];
  #step = NOTHING;
  /** The operation whose end puts the data of the message made last in its place. */
  #done = NOTHING;

  /** `members[i]` is the rank of member i. */
  constructor(builder: ScheduleBuilder, members: readonly number[], options: CollectiveCallOptions, part?: CallPart) {
    this.members = members;
    this.#context = part?.context ?? { builder, options, phases: [] };
    this.#channel = part?.channel ?? 0;
    this.#numbers = part?.numbers ?? upTo(members.length);
    const entry = part?.entry ?? options.entry;
    this.#ends = members.map((_, i) => (entry === undefined || entry[i] === NOTHING ? [] : [entry[i]!]));
    this.#starts = members.map(() => []);
    this.#lastSend = new Int32Array(members.length).fill(NOTHING);
    this.#lastReduction = new Int32Array(members.length).fill(NOTHING);
    this.#pending = members.map(() => []);
    this.#arriving = members.map(() => []);
  }

  get size(): number {
    return this.members.length;
  }

  /** A message of a step-by-step algorithm; `endStep` closes the step. */
  sendInOrder(step: number, src: number, dst: number, data: Data, action: BlockAction): void {
    this.#enterStep(step);
    this.#orderedSend(step, src, dst, data, action);
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

  /**
   * Closes a step in which a member's message brings data that its own one carries too: what arrives is kept apart until the
   * member's send has taken its data.
   */
  endExchange(): void {
    const { builder } = this.#context;
    for (const member of this.#received) {
      const send = this.#lastSend[member]!;
      if (send !== NOTHING) for (const done of this.#arriving[member]!) builder.after(done, send, 'start');
    }
    this.endStep();
  }

  /** A message that waits for the ends of `waits`, operations of its sender. Returns the operation whose end brings the data to `dst`. */
  sendAfter(step: number, src: number, dst: number, data: Data, action: BlockAction, waits: readonly number[]): number {
    if (this.#isStepwise) {
      if (step !== this.#step) this.endStep();
      this.#enterStep(step);
      return this.#orderedSend(step, src, dst, data, action);
    }
    const send = this.#message(step, src, dst, data, action);
    this.#order(send, src);
    for (const op of waits) this.#context.builder.after(send, op);
    const pending = this.#pending[src]!;
    if (waits.length > 0 && pending.length > 0) this.#pending[src] = pending.filter((op) => !waits.includes(op));
    const done = this.#done;
    this.#pending[dst]!.push(done);
    return done;
  }

  /**
   * Messages [src, dst] that their server's NVSwitch adds (all to one member) or replicates (all from one, which first waits for the ends of
   * `waits`), each after the start of its member's previous send. Returns what brings the data to each receiver.
   */
  sendInSwitch(
    step: number,
    pairs: readonly (readonly [src: number, dst: number])[],
    data: Data,
    action: BlockAction,
    waits: readonly number[],
  ): number[] {
    if (data.length === 0) return [];
    // Those of one member follow each other by start, so that the first one's waits are those of all.
    const done = pairs.map(([src, dst], i) => this.sendAfter(step, src, dst, data, action, i === 0 ? waits : []));
    this.#context.builder.inSwitch(done.map((receive) => receive - 1));
    return done;
  }

  /** A message that goes out as soon as the member may start this phase and `waits` have ended. Returns its send. */
  post(step: number, src: number, dst: number, data: Data, action: BlockAction, waits: readonly number[] = []): number {
    const { builder } = this.#context;
    this.#step = step;
    const send = this.#message(step, src, dst, data, action);
    const entry = this.#enter(src);
    if (entry !== NOTHING) builder.after(send, entry);
    for (const op of waits) builder.after(send, op);
    if (waits.length > 0) this.#starts[src]!.push(send);
    this.#touch(dst, this.#done);
    return send;
  }

  /** What arrives of messages posted so far is kept apart until the ends (or starts) of `sends[member]`, all posted at once, have begun. */
  holdArrivals(sends: readonly (readonly number[])[]): void {
    const { builder } = this.#context;
    for (const member of this.#received) {
      const posted = afterAll(builder, this.members[member]!, [], sends[member]!);
      if (posted !== NOTHING) for (const done of this.#arriving[member]!) builder.after(done, posted);
    }
  }

  /** From now on messages posted by a member wait for all that was posted to it so far. */
  waitForReceives(): void {
    if (this.#isStepwise) {
      this.endStep();
      this.#barrier(this.#step);
      this.settle();
      return;
    }
    for (const member of this.#received) {
      this.#ends[member]!.push(...this.#arriving[member]!);
      this.#arriving[member]!.length = 0;
    }
    this.#received = [];
  }

  /** From now on what a member does waits for all that the call has brought to it and for the starts of its sends. */
  settle(): void {
    this.endStep();
    for (let member = 0; member < this.size; member++) {
      const last = this.#lastSend[member]!;
      if (last !== NOTHING) {
        // The first send waited for the entry.
        this.#ends[member] = [];
        this.#starts[member]!.push(last);
      }
      this.#ends[member]!.push(...this.#pending[member]!);
      this.#pending[member] = [];
      this.#lastSend[member] = NOTHING;
    }
    this.#step = NOTHING;
  }

  /** For each member an operation whose end means that it is done: all it waits for has arrived and its sends have started. */
  exits(): number[] {
    this.settle();
    return this.members.map((_, member) => this.#enter(member));
  }

  /**
   * Parts of the call side by side, each over some members (numbers of this call): they begin when their members are done with what went
   * before, and what follows waits for all parts of a member.
   */
  concurrently(parts: readonly (readonly number[])[], emit: (part: CollectiveCall, index: number) => void): void {
    this.#sideBySide(parts, emit, () => this.#channel);
  }

  /** Channels of the call side by side, each over all members. */
  inChannels(channels: number, emit: (part: CollectiveCall, channel: number) => void): void {
    this.#sideBySide(
      upTo(channels).map(() => upTo(this.size)),
      emit,
      (channel) => channel,
    );
  }

  #sideBySide(
    parts: readonly (readonly number[])[],
    emit: (part: CollectiveCall, index: number) => void,
    channelOf: (index: number) => number,
  ): void {
    this.settle();
    const entries = parts.map((members) => members.map((member) => this.#enter(member)));
    const after: { readonly ends: number[]; readonly starts: number[] }[] = this.members.map(() => ({ ends: [], starts: [] }));
    parts.forEach((members, index) => {
      const { builder, options } = this.#context;
      const numbers = members.map((member) => this.#numbers[member]!);
      const ranks = members.map((member) => this.members[member]!);
      const part = new CollectiveCall(builder, ranks, options, {
        context: this.#context,
        channel: channelOf(index),
        numbers,
        entry: entries[index]!,
      });
      emit(part, index);
      part.settle();
      members.forEach((member, i) => {
        after[member]!.ends.push(...part.#ends[i]!);
        after[member]!.starts.push(...part.#starts[i]!);
      });
    });
    const taking = new Set(parts.flat());
    for (const member of taking) {
      this.#ends[member] = [...new Set(after[member]!.ends)];
      this.#starts[member] = after[member]!.starts;
    }
  }

  get #isStepwise(): boolean {
    return this.#context.options.sync === 'step';
  }

  #enterStep(step: number): void {
    if (this.#isStepwise && this.#step !== NOTHING && this.#step !== step) this.#barrier(this.#step);
    this.#step = step;
  }

  /** Hensgen, Finkel, Manber, "Two algorithms for barrier synchronization", 1988. */
  #barrier(step: number): void {
    for (let distance = 1; distance < this.size; distance *= 2) {
      for (let member = 0; member < this.size; member++) {
        this.#orderedSend(step, member, (member + distance) % this.size, [], 'copy');
      }
      this.endStep();
    }
  }

  #orderedSend(step: number, src: number, dst: number, data: Data, action: BlockAction): number {
    const send = this.#message(step, src, dst, data, action);
    this.#order(send, src);
    const pending = this.#pending[src]!;
    for (const op of pending) this.#context.builder.after(send, op);
    pending.length = 0;
    const done = this.#done;
    this.#touch(dst, done);
    return done;
  }

  /** A send follows its member's previous one, the first its entry. */
  #order(send: number, src: number): void {
    const { builder } = this.#context;
    const previous = this.#lastSend[src]!;
    if (previous !== NOTHING) builder.after(send, previous, 'start');
    else {
      const entry = this.#enter(src);
      if (entry !== NOTHING) builder.after(send, entry);
    }
    this.#lastSend[src] = send;
  }

  /** The operation whose end lets a member begin, made when it is first needed. */
  #enter(member: number): number {
    const ends = this.#ends[member]!;
    const starts = this.#starts[member]!;
    if (starts.length === 0 && ends.length < 2) return ends[0] ?? NOTHING;
    const join = afterAll(this.#context.builder, this.members[member]!, ends, starts);
    this.#ends[member] = [join];
    this.#starts[member] = [];
    return join;
  }

  #touch(dst: number, done: number): void {
    const arriving = this.#arriving[dst]!;
    if (arriving.length === 0) this.#received.push(dst);
    arriving.push(done);
  }

  /** Makes a message and returns its send; `#done` tells the rest. */
  #message(step: number, src: number, dst: number, data: Data, action: BlockAction): number {
    const { builder, options, phases } = this.#context;
    const phase = (phases[step] ??= options.phaseOfStep(step));
    const bytes = bytesOf(data);
    const from = this.members[src]!;
    const to = this.members[dst]!;
    const proxy = relayOf(from, to, options.pxnRanksPerServer ?? 1);
    const send = builder.message(from, proxy === NOTHING ? to : proxy, bytes, phase, this.#channel);
    let relay = NOTHING;
    if (proxy !== NOTHING) {
      relay = builder.message(proxy, to, bytes, phase, this.#channel);
      builder.after(relay, send + 1);
    }
    this.#done = (relay === NOTHING ? send : relay) + 1;
    if (action === 'reduce' && bytes > 0 && options.reduceRateBps !== undefined) this.#reduction(dst, bytes, options.reduceRateBps);
    options.observe?.(step, this.#numbers[src]!, this.#numbers[dst]!, data, bytes, action, send, this.#done, relay);
    return send;
  }

  /** A member adds one message at a time, in the order in which the generator made them. */
  #reduction(dst: number, bytes: number, reduceRateBps: number): void {
    const { builder } = this.#context;
    const reduction = builder.compute(this.members[dst]!, Math.round((bytes * 8e12) / reduceRateBps));
    builder.after(reduction, this.#done);
    const previous = this.#lastReduction[dst]!;
    if (previous !== NOTHING) builder.after(reduction, previous);
    this.#lastReduction[dst] = reduction;
    this.#done = reduction;
  }
}

/**
 * PXN ("PCI x NVLink", NCCL 2.12): a message to another rail of another server crosses the own server first, to the rank there whose network
 * card is on that rail. Returns that rank, or NOTHING where the message goes straight.
 */
function relayOf(from: number, to: number, ranksPerServer: number): number {
  const server = from - (from % ranksPerServer);
  const local = to % ranksPerServer;
  return to - local === server || server + local === from ? NOTHING : server + local;
}

/** A part of a call, as `concurrently` makes it. */
interface CallPart {
  readonly context: Context;
  readonly channel: number;
  readonly numbers: readonly number[];
  readonly entry: readonly number[];
}
