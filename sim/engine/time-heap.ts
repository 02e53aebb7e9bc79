/**
 * A 4-ary min-heap of (time, node, port, id) in parallel typed arrays, ordered by time only: ties are put right by the sort of
 * the receiving mailbox, so their order here does not matter.
 */
export class TimeHeap {
  size = 0;
  /** Fields of the entry removed by the last `pop`. */
  poppedNode = 0;
  poppedPort = 0;
  poppedId = 0;
  #time: Float64Array = new Float64Array(64);
  #node: Int32Array = new Int32Array(64);
  #port: Int32Array = new Int32Array(64);
  #id: Int32Array = new Int32Array(64);

  /** Earliest time, or Infinity when empty. */
  minTimePs(): number {
    return this.size === 0 ? Infinity : this.#time[0]!;
  }

  push(timePs: number, node: number, port: number, id: number): void {
    if (this.size === this.#time.length) this.#grow();
    const time = this.#time;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      if (time[parent]! <= timePs) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#set(i, timePs, node, port, id);
  }

  /** Removes the earliest entry, leaves it in the `popped...` fields and returns its time. */
  pop(): number {
    const time = this.#time;
    const earliest = time[0]!;
    this.poppedNode = this.#node[0]!;
    this.poppedPort = this.#port[0]!;
    this.poppedId = this.#id[0]!;
    const last = --this.size;
    const timePs = time[last]!;
    let i = 0;
    for (;;) {
      let child = 4 * i + 1;
      if (child >= last) break;
      const end = Math.min(child + 4, last);
      for (let c = child + 1; c < end; c++) if (time[c]! < time[child]!) child = c;
      if (time[child]! >= timePs) break;
      this.#move(child, i);
      i = child;
    }
    this.#set(i, timePs, this.#node[last]!, this.#port[last]!, this.#id[last]!);
    return earliest;
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#time[from]!, this.#node[from]!, this.#port[from]!, this.#id[from]!);
  }

  #set(i: number, timePs: number, node: number, port: number, id: number): void {
    this.#time[i] = timePs;
    this.#node[i] = node;
    this.#port[i] = port;
    this.#id[i] = id;
  }

  #grow(): void {
    const bigger = this.size * 2;
    const time = new Float64Array(bigger);
    time.set(this.#time);
    this.#time = time;
    const grown = (old: Int32Array): Int32Array => {
      const next = new Int32Array(bigger);
      next.set(old);
      return next;
    };
    this.#node = grown(this.#node);
    this.#port = grown(this.#port);
    this.#id = grown(this.#id);
  }
}
