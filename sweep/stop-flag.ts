/**
 * A flag that one thread raises and the run in another one looks at. It lies in shared memory because a run is synchronous: its thread
 * reads no messages before it ends.
 */
export class StopFlag {
  /** What crosses threads. */
  readonly memory: SharedArrayBuffer;
  readonly #flag: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#flag = new Int32Array(memory);
  }

  raise(): void {
    Atomics.store(this.#flag, 0, 1);
  }

  get isRaised(): boolean {
    return Atomics.load(this.#flag, 0) === 1;
  }
}
