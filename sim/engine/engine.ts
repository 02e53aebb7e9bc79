import { InternalError } from '../base/errors.ts';
import { BatchSorter } from './batch-sorter.ts';
import { LocalHeap } from './local-heap.ts';
import { CHUNK_SLOTS, CHUNK_WORDS, FIRST_CLASS, MAX_WINDOW_PS, PORT_BITS, PORT_MASK, RECORD_WORDS } from './record.ts';
import { TimeHeap } from './time-heap.ts';

/** A logical process: a switch, or a host with everything in its box. It touches only its own mutable state. */
export interface EngineNode {
  /** Handles the first `count` records of the engine's sorted batch, in order, and the local events they arm. */
  process(count: number): void;
  /**
   * Starts the transmissions that begin before `windowEndPs`. Returns whether the next one begins in the following window; for a later
   * one the node arms a timer, so that idle windows can be jumped.
   */
  flush(windowEndPs: number): boolean;
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
}

const MAX_RING_SLOTS = 512;

/**
 * The engine has no global event queue. Time is cut into windows of at most the smallest link delay, so nothing a node does inside
 * a window reaches another node before the window ends. Every node has a mailbox a window; each window, each node with mail sorts it once
 * and handles it in one loop. Order is (time, port or class, id): data of the event, never the order of insertion, so results do not
 * depend on the window.
 *
 * Mailboxes are chains of 16-slot chunks in one arena, newest chunk first; a chunk's header holds the address of the chunk before
 * it (or -1) and its number of records. `post` may move the arena: read `arena` anew after it.
 */
export class Engine {
  readonly windowPs: number;
  /** [0] start of the window being processed, [1] its end (a double field of an object would be boxed). */
  readonly clock = new Float64Array(2);
  arena: Int32Array = new Int32Array(CHUNK_WORDS * 256);
  readonly sorter: BatchSorter;
  readonly local = new LocalHeap();
  /** Mailboxes with records. */
  #pending = 0;
  #freeChunk = -1;
  #usedWords = 0;
  readonly #nodes: EngineNode[] = [];
  readonly #nodeCount: number;
  readonly #inverseWindow: number;
  readonly #slots: number;
  readonly #ringSpanPs: number;
  #slot = 0;
  readonly #heads: Int32Array;
  readonly #active: Int32Array;
  readonly #activeWords: number;
  readonly #far = new TimeHeap();
  readonly #overflow = new TimeHeap();
  /** Records of the overflow heap: appended by `post`, moved to the heap at the start of the next window. */
  #overflowHead = -1;
  #overflowTimes: number[] = [];
  #overflowNodes: number[] = [];
  #overflowPackets = 0;
  #parked: Int32Array = new Int32Array(RECORD_WORDS * 64);
  #parkedFree: number[] = [];
  #parkedUsed = 0;
  readonly #dirty: Int32Array;
  readonly #isDirty: Uint8Array;
  #dirtyCount = 0;
  readonly #observer: BatchObserver | null;
  /** Records beyond the stop time in the window it cuts, and the packets among them. */
  #cutRecords = 0;
  #cutPackets = 0;

  constructor(options: EngineOptions) {
    if (!(options.windowPs >= 1 && options.windowPs <= MAX_WINDOW_PS && Number.isInteger(options.windowPs))) {
      throw new InternalError('E901', `window of ${options.windowPs} ps is not a whole number between 1 and ${MAX_WINDOW_PS}`);
    }
    this.windowPs = options.windowPs;
    this.#inverseWindow = 1 / options.windowPs;
    this.#nodeCount = options.nodes;
    let slots = 4;
    while (slots < MAX_RING_SLOTS && slots < options.horizonPs / options.windowPs + 2) slots *= 2;
    this.#slots = slots;
    this.#ringSpanPs = slots * options.windowPs;
    this.#heads = new Int32Array(slots * options.nodes).fill(-1);
    this.#activeWords = (options.nodes + 31) >> 5;
    this.#active = new Int32Array(slots * this.#activeWords);
    this.#dirty = new Int32Array(options.nodes);
    this.#isDirty = new Uint8Array(options.nodes);
    this.sorter = new BatchSorter(options.windowPs);
    this.#observer = options.observer;
  }

  /** Registers the next node; call once for each, in node order. */
  addNode(node: EngineNode): void {
    this.#nodes.push(node);
  }

