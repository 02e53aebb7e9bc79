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
    const { torOfHostAt, linkToHostAt, slots, tors } = this.#tables;
    const { linksAt } = slots;
    const ownTor = this.#switchIndex;
    const cellsAt = (slots.cellsAt + 2 * ownTor * tors) | 0;
    const family = this.#family;
    const salt = this.#salt;
    for (let i = from; i < to; i++) {
      const address = arena[(addressesAt + i) | 0]!;
      const dstMeta = arena[(address + 3) | 0]!;
      const destination = dstMeta >>> 8;
      const tor = arena[(torOfHostAt + destination) | 0]!;
      let link = -1;
      if (tor === ownTor) {
        link = arena[(linkToHostAt + destination) | 0]!;
      } else {
        const cell = (cellsAt + 2 * tor) | 0;
        let slot = (linksAt + arena[cell]!) | 0;
        const choices = arena[(cell + 1) | 0]!;
        if (choices > 1) {
          const entropy = arena[(address + 4) | 0]! & 0xffff;
          slot = (slot + family.choose(arena[(address + 1) | 0]!, entropy, directionOf(dstMeta), salt, choices)) | 0;
        }
        if (choices > 0) link = arena[slot]!;
      }
      arena[(outputsAt + i) | 0] = link;
    }
  }
}
