/** Deficit round robin over the data queues of each port (Shreedhar and Varghese 1995): queue 0 is not part of it. */
export class DeficitRoundRobin {
  readonly #queues: number;
  readonly #quantumBytes: Float64Array;
  /** By link: the queue whose turn it is; 0: none yet. */
  readonly #turn: Int32Array;
  /** Bytes that queue q of link l may still send, at l * queues + q. */
  readonly #deficitBytes: Float64Array;

  /** @param quantumBytes what each queue may send in a round */
  constructor(links: number, quantumBytes: Float64Array) {
    this.#queues = quantumBytes.length;
    this.#quantumBytes = quantumBytes;
    this.#turn = new Int32Array(links);
    this.#deficitBytes = new Float64Array(links * this.#queues);
  }

  /**
   * The queue that sends next, and takes the packet off its account.
   *
   * @param ready a bit a queue that may send: at least one besides queue 0
   * @param headBytes wire bytes of the first packet of each queue
   */
  next(link: number, ready: number, headBytes: Float64Array): number {
    const base = link * this.#queues;
    let queue = this.#turn[link]!;
    let isNew = queue === 0;
    if (isNew) queue = 1;
    for (;;) {
      if ((ready & (1 << queue)) !== 0) {
        if (isNew) this.#deficitBytes[base + queue]! += this.#quantumBytes[queue]!;
        if (headBytes[queue]! <= this.#deficitBytes[base + queue]!) {
          this.#deficitBytes[base + queue]! -= headBytes[queue]!;
          this.#turn[link] = queue;
          return queue;
        }
      }
      queue = queue + 1 < this.#queues ? queue + 1 : 1;
      isNew = true;
    }
  }

  /** The last packet of a queue has been sent. */
  emptied(link: number, queue: number): void {
    this.#deficitBytes[link * this.#queues + queue] = 0;
  }
}
