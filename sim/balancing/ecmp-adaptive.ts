import { FlowSlots } from './flow-slots.ts';
import { SMALLEST_ADAPTIVE_BYTES, type AdaptiveParts } from './adaptive.ts';
import type { HashFamily } from './hash.ts';
import { HopRule } from './hop-rule.ts';
import { pickLeast } from './pick-least.ts';
import { arena } from '../engine/arena.ts';

/** `ecmp-adaptive` (htsim): the hash decides, but every second time a choice that is as bad as the worst gives way to one of the best. */
export class EcmpAdaptive extends HopRule {
  readonly looksAtQueues: boolean;
  readonly smallestBytes = SMALLEST_ADAPTIVE_BYTES;
  readonly #parts: AdaptiveParts;
  readonly #family: HashFamily;
  readonly #salt: number;
  readonly #values: Float64Array;
  readonly #known: FlowSlots | null;

  constructor(parts: AdaptiveParts, family: HashFamily, salt: number) {
    super();
    this.looksAtQueues = parts.keys.looksAtQueues;
    this.#parts = parts;
    this.#family = family;
    this.#salt = salt;
    this.#values = new Float64Array(parts.largestSet);
    this.#known = parts.keys.flows === null ? null : new FlowSlots();
  }

  choose(address: number, _tor: number, first: number, count: number): number {
    const flow = arena[address + 1]!;
    const { keys, draws, switchIndex } = this.#parts;
    let at = this.#family.choose(flow, arena[address + 4]! & 0xffff, 0, this.#salt, count);
    if (draws.next(switchIndex) >= 0) {
      let largest = -1;
      for (let i = 0; i < count; i++) {
        const key = keys.of(this.link[first + i]!);
        this.#values[i] = key;
        if (key > largest) largest = key;
      }
      if (this.#values[at] === largest) at = pickLeast(this.#values, count, draws, switchIndex);
    }
    const link = this.link[first + at]!;
    if (this.#known !== null && this.#known.find(flow) < 0) {
      this.#known.add(flow);
      keys.flows![link]!++;
    }
    return link;
  }
}
