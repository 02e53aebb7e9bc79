import { DATA, TYPE_MASK } from '../base/packet.ts';
import type { Topology } from '../base/topology.ts';
import type { Batch } from '../engine/batch.ts';
import { arena } from '../engine/arena.ts';

/** Position of each link among the fabric links, -1 for host links; and how many of these there are. */
export function fabricIndex(topology: Topology): { indexOfLink: Int32Array; fabricLinks: number } {
  let fabricLinks = 0;
  const indexOfLink = Int32Array.from(topology.linkIsFabric, (isFabric) => (isFabric === 1 ? fabricLinks++ : -1));
  return { indexOfLink, fabricLinks };
}

/** Payload bytes of first transmissions on each fabric link, by phase of the Schedule. */
export class PhaseLoads {
  /** bytes[phase * fabricLinks + fabricIndex[link]]. */
  readonly bytes: Float64Array;
  readonly #fabricLinks: number;
  /** Position of a link among the fabric links; -1 for host links. */
  readonly #fabricIndex: Int32Array;
  readonly #headerBytes: number;
  readonly #phaseOfFlow: Int32Array;

  /** @param phaseOfFlow phase of the message each flow belongs to */
  constructor(topology: Topology, phaseOfFlow: Int32Array, phases: number, headerBytes: number) {
    const { indexOfLink, fabricLinks } = fabricIndex(topology);
    this.#fabricIndex = indexOfLink;
    this.#fabricLinks = fabricLinks;
    this.bytes = new Float64Array(phases * fabricLinks);
    this.#phaseOfFlow = phaseOfFlow;
    this.#headerBytes = headerBytes;
  }

  /** Counts packets from..to-1 of the batch on the links that were chosen for them. */
  count({ addresses, outputs }: Batch, from: number, to: number): void {
    const bytes = this.bytes;
    const fabricIndex = this.#fabricIndex;
    const fabricLinks = this.#fabricLinks;
    const phaseOfFlow = this.#phaseOfFlow;
    const headerBytes = this.#headerBytes;
    for (let i = from; i < to; i++) {
      const address = addresses[i]!;
      const index = fabricIndex[outputs[i]!]!;
      if (index < 0 || (arena[address + 3]! & TYPE_MASK) !== DATA || arena[address + 5] !== 0) continue;
      bytes[phaseOfFlow[arena[address + 1]!]! * fabricLinks + index]! += (arena[address + 4]! >>> 16) - headerBytes;
    }
  }
}
