/** What one switch remembers of the flows it has met: a hash table by flow number that grows, with a slot a flow. */
export class FlowSlots {
  /** Of each slot: the output link, -1 before the first; and when the latest packet came. */
  link: Int32Array = new Int32Array(16).fill(-1);
  lastPs: Float64Array = new Float64Array(16);
  #flow: Int32Array = new Int32Array(16);
  #used = 0;
  /** Open addressing: slot + 1; 0: free. */
  #table: Int32Array = new Int32Array(32);

  /** Slot of a flow; -1: not met. */
  find(flow: number): number {
    const mask = this.#table.length - 1;
    let at = Math.imul(flow, 0x9e3779b1) >>> 7;
    for (;;) {
      at &= mask;
      const slot = this.#table[at]! - 1;
      if (slot < 0 || this.#flow[slot] === flow) return slot;
      at++;
    }
  }

  /** Makes a slot for a flow that has none. */
  add(flow: number): number {
    if (this.#used === this.#flow.length) this.#grow();
    const slot = this.#used++;
    this.#flow[slot] = flow;
    this.#place(slot);
    return slot;
  }

  #place(slot: number): void {
    const mask = this.#table.length - 1;
    let at = (Math.imul(this.#flow[slot]!, 0x9e3779b1) >>> 7) & mask;
    while (this.#table[at] !== 0) at = (at + 1) & mask;
    this.#table[at] = slot + 1;
  }

  #grow(): void {
    const size = 2 * this.#flow.length;
    const link = new Int32Array(size).fill(-1);
    link.set(this.link);
    this.link = link;
    const lastPs = new Float64Array(size);
    lastPs.set(this.lastPs);
    this.lastPs = lastPs;
    const flow = new Int32Array(size);
    flow.set(this.#flow);
    this.#flow = flow;
    this.#table = new Int32Array(2 * size);
    for (let slot = 0; slot < this.#used; slot++) this.#place(slot);
  }
}
