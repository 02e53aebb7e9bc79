/** The experts in the memory of each GPU. A full cache gives up the one whose next use is farthest (Belady); ties: the lower one. */
export class BeladyCache {
  hits = 0;
  uses = 0;
  readonly #resident: readonly Set<number>[];
  readonly #slots: number;

  constructor(gpus: number, slots: number) {
    this.#resident = Array.from({ length: gpus }, () => new Set<number>());
    this.#slots = slots;
  }

  /**
   * Uses an expert.
   *
   * @param nextUse how far away the next use of an expert is; Infinity: it is not known to be used again
   * @returns whether it was there
   */
  use(gpu: number, expert: number, nextUse: (expert: number) => number): boolean {
    const resident = this.#resident[gpu]!;
    this.uses++;
    if (resident.has(expert)) {
      this.hits++;
      return true;
    }
    if (resident.size === this.#slots) {
      const [farthest] = [...resident].sort((a, b) => compareDescending(nextUse(a), nextUse(b)) || a - b);
      resident.delete(farthest!);
    }
    resident.add(expert);
    return false;
  }
}

/** Infinity - Infinity is no number. */
const compareDescending = (a: number, b: number): number => (a === b ? 0 : b - a);
