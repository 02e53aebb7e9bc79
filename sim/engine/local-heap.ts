/**
 * Events that the node being processed arms for itself in this very window: a binary heap of (key, id), smallest first.
 * Empty again when the node is done; usually empty all the time.
 */
export class LocalHeap {
  size = 0;
  #key: Int32Array = new Int32Array(64);
  #id: Int32Array = new Int32Array(64);

  /** Key of the first event; only when `size > 0`. */
  topKey(): number {
    return this.#key[0]!;
  }

  topId(): number {
    return this.#id[0]!;
  }

  push(key: number, id: number): void {
    if (this.size === this.#key.length) this.#grow();
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#isBefore(key, id, parent)) break;
      this.#key[i] = this.#key[parent]!;
      this.#id[i] = this.#id[parent]!;
      i = parent;
    }
    this.#key[i] = key;
    this.#id[i] = id;
  }

  pop(): void {
    const last = --this.size;
    const key = this.#key[last]!;
    const id = this.#id[last]!;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#isBefore(this.#key[child + 1]!, this.#id[child + 1]!, child)) child++;
      if (this.#isBefore(key, id, child)) break;
      this.#key[i] = this.#key[child]!;
      this.#id[i] = this.#id[child]!;
      i = child;
    }
    this.#key[i] = key;
    this.#id[i] = id;
  }

  #isBefore(key: number, id: number, slot: number): boolean {
    const other = this.#key[slot]!;
    return key < other || (key === other && id < this.#id[slot]!);
  }

  #grow(): void {
    const key = new Int32Array(this.size * 2);
    const id = new Int32Array(this.size * 2);
    key.set(this.#key);
    id.set(this.#id);
    this.#key = key;
    this.#id = id;
  }
}
