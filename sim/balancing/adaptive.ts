import type { PacketStreams } from '../base/random.ts';
import { FlowSlots } from './flow-slots.ts';
import { HopRule } from './hop-rule.ts';
import { pickLeast } from './pick-least.ts';
import type { PortKeys } from './port-keys.ts';
import { arena } from '../engine/arena.ts';

/** As in htsim, smaller packets are hashed. */
export const SMALLEST_ADAPTIVE_BYTES = 100;

/** What the adaptive rules of one switch share. */
export interface AdaptiveParts {
  readonly keys: PortKeys;
  readonly draws: PacketStreams;
  readonly switchIndex: number;
  readonly largestSet: number;
}

/** `ar` (htsim): a uniform choice among the ports with the smallest key. */
export class Adaptive extends HopRule {
  readonly looksAtQueues: boolean;
  readonly smallestBytes = SMALLEST_ADAPTIVE_BYTES;
  readonly #parts: AdaptiveParts;
  readonly #values: Float64Array;
  readonly #known: FlowSlots | null;

  constructor(parts: AdaptiveParts) {
    super();
    this.looksAtQueues = parts.keys.looksAtQueues;
    this.#parts = parts;
    this.#values = new Float64Array(parts.largestSet);
    this.#known = parts.keys.flows === null ? null : new FlowSlots();
  }

  choose(address: number, _tor: number, first: number, count: number): number {
    const link = this.least(first, count);
    if (this.#known !== null) this.#countFlow(this.#known, arena[address + 1]!, link);
    return link;
  }

  /** A port with the smallest key. */
  least(first: number, count: number): number {
    const { keys, draws, switchIndex } = this.#parts;
    for (let i = 0; i < count; i++) this.#values[i] = keys.of(this.link[first + i]!);
    return this.link[first + pickLeast(this.#values, count, draws, switchIndex)]!;
  }

  #countFlow(known: FlowSlots, flow: number, link: number): void {
    if (known.find(flow) >= 0) return;
    known.add(flow);
    this.#parts.keys.flows![link]!++;
  }
}