  /**
   * Appends a record for `node` at `timePs` and returns its address; the caller writes words 1 to 5. Nodes post for later windows
   * only; into the current one the engine itself posts, before its nodes are processed.
   */
  post(node: number, timePs: number, port: number): number {
    const ahead = timePs - this.clock[0]!;
    if (ahead >= this.#ringSpanPs) return this.#postOverflow(node, timePs, port);
    const windowPs = this.windowPs;
    let windows = (ahead * this.#inverseWindow) | 0;
    let offset = ahead - windows * windowPs;
    if (offset >= windowPs) {
      // The reciprocal can come out one window low.
      windows++;
      offset -= windowPs;
      if (windows === this.#slots) return this.#postOverflow(node, timePs, port);
    }
    const slot = (this.#slot + windows) & (this.#slots - 1);
    const mailbox = slot * this.#nodeCount + node;
    let chunk = this.#heads[mailbox]!;
    let count = 0;
    if (chunk < 0) this.#activate(slot, node);
    else count = this.arena[chunk + 1]!;
    if (chunk < 0 || count === CHUNK_SLOTS - 1) {
      chunk = this.#takeChunk(chunk);
      this.#heads[mailbox] = chunk;
      count = 0;
    }
    const arena = this.arena;
    arena[chunk + 1] = count + 1;
    const address = chunk + RECORD_WORDS * (count + 1);
    arena[address] = (offset << PORT_BITS) | port;
    return address;
  }

  /**
   * Arms a local event of `node`. For this window only while that node is being processed; during `flush` and before the run for later
   * windows only.
   */
  timer(node: number, timePs: number, eventClass: number, id: number): void {
    if (timePs < this.clock[1]!) {
      this.local.push(((timePs - this.clock[0]!) << PORT_BITS) | eventClass, id);
    } else if (timePs - this.clock[0]! < this.#ringSpanPs) {
      const address = this.post(node, timePs, eventClass);
      this.arena[address + 1] = id;
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
   * Handles everything up to and including `untilPs`, or until nothing is pending.
   *
   * @param onProgress called with the simulated time every `progressWindows` windows that held events
   */
  run(untilPs: number, onProgress: ((timePs: number) => void) | null, progressWindows: number): void {
    const clock = this.clock;
    const windowPs = this.windowPs;
    const slots = this.#slots;
    let window = 0;
    let untilProgress = progressWindows;
    for (;;) {
      if (this.#overflowHead >= 0) this.#parkOverflow();
      if (this.#pending === 0 && this.#dirtyCount === 0) {
        // No mail in the ring and no port with more to send in the next window: the gap can be jumped.
        const earliestPs = Math.min(this.#far.minTimePs(), this.#overflow.minTimePs());
        if (earliestPs === Infinity) break;
        window = Math.max(window, Math.floor(earliestPs / windowPs));
      }
      const startPs = window * windowPs;
      if (startPs > untilPs) break;
      clock[0] = startPs;
      clock[1] = Math.min(startPs + windowPs, untilPs + 1);
      const slot = window % slots;
      this.#slot = slot;
      this.#unparkOverflow();
      this.#releaseTimers(startPs + windowPs);
      this.#processWindow(slot, clock[1] < startPs + windowPs);
      this.#flushDirty(clock[1]);
      if (clock[1] <= untilPs) {
        window++;
        if (onProgress !== null && --untilProgress === 0) {
          untilProgress = progressWindows;
          onProgress(clock[1]);
        }
      } else {
        break;
      }
    }
  }

  /** Nothing is pending: the run came to its end by itself. */
  isIdle(): boolean {
    return this.#pending === 0 && this.#cutRecords === 0 && this.#far.size === 0 && this.#overflow.size === 0 && this.#overflowHead < 0;
  }

  /** Packets posted and not handled: what a stop condition leaves on the wire and in queues. */
  inFlight(): number {
    let packets = this.#cutPackets;
    for (const head of this.#heads) {
      for (let chunk = head; chunk >= 0; chunk = this.arena[chunk]!) {
        const count = this.arena[chunk + 1]!;
        for (let i = 1; i <= count; i++) if ((this.arena[chunk + RECORD_WORDS * i]! & PORT_MASK) < FIRST_CLASS) packets++;
      }
    }
    return packets + this.#overflowPackets;
  }

  #processWindow(slot: number, isCut: boolean): void {
    const nodes = this.#nodes;
    const activeBase = slot * this.#activeWords;
    const headBase = slot * this.#nodeCount;
    for (let word = 0; word < this.#activeWords; word++) {
      let bits = this.#active[activeBase + word]!;
      if (bits === 0) continue;
      this.#active[activeBase + word] = 0;
      while (bits !== 0) {
        const node = (word << 5) + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        const head = this.#heads[headBase + node]!;
        this.#heads[headBase + node] = -1;
        let count = this.sorter.gather(this.arena, head);
        this.#pending--;
        if (isCut) count = this.#cutBatch(count);
        if (this.#observer !== null) this.#observer(this, node, count);
        nodes[node]!.process(count);
        this.#freeChain(head);
      }
    }
  }

  /** The stop time lies in this window: keeps the records up to it and counts the packets beyond. */
  #cutBatch(count: number): number {
    const limit = this.clock[1]! - this.clock[0]!;
    let kept = count;
    while (kept > 0 && this.sorter.keys[kept - 1]! >>> PORT_BITS >= limit) {
      kept--;
      this.#cutRecords++;
      if ((this.sorter.keys[kept]! & PORT_MASK) < FIRST_CLASS) this.#cutPackets++;
    }
    return kept;
  }

  #flushDirty(windowEndPs: number): void {
    const dirty = this.#dirty;
    let kept = 0;
    for (let i = 0; i < this.#dirtyCount; i++) {
      const node = dirty[i]!;
      if (this.#nodes[node]!.flush(windowEndPs)) dirty[kept++] = node;
      else this.#isDirty[node] = 0;
    }
    this.#dirtyCount = kept;
  }

  #releaseTimers(windowEndPs: number): void {
    const far = this.#far;
    while (far.minTimePs() < windowEndPs) {
      const timePs = far.pop();
      const address = this.post(far.poppedNode, timePs, far.poppedPort);
      this.arena[address + 1] = far.poppedId;
    }
  }

  /** The mailbox of `node` in `slot` gets its first record. */
  #activate(slot: number, node: number): void {
    this.#active[slot * this.#activeWords + (node >> 5)]! |= 1 << (node & 31);
    this.#pending++;
  }

  /** A chunk whose predecessor in its chain is `previous`. */
  #takeChunk(previous: number): number {
    let chunk = this.#freeChunk;
    if (chunk >= 0) {
      this.#freeChunk = this.arena[chunk]!;
    } else {
      chunk = this.#usedWords;
      this.#usedWords += CHUNK_WORDS;
      if (this.#usedWords > this.arena.length) this.#growArena();
    }
    this.arena[chunk] = previous;
    this.arena[chunk + 1] = 0;
    return chunk;
  }

  #growArena(): void {
    if (this.arena.length * 2 > 2 ** 31 - 1) {
      throw new InternalError('E902', 'more packets are in flight than the mailbox arena can address');
    }
    const arena = new Int32Array(this.arena.length * 2);
    arena.set(this.arena);
    this.arena = arena;
  }

  #freeChain(head: number): void {
    const arena = this.arena;
    let last = head;
    while (arena[last]! >= 0) last = arena[last]!;
    arena[last] = this.#freeChunk;
    this.#freeChunk = head;
  }

  // Arrivals beyond the ring: rare (queues longer than the ring, long delays), kept out of the hot path.

  #postOverflow(node: number, timePs: number, port: number): number {
    let chunk = this.#overflowHead;
    if (chunk < 0 || this.arena[chunk + 1] === CHUNK_SLOTS - 1) {
      chunk = this.#takeChunk(chunk);
      this.#overflowHead = chunk;
    }
    const count = ++this.arena[chunk + 1]!;
    this.#overflowTimes.push(timePs);
    if (port < FIRST_CLASS) this.#overflowPackets++;
    this.#overflowNodes.push(node);
    const address = chunk + RECORD_WORDS * count;
    this.arena[address] = port;
    return address;
  }

  /** Moves the records posted by `#postOverflow` to the parking area and the overflow heap. */
  #parkOverflow(): void {
    let index = this.#overflowTimes.length;
    for (let chunk = this.#overflowHead; chunk >= 0; chunk = this.arena[chunk]!) {
      for (let i = this.arena[chunk + 1]!; i >= 1; i--) {
        index--;
        const address = chunk + RECORD_WORDS * i;
        const spot = this.#parkedFree.pop() ?? this.#parkedUsed++;
        if ((spot + 1) * RECORD_WORDS > this.#parked.length) {
          const grown = new Int32Array(this.#parked.length * 2);
          grown.set(this.#parked);
          this.#parked = grown;
        }
        this.#parked.set(this.arena.subarray(address, address + RECORD_WORDS), spot * RECORD_WORDS);
        this.#overflow.push(this.#overflowTimes[index]!, this.#overflowNodes[index]!, this.arena[address]!, spot);
      }
    }
    this.#freeChain(this.#overflowHead);
    this.#overflowHead = -1;
    this.#overflowTimes = [];
    this.#overflowNodes = [];
  }

  #unparkOverflow(): void {
    const overflow = this.#overflow;
    const limitPs = this.clock[0]! + this.#ringSpanPs;
    while (overflow.minTimePs() < limitPs) {
      const timePs = overflow.pop();
      const spot = overflow.poppedId;
      if (overflow.poppedPort < FIRST_CLASS) this.#overflowPackets--;
      const address = this.post(overflow.poppedNode, timePs, overflow.poppedPort);
      const words = this.#parked.subarray(spot * RECORD_WORDS + 1, (spot + 1) * RECORD_WORDS);
      this.arena.set(words, address + 1);
      this.#parkedFree.push(spot);
    }
  }
}
