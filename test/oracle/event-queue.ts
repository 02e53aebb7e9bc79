/** One pending action of one node. Keys order it; `sequence` (the order of insertion) orders nothing unless a bug is planted. */
export interface PendingEvent {
  readonly timePs: number;
  /** Departures are 0, everything else is 1: at one instant departures come first. */
  readonly stage: 0 | 1;
  readonly node: number;
  /** Input port, or class of a local event, or output port of a departure. */
  readonly port: number;
  readonly id: number;
  readonly sequence: number;
  readonly run: () => void;
}

export type EventOrder = (a: PendingEvent, b: PendingEvent) => number;

/**
 * (time, node, departures before arrivals, port or class, id): the order rule of docs/packet-model.md, section 1. The order of two
 * nodes at one instant changes nothing, because a link takes time.
 */
export const canonicalOrder: EventOrder = (a, b) => {
  const difference = a.timePs - b.timePs || a.node - b.node || a.stage - b.stage || a.port - b.port || a.id - b.id;
  if (difference === 0 && a !== b) throw new Error(`two events of one key: node ${a.node}, port ${a.port}, id ${a.id} at ${a.timePs} ps`);
  return difference;
};

/** A binary heap. */
export class EventQueue {
  readonly #heap: PendingEvent[] = [];
  readonly #order: EventOrder;

  constructor(order: EventOrder) {
    this.#order = order;
  }

  push(event: PendingEvent): void {
    const heap = this.#heap;
    let child = heap.push(event) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (this.#order(heap[parent]!, heap[child]!) < 0) break;
      this.#swap(parent, child);
      child = parent;
    }
  }

  get isEmpty(): boolean {
    return this.#heap.length === 0;
  }

  /** Removes and returns the first event if it is due at `timePs` or before; else null. */
  popUpTo(timePs: number): PendingEvent | null {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.timePs > timePs) return null;
    const last = heap.pop()!;
    if (last === first) return first;
    heap[0] = last;
    let parent = 0;
    for (;;) {
      let smallest = 2 * parent + 1;
      if (smallest >= heap.length) return first;
      if (smallest + 1 < heap.length && this.#order(heap[smallest + 1]!, heap[smallest]!) < 0) smallest++;
      if (this.#order(heap[parent]!, heap[smallest]!) < 0) return first;
      this.#swap(parent, smallest);
      parent = smallest;
    }
  }

  #swap(i: number, j: number): void {
    const held = this.#heap[i]!;
    this.#heap[i] = this.#heap[j]!;
    this.#heap[j] = held;
  }
}
