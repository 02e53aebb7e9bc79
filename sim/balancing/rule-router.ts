import { DATA, TYPE_MASK } from '../base/packet.ts';
import type { Batch } from '../engine/batch.ts';
import { NOW, PORT_BITS, WINDOW_START } from '../engine/record.ts';
import { directionOf, type HashFamily } from './hash.ts';
import type { HopRule } from './hop-rule.ts';
import type { PortUse } from './port-use.ts';
import type { RouteTables } from './route-tables.ts';
import type { Router } from './router.ts';
import { arena } from '../engine/arena.ts';

/** Balanced packets with several next hops go where a rule says, all others where their hash says. */
export class RuleRouter implements Router {
  readonly looksAtQueues: boolean;
  #tables: RouteTables;
  readonly #switchIndex: number;
  readonly #family: HashFamily;
  readonly #salt: number;
  readonly #rule: HopRule;
  readonly #clock: Float64Array;
  readonly #use: PortUse | null;

  /** @param use hears of every packet that is routed; null: nobody asks for it */
  constructor(
    tables: RouteTables,
    switchIndex: number,
    hash: { readonly family: HashFamily; readonly salt: number },
    rule: HopRule,
    clock: Float64Array,
    use: PortUse | null,
  ) {
    this.looksAtQueues = rule.looksAtQueues;
    this.#tables = tables;
    this.#switchIndex = switchIndex;
    this.#family = hash.family;
    this.#salt = hash.salt;
    this.#rule = rule;
    this.#clock = clock;
    this.#use = use;
    rule.useTables(tables);
  }

  useTables(tables: RouteTables): void {
    this.#tables = tables;
    this.#rule.useTables(tables);
  }

  hear(link: number, sizeBytes: number): void {
    if (this.#use !== null) this.#use.add(link, sizeBytes);
  }

  route({ addresses, outputs }: Batch, from: number, to: number): void {
    const { torOfHost, linkToHost, members, tors } = this.#tables;
    const clock = this.#clock;
    const rule = this.#rule;
    const { smallestBytes } = rule;
    const use = this.#use;
    const ownTor = this.#switchIndex;
    const base = ownTor * tors;
    for (let i = from; i < to; i++) {
      const address = addresses[i]!;
      const dstMeta = arena[address + 3]!;
      const destination = dstMeta >>> 8;
      const tor = torOfHost[destination]!;
      if (tor === ownTor) {
        outputs[i] = linkToHost[destination]!;
        continue;
      }
      const at = 2 * (base + tor);
      const first = members.at[at]!;
      const choices = members.at[at + 1]!;
      const sizeBytes = arena[address + 4]! >>> 16;
      clock[NOW] = clock[WINDOW_START]! + (arena[address]! >>> PORT_BITS);
      let link = -1;
      if (choices > 1) {
        const isBalanced = (dstMeta & TYPE_MASK) === DATA && sizeBytes >= smallestBytes;
        link = isBalanced ? rule.choose(address, tor, first, choices) : this.#hashed(address, dstMeta, at);
      } else if (choices === 1) {
        link = members.link[first]!;
      }
      if (use !== null && link >= 0) use.add(link, sizeBytes);
      outputs[i] = link;
    }
  }

  #hashed(address: number, dstMeta: number, at: number): number {
    const { at: slotsAt, link } = this.#tables.slots;
    const slots = slotsAt[at + 1]!;
    const slot =
      slots > 1 ? this.#family.choose(arena[address + 1]!, arena[address + 4]! & 0xffff, directionOf(dstMeta), this.#salt, slots) : 0;
    return link[slotsAt[at]! + slot]!;
  }
}
