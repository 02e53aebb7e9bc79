const WORDS = 5;

/** First-in first-out queue of control packets (words 1 to 5 of their records) in a ring that grows by doubling. */
export class ControlQueue {
  count = 0;
  /** Position of the oldest packet in `words`. */
  head = 0;
  words: Int32Array = new Int32Array(WORDS * 16);

  push(flow: number, seq: number, dstMeta: number, sizeEntropy: number, aux: number): void {
    if (this.count * WORDS === this.words.length) this.#grow();
    let at = this.head + this.count * WORDS;
    if (at >= this.words.length) at -= this.words.length;
    const words = this.words;
    words[at] = flow;
    words[at + 1] = seq;
    words[at + 2] = dstMeta;
    words[at + 3] = sizeEntropy;
    words[at + 4] = aux;
    this.count++;
  }

  /** Removes the oldest packet. */
  drop(): void {
    this.head += WORDS;
    if (this.head === this.words.length) this.head = 0;
    this.count--;
  }

  #grow(): void {
    const words = new Int32Array(this.words.length * 2);
    words.set(this.words.subarray(this.head));
    words.set(this.words.subarray(0, this.head), this.words.length - this.head);
    this.words = words;
    this.head = 0;
  }
}
