import { arena } from '../engine/arena.ts';
import type { Batch } from '../engine/batch.ts';
import type { PinTables } from './pin-tables.ts';
import type { RouteTables } from './route-tables.ts';
import type { Router } from './router.ts';

/** Source routing: the packet's path says which port, whether its link is up or not. */
export class PinnedRouter implements Router {
  readonly looksAtQueues = false;
  #tables: RouteTables;
  readonly #switchIndex: number;
  readonly #baseAt: number;
  readonly #indexAt: number;
  readonly #portsAt: number;
  readonly #linksAt: number;

  constructor(tables: RouteTables, pins: PinTables, switchIndex: number) {
    this.#tables = tables;
    this.#switchIndex = switchIndex;
    this.#baseAt = pins.baseAt(switchIndex);
    this.#indexAt = pins.indexAt(switchIndex);
    this.#portsAt = pins.portsAt;
    this.#linksAt = pins.linksAt(switchIndex);
  }

  useTables(tables: RouteTables): void {
    this.#tables = tables;
  }

  route({ addressesAt, outputsAt }: Batch, from: number, to: number): void {
    const { torOfHostAt, linkToHostAt } = this.#tables;
    const ownTor = this.#switchIndex;
    const baseAt = this.#baseAt;
    const indexAt = this.#indexAt;
    const portsAt = this.#portsAt;
    const linksAt = this.#linksAt;
    for (let i = from; i < to; i++) {
      const address = arena[(addressesAt + i) | 0]!;
      const destination = arena[(address + 3) | 0]! >>> 8;
      const tor = arena[(torOfHostAt + destination) | 0]!;
      let link: number;
      if (tor === ownTor) {
        link = arena[(linkToHostAt + destination) | 0]!;
      } else {
        const pin = (arena[(baseAt + tor) | 0]! + arena[(indexAt + (arena[(address + 4) | 0]! & 0xffff)) | 0]!) | 0;
        link = arena[(linksAt + arena[(portsAt + pin) | 0]!) | 0]!;
      }
      arena[(outputsAt + i) | 0] = link;
    }
  }
}
