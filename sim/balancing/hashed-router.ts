import type { Batch } from '../engine/batch.ts';
import { directionOf, type HashFamily } from './hash.ts';
import type { RouteTables } from './route-tables.ts';
import type { Router } from './router.ts';
import { arena } from '../engine/arena.ts';

/** ECMP (RFC 2992), WCMP and spraying by entropy: hash of (flow, entropy, salt of the switch) over the slots of the next hops. */
export class HashedRouter implements Router {
  readonly looksAtQueues = false;
  #tables: RouteTables;
  readonly #switchIndex: number;
  readonly #family: HashFamily;
  readonly #salt: number;

  constructor(tables: RouteTables, switchIndex: number, family: HashFamily, salt: number) {
    this.#tables = tables;
    this.#switchIndex = switchIndex;
    this.#family = family;
    this.#salt = salt;
  }

  useTables(tables: RouteTables): void {
    this.#tables = tables;
  }

  route({ addressesAt, outputsAt }: Batch, from: number, to: number): void {
    const { torOfHost, linkToHost, slots, tors } = this.#tables;
    const { at: slotsAt, link } = slots;
    const ownTor = this.#switchIndex;
    const base = ownTor * tors;
    const family = this.#family;
    const salt = this.#salt;
    for (let i = from; i < to; i++) {
      const address = arena[(addressesAt + i) | 0]!;
      const dstMeta = arena[(address + 3) | 0]!;
      const destination = dstMeta >>> 8;
      const tor = torOfHost[destination]!;
      if (tor === ownTor) {
        arena[(outputsAt + i) | 0] = linkToHost[destination]!;
        continue;
      }
      const at = 2 * (base + tor);
      const first = slotsAt[at]!;
      const choices = slotsAt[at + 1]!;
      if (choices > 1) {
        const choice = family.choose(arena[(address + 1) | 0]!, arena[(address + 4) | 0]! & 0xffff, directionOf(dstMeta), salt, choices);
        arena[(outputsAt + i) | 0] = link[first + choice]!;
      } else {
        arena[(outputsAt + i) | 0] = choices === 1 ? link[first]! : -1;
      }
    }
  }
}
