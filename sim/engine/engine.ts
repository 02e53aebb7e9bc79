import { Batch } from './batch.ts';
import { BatchSorter } from './batch-sorter.ts';
import type { Exchange, Partition } from './exchange.ts';
import { LocalHeap } from './local-heap.ts';
import { Mailboxes } from './mailboxes.ts';
import type { RecordLayout } from './record-layout.ts';
import { DUE, PORT_BITS, PORT_MASK, RTT, WINDOW_END, WINDOW_START } from './record.ts';
import { TimeHeap } from './time-heap.ts';
import { arena, Region } from './arena.ts';

/** A logical process: a switch, or a host with everything in its box. It touches only its own mutable state. */
export interface EngineNode {
  /** Handles the first `count` records of the engine's sorted batch, in order, and the local events they arm. */
  process(count: number): void;
  /**
   * Starts the transmissions that begin before the end of the window. Returns whether the next one begins in the following window; for a
   * later one the node arms a timer, so that idle windows can be jumped.
   */
  flush(): boolean;
}

/** Sees every sorted batch before its node does: for event logs in tests. */
export type BatchObserver = (engine: Engine, node: number, count: number) => void;

export interface EngineOptions {
  readonly nodes: number;
  /** Lookahead: at most the smallest delay of a link and the shortest timer that a transmission arms. */
  readonly windowPs: number;
  /** How far ahead arrivals are usually posted: sizes the ring of windows. */
  readonly horizonPs: number;
  readonly observer: BatchObserver | null;
  readonly layout: RecordLayout;
  /** What the run uses of the arena. Default: a region of its own, which is released by whoever made the engine. */
  readonly region?: Region;
  /** The part of the run that this engine handles, beside others on other threads; null: all of it. */
  readonly partition: Partition | null;
}

/**
 * The engine has no global event queue. Time is cut into windows of at most the smallest link delay, so nothing a node does inside
 * a window reaches another node before the window ends. Every node has a mailbox a window; each window, each node with mail sorts it once
 * and handles it in one loop. Order is (time, port or class, id): data of the event, never the order of insertion, so results do not
 * depend on the window.
 */
export class Engine {
  /** What the run uses of the arena. */
  readonly region: Region;
  readonly mailboxes: Mailboxes;
  readonly layout: RecordLayout;
  /** Times in picoseconds: see record.ts for the places. One for all engines: every window sets it, so one may run while another one pauses. */
  readonly clock: Float64Array;
  readonly batch: Batch;
  readonly local = new LocalHeap();
  readonly #sorter: BatchSorter;
  readonly #nodes: EngineNode[] = [];
  readonly #far = new TimeHeap();
  readonly #dirty: Int32Array;
  readonly #isDirty: Uint8Array;
  #dirtyCount = 0;
  readonly #observer: BatchObserver | null;
  readonly #exchange: Exchange | null;
  #donePs = 0;
  /** Number of the next window to be handled, or of the one that `run` left half done. */
  #window = 0;

  constructor(options: EngineOptions) {
    this.region = options.region ?? new Region();
    this.mailboxes = new Mailboxes(options.nodes, options.windowPs, options.horizonPs, options.partition, options.layout, this.region);
    this.batch = new Batch(this.region);
    this.layout = options.layout;
    this.#exchange = options.partition?.exchange ?? null;
    this.clock = this.mailboxes.clock;
    this.clock.fill(0);
    this.#dirty = new Int32Array(options.nodes);
    this.#isDirty = new Uint8Array(options.nodes);
    this.#sorter = new BatchSorter(this.batch, options.windowPs, options.layout.words, this.region);
    this.#observer = options.observer;
  }

  get windowPs(): number {
    return this.mailboxes.windowPs;
  }

  /** Registers the next node; call once for each, in node order. */
  addNode(node: EngineNode): void {
    this.#nodes.push(node);
  }

  /**
   * Arms a local event of `node`. For this window only while that node is being processed; during `flush` and before the run for later
   * windows only.
   */
  timer(node: number, timePs: number, eventClass: number, id: number): void {
    const { mailboxes, clock } = this;
    if (timePs < clock[WINDOW_END]!) {
      this.local.push(((timePs - clock[WINDOW_START]!) << PORT_BITS) | eventClass, id);
    } else if (timePs - clock[WINDOW_START]! < mailboxes.spanPs) {
      clock[DUE] = timePs;
      const address = mailboxes.post(node, eventClass);
      arena[address + 1] = id;
    } else {
      this.#far.push(timePs, node, eventClass, id);
    }
  }

