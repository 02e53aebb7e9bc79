import { QUEUE_BYTES } from '../engine/record.ts';
import { SMALLEST_ADAPTIVE_BYTES } from './adaptive.ts';
import { HopRule } from './hop-rule.ts';
import type { QueueParts } from './jsq.ts';

/** `ar-p2c`, power of two choices (Mitzenmacher 2001): two next hops drawn with replacement, the one with the shorter queue; a tie: the first. */
export class PowerOfTwo extends HopRule {
  readonly looksAtQueues = true;
  readonly smallestBytes = SMALLEST_ADAPTIVE_BYTES;
  readonly #parts: QueueParts;

  constructor(parts: QueueParts) {
    super();
    this.#parts = parts;
  }

  choose(_address: number, _tor: number, first: number, count: number): number {
    const { clock, ports, draws, switchIndex } = this.#parts;
    const a = this.link[first + draws.below(switchIndex, count)]!;
    const b = this.link[first + draws.below(switchIndex, count)]!;
    ports.look(a);
    const bytes = clock[QUEUE_BYTES]!;
    ports.look(b);
    return clock[QUEUE_BYTES]! < bytes ? b : a;
  }
}
