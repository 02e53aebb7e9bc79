/** What happens at a time; equal times in the order in which they were put in. */
interface Entry {
  readonly atPs: number;
  readonly number: number;
  readonly action: () => void;
}

const EVENTS_BETWEEN_LOOKS = 4096;

/** The clock of a packet-by-packet run and what is to happen, on a binary heap. */
export class EventQueue {
  nowPs = 0;
  readonly #heap: Entry[] = [];
  #count = 0;

  at(atPs: number, action: () => void): void {
    const entry = { atPs, number: this.#count++, action };
    const heap = this.#heap;
    let i = heap.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  after(delayPs: number, action: () => void): void {
    this.at(this.nowPs + delayPs, action);
  }

  /**
   * Does everything up to `untilPs`, and stands there.
   *
   * @param shouldStop asked now and then; where it ends the run, the clock stands at the last thing done
   */
  runUntil(untilPs: number, shouldStop: () => boolean = () => false): void {
    let done = 0;
    while (this.#heap.length > 0 && this.#heap[0]!.atPs <= untilPs) {
      if (done++ % EVENTS_BETWEEN_LOOKS === 0 && shouldStop()) return;
      const { atPs, action } = this.#pop();
      this.nowPs = atPs;
      action();
    }
    this.nowPs = untilPs;
  }

  #pop(): Entry {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

const before = (a: Entry, b: Entry): boolean => a.atPs < b.atPs || (a.atPs === b.atPs && a.number < b.number);
