/** First-in first-out queue of control packets (all words but the first of their records) in a ring that grows by doubling. */
export class ControlQueue {
  count = 0;
  /** Position of the oldest packet in `words`. */
  head = 0;
  /** Words of a packet. */
  readonly stride: number;
  words: Int32Array;
  readonly #held: Int32Array;

  /** @param recordWords words of a record */
  constructor(recordWords: number) {
    this.stride = recordWords - 1;
    this.words = new Int32Array(this.stride * 16);
    this.#held = new Int32Array(this.stride);
  }

  /** Returns the position of the packet's words beyond these five, in `words`. */
  push(flow: number, seq: number, dstMeta: number, sizeEntropy: number, aux: number): number {
    if (this.count * this.stride === this.words.length) this.#grow();
    let at = this.head + this.count * this.stride;
    if (at >= this.words.length) at -= this.words.length;
    const words = this.words;
    words[at] = flow;
    words[at + 1] = seq;
    words[at + 2] = dstMeta;
    words[at + 3] = sizeEntropy;
    words[at + 4] = aux;
    this.count++;
    return at + 5;
  }

  /** Removes the oldest packet. */
  drop(): void {
    this.head += this.stride;
    if (this.head === this.words.length) this.head = 0;
    this.count--;
  }

  /** Moves the packet that is `place` places behind the oldest one to the front. */
  bringForward(place: number): void {
    if (place === 0) return;
    const { words, stride } = this;
    const held = this.#held;
    const from = this.at(place);
    for (let word = 0; word < stride; word++) held[word] = words[from + word]!;
    for (let i = place; i > 0; i--) words.copyWithin(this.at(i), this.at(i - 1), this.at(i - 1) + stride);
    words.set(held, this.head);
  }

  /** Position of the packet that is `place` places behind the oldest one. */
  at(place: number): number {
    const at = this.head + place * this.stride;
    return at >= this.words.length ? at - this.words.length : at;
  }

  #grow(): void {
    const words = new Int32Array(this.words.length * 2);
    words.set(this.words.subarray(this.head));
    words.set(this.words.subarray(0, this.head), this.words.length - this.head);
    this.words = words;
    this.head = 0;
  }
}
