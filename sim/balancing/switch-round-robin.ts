import type { PacketStreams } from '../base/random.ts';
import { HopRule } from './hop-rule.ts';
import type { RouteTables } from './route-tables.ts';

/** Pointers and orders of the sets of one switch under one set of tables; entries by place of the set in `members.link`. */
interface Rotations {
  readonly firstPlace: number;
  /** Turns taken since the last shuffle. */
  readonly turn: Int32Array;
  /** order[i]: position in its set of the i-th turn. */
  readonly order: Int32Array;
}

/** Below this size packets are hashed, as in htsim. */
const SMALLEST_ROTATED_BYTES = 128;

/**
 * `spray-switch-rr` and `spray-tor-rr` (htsim): one pointer a next-hop set of this switch, +1 a packet. The order of a set is shuffled when a packet
 * is about to take the first place of every `roundsPerShuffle`-th round; 0: never.
 */
export class SwitchRoundRobin extends HopRule {
  readonly looksAtQueues = false;
  readonly smallestBytes = SMALLEST_ROTATED_BYTES;
  readonly #switchIndex: number;
  readonly #roundsPerShuffle: number;
  readonly #draws: PacketStreams;
  readonly #known = new Map<RouteTables, Rotations>();
  #rotations: Rotations = { firstPlace: 0, turn: new Int32Array(0), order: new Int32Array(0) };

  constructor(switchIndex: number, roundsPerShuffle: number, draws: PacketStreams) {
    super();
    this.#switchIndex = switchIndex;
    this.#roundsPerShuffle = roundsPerShuffle;
    this.#draws = draws;
  }

  override useTables(tables: RouteTables): void {
    super.useTables(tables);
    let rotations = this.#known.get(tables);
    if (rotations === undefined) {
      const firstPlace = tables.memberOffset[this.#switchIndex]!;
      const places = tables.memberOffset[this.#switchIndex + 1]! - firstPlace;
      rotations = { firstPlace, turn: new Int32Array(places), order: new Int32Array(places).fill(-1) };
      this.#known.set(tables, rotations);
    }
    this.#rotations = rotations;
  }

  choose(_address: number, _tor: number, first: number, count: number): number {
    const { turn, order, firstPlace } = this.#rotations;
    const rounds = this.#roundsPerShuffle;
    const place = first - firstPlace;
    const now = turn[place]!;
    if (order[place] === -1) for (let i = 0; i < count; i++) order[place + i] = i;
    if (now === 0 && rounds > 0) this.#shuffle(order, place, count);
    const next = now + 1;
    turn[place] = next < count * (rounds > 1 ? rounds : 1) ? next : 0;
    return this.link[first + order[place + (now % count)]!]!;
  }

  #shuffle(order: Int32Array, place: number, count: number): void {
    for (let i = count - 1; i > 0; i--) {
      const j = this.#draws.below(this.#switchIndex, i + 1);
      const held = order[place + i]!;
      order[place + i] = order[place + j]!;
      order[place + j] = held;
    }
  }
}
