import type { PacketStreams } from '../base/random.ts';
import { NOW } from '../engine/record.ts';
import { FlowSlots } from './flow-slots.ts';
import { HopRule } from './hop-rule.ts';
import { arena } from '../engine/arena.ts';

/** `letflow` (LetFlow, NSDI 2017): a random next hop for every flowlet, that is after every gap in a flow. */
export class LetFlow extends HopRule {
  readonly looksAtQueues = false;
  readonly smallestBytes = 1;
  readonly #flows = new FlowSlots();
  readonly #gapPs: number;
  readonly #clock: Float64Array;
  readonly #draws: PacketStreams;
  readonly #switchIndex: number;

  constructor(gapPs: number, clock: Float64Array, draws: PacketStreams, switchIndex: number) {
    super();
    this.#gapPs = gapPs;
    this.#clock = clock;
    this.#draws = draws;
    this.#switchIndex = switchIndex;
  }

  choose(address: number, _tor: number, first: number, count: number): number {
    const flows = this.#flows;
    const flow = arena[address + 1]!;
    const nowPs = this.#clock[NOW]!;
    let slot = flows.find(flow);
    if (slot < 0) slot = flows.add(flow);
    let link = flows.link[slot]!;
    if (nowPs - flows.lastPs[slot]! > this.#gapPs || !this.isMember(link, first, count)) {
      link = this.link[first + this.#draws.below(this.#switchIndex, count)]!;
      flows.link[slot] = link;
    }
    flows.lastPs[slot] = nowPs;
    return link;
  }
}
