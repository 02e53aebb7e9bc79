import type { PacketStreams } from '../base/random.ts';
import { QUEUE_BYTES } from '../engine/record.ts';
import { SMALLEST_ADAPTIVE_BYTES } from './adaptive.ts';
import { HopRule } from './hop-rule.ts';
import { pickLeast } from './pick-least.ts';
import type { PortView } from './router.ts';

/** What the rules that compare exact queues share: one a switch. */
export interface QueueParts {
  readonly clock: Float64Array;
  readonly ports: PortView;
  readonly draws: PacketStreams;
  readonly switchIndex: number;
  readonly largestSet: number;
}

/** `jsq`, join the shortest queue: of all next hops one with the fewest bytes, ties uniform. */
export class JoinShortestQueue extends HopRule {
  readonly looksAtQueues = true;
  readonly smallestBytes = SMALLEST_ADAPTIVE_BYTES;
  readonly #parts: QueueParts;
  readonly #bytes: Float64Array;

  constructor(parts: QueueParts) {
    super();
    this.#parts = parts;
    this.#bytes = new Float64Array(parts.largestSet);
  }

  choose(_address: number, _tor: number, first: number, count: number): number {
    const { clock, ports, draws, switchIndex } = this.#parts;
    for (let i = 0; i < count; i++) {
      ports.look(this.link[first + i]!);
      this.#bytes[i] = clock[QUEUE_BYTES]!;
    }
    return this.link[first + pickLeast(this.#bytes, count, draws, switchIndex)]!;
  }
}
