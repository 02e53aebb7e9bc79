import { QUEUE_BYTES } from '../engine/record.ts';
import { SMALLEST_ADAPTIVE_BYTES } from './adaptive.ts';
import { HopRule } from './hop-rule.ts';
import type { QueueParts } from './jsq.ts';

/**
 * `drill` (DRILL, SIGCOMM 2017), d = 2, m = 1: two different random ports against the one that was best last time for this ToR, which only a
 * strictly shorter queue replaces.
 */
export class Drill extends HopRule {
  readonly looksAtQueues = true;
  readonly smallestBytes = SMALLEST_ADAPTIVE_BYTES;
  readonly #parts: QueueParts;
  /** By destination ToR; -1: none yet. */
  readonly #best: Int32Array;

  constructor(parts: QueueParts, tors: number) {
    super();
    this.#parts = parts;
    this.#best = new Int32Array(tors).fill(-1);
  }

  choose(_address: number, tor: number, first: number, count: number): number {
    const { clock, ports, draws, switchIndex } = this.#parts;
    const a = draws.below(switchIndex, count);
    let b = draws.below(switchIndex, count - 1);
    if (b >= a) b++;
    let best = this.#best[tor]!;
    if (best < 0 || !this.isMember(best, first, count)) best = this.link[first + a]!;
    ports.look(best);
    let bytes = clock[QUEUE_BYTES]!;
    ports.look(this.link[first + a]!);
    if (clock[QUEUE_BYTES]! < bytes) {
      best = this.link[first + a]!;
      bytes = clock[QUEUE_BYTES]!;
    }
    ports.look(this.link[first + b]!);
    if (clock[QUEUE_BYTES]! < bytes) best = this.link[first + b]!;
    this.#best[tor] = best;
    return best;
  }
}
