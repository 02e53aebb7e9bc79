import { NOW } from '../engine/record.ts';
import { Adaptive, SMALLEST_ADAPTIVE_BYTES, type AdaptiveParts } from './adaptive.ts';
import { FlowSlots } from './flow-slots.ts';
import { HopRule } from './hop-rule.ts';
import type { RouteTables } from './route-tables.ts';
import { arena } from '../engine/arena.ts';

/** `flowlet-ar` (htsim): `ar` for new flows; every second flowlet is moved if `ar` finds a port with a smaller key. */
export class FlowletAdaptive extends HopRule {
  readonly looksAtQueues: boolean;
  readonly smallestBytes = SMALLEST_ADAPTIVE_BYTES;
  readonly #flows = new FlowSlots();
  readonly #adaptive: Adaptive;
  readonly #parts: AdaptiveParts;
  readonly #gapPs: number;
  readonly #clock: Float64Array;

  constructor(gapPs: number, clock: Float64Array, parts: AdaptiveParts) {
    super();
    this.looksAtQueues = parts.keys.looksAtQueues;
    this.#adaptive = new Adaptive(parts);
    this.#parts = parts;
    this.#gapPs = gapPs;
    this.#clock = clock;
  }

  override useTables(tables: RouteTables): void {
    super.useTables(tables);
    this.#adaptive.useTables(tables);
  }

  choose(address: number, _tor: number, first: number, count: number): number {
    const flows = this.#flows;
    const { keys, draws, switchIndex } = this.#parts;
    const flow = arena[address + 1]!;
    const nowPs = this.#clock[NOW]!;
    let slot = flows.find(flow);
    if (slot < 0) slot = flows.add(flow);
    const before = flows.link[slot]!;
    let link = before;
    if (!this.isMember(link, first, count)) {
      link = this.#adaptive.least(first, count);
    } else if (nowPs - flows.lastPs[slot]! > this.#gapPs && draws.next(switchIndex) >= 0) {
      const other = this.#adaptive.least(first, count);
      if (keys.of(other) < keys.of(link)) link = other;
    }
    if (link !== before && keys.flows !== null) {
      if (before >= 0) keys.flows[before]!--;
      keys.flows[link]!++;
    }
    flows.link[slot] = link;
    flows.lastPs[slot] = nowPs;
    return link;
  }
}
