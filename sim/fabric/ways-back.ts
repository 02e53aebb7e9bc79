/** The way back of packets that are pinned to paths. */
export class WaysBack {
  readonly #pathReverse: Int32Array;
  readonly #isPinnedJob: readonly boolean[];
  readonly #jobOfFlow: Uint8Array;

  /** @param isPinnedJob whether the packets of each job carry paths */
  constructor(pathReverse: Int32Array, isPinnedJob: readonly boolean[], jobOfFlow: Uint8Array) {
    this.#pathReverse = pathReverse;
    this.#isPinnedJob = isPinnedJob;
    this.#jobOfFlow = jobOfFlow;
  }

  /** The path of the answer to a packet of `flow` with this path; its entropy, if the flow has no paths. */
  of(flow: number, entropy: number): number {
    return this.#isPinnedJob[this.#jobOfFlow[flow]!]! ? this.#pathReverse[entropy]! : entropy;
  }
}