  /** `flush` will be called for `node` at the end of this window. */
  markDirty(node: number): void {
    if (this.#isDirty[node] === 1) return;
    this.#isDirty[node] = 1;
    this.#dirty[this.#dirtyCount++] = node;
  }

  /**
   * Handles everything up to and including `untilPs`, or until nothing is pending. May be called again to go on. With partitions every
   * engine is called alike, and all stop at the same place.
   *
   * @param pause called after every window that held events; the run stops there when it says so (in one partition: for all)
   * @returns whether it was stopped before everything was done
   */
  run(untilPs: number, pause: (() => boolean) | null): boolean {
    const { mailboxes, clock } = this;
    const { windowPs, slots } = mailboxes;
    this.#agree(false);
    while (this.#window !== Infinity && this.#window * windowPs <= untilPs) {
      const startPs = this.#window * windowPs;
      const endPs = startPs + windowPs;
      const isCut = untilPs < endPs - 1;
      clock[WINDOW_START] = startPs;
      clock[WINDOW_END] = isCut ? untilPs + 1 : endPs;
      clock[RTT] = -1;
      this.#donePs = clock[WINDOW_END]!;
      mailboxes.slot = this.#window & (slots - 1);
      mailboxes.recall();
      this.#releaseTimers(endPs);
      this.#processWindow(isCut);
      this.#flushDirty();
      if (!isCut) this.#window++;
      if (this.#agree(!isCut && pause !== null && pause())) return this.nextPs() <= untilPs;
      if (isCut) break;
    }
    return false;
  }

  /** Start of the next window that holds anything; Infinity: there is none. */
  nextPs(): number {
    return this.#window * this.windowPs;
  }

  /** Everything before this time is done. */
  donePs(): number {
    return this.#donePs;
  }

  /** Sets the window to the next one that holds anything, here or in another partition; returns whether anybody asked to stop. */
  #agree(wantsStop: boolean): boolean {
    const ownWindow = this.#nextWindow();
    if (this.#exchange === null) {
      this.#window = ownWindow;
      return wantsStop;
    }
    this.#exchange.sync(this.mailboxes, ownWindow, wantsStop);
    this.#window = this.#exchange.nextWindow;
    return this.#exchange.isVoted;
  }

  /** The next window in which this engine has something to do; Infinity: never. */
  #nextWindow(): number {
    const { mailboxes } = this;
    mailboxes.settle();
    if (mailboxes.pending > 0 || this.#dirtyCount > 0 || mailboxes.nextForeign() >= 0) return this.#window;
    // No mail in the ring and no port with more to send in the next window: the gap can be jumped. A record in the overflow may be for
    // another partition, which must have it before its window begins.
    const overflowPs = mailboxes.overflow.minDuePs() - (this.#exchange === null ? 0 : mailboxes.windowPs);
    const earliestPs = Math.min(this.#far.minTimePs(), overflowPs);
    return earliestPs === Infinity ? Infinity : Math.max(this.#window, Math.floor(earliestPs / mailboxes.windowPs));
  }

  /** Nothing is pending: the run came to its end by itself. */
  isIdle(): boolean {
    return this.mailboxes.isEmpty() && this.#dirtyCount === 0 && this.#far.size === 0;
  }

  #processWindow(isCut: boolean): void {
    const { mailboxes } = this;
    const { slot, activeAt, activeWords } = mailboxes;
    const nodes = this.#nodes;
    const base = activeAt + slot * activeWords;
    for (let word = 0; word < activeWords; word++) {
      let bits = arena[base + word]!;
      if (bits === 0) continue;
      arena[base + word] = 0;
      while (bits !== 0) {
        const node = (word << 5) + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        const end = mailboxes.take(slot, node);
        const count = this.#sorter.gather(end);
        const due = isCut ? this.#countDue(count) : count;
        if (this.#observer !== null) this.#observer(this, node, due);
        nodes[node]!.process(due);
        if (due < count) this.#putBack(node, due, count);
        mailboxes.release(end);
      }
    }
  }

  /** How many records of the batch are due before the end of a window that is cut. */
  #countDue(count: number): number {
    const limit = this.clock[WINDOW_END]! - this.clock[WINDOW_START]!;
    let due = count;
    while (due > 0 && arena[this.batch.addresses[due - 1]!]! >>> PORT_BITS >= limit) due--;
    return due;
  }

  /** The window is cut: records that are due after the cut go back to the mailbox of the same window. */
  #putBack(node: number, from: number, count: number): void {
    const { mailboxes, clock } = this;
    for (let i = from; i < count; i++) {
      const address = this.batch.addresses[i]!;
      const key = arena[address]!;
      clock[DUE] = clock[WINDOW_START]! + (key >>> PORT_BITS);
      const copy = mailboxes.post(node, key & PORT_MASK);
      mailboxes.copy(address, copy);
    }
  }

  #flushDirty(): void {
    const dirty = this.#dirty;
    let kept = 0;
    for (let i = 0; i < this.#dirtyCount; i++) {
      const node = dirty[i]!;
      if (this.#nodes[node]!.flush()) dirty[kept++] = node;
      else this.#isDirty[node] = 0;
    }
    this.#dirtyCount = kept;
  }

  /** Timers that are due in the window in hand go to its mailboxes. */
  #releaseTimers(endPs: number): void {
    const { mailboxes, clock } = this;
    const far = this.#far;
    while (far.minTimePs() < endPs) {
      clock[DUE] = far.pop();
      const address = mailboxes.post(far.poppedNode, far.poppedPort);
      arena[address + 1] = far.poppedId;
    }
  }
}
