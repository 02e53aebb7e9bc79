import type { Batch } from '../engine/batch.ts';
import { NOW, PORT_BITS, WINDOW_START } from '../engine/record.ts';
import type { RouteTables } from './route-tables.ts';
import type { Reorderer, Router } from './router.ts';
import { arena } from '../engine/arena.ts';

/** What the mixed routers of a run share. */
export interface MixedRouters {
  /** Of the balancer of each flow's job. */
  readonly routerOfFlow: Uint8Array;
  /** Next hops as each router takes them, by routing; empty where the routing never changes. */
  readonly tables: readonly (readonly RouteTables[])[];
  readonly clock: Float64Array;
}

/** The routers of several balancers at one switch: each packet goes where that of its flow says. */
export class MixedRouter implements Router {
  readonly looksAtQueues: boolean;
  readonly #routers: readonly Router[];
  /** Those that measure what others send. */
  readonly #listeners: readonly Router[];
  readonly #shared: MixedRouters;
  readonly reordererOf?: (flow: number) => Reorderer | null;

  constructor(routers: readonly Router[], shared: MixedRouters) {
    this.looksAtQueues = routers.some((router) => router.looksAtQueues);
    this.#routers = routers;
    this.#listeners = routers.filter(({ hear }) => hear !== undefined);
    this.#shared = shared;
    if (routers.some((router) => router.reordererOf !== undefined)) {
      this.reordererOf = (flow) => routers[shared.routerOfFlow[flow]!]!.reordererOf?.(flow) ?? null;
    }
  }

  /** @param tables one of the first router's */
  useTables(tables: RouteTables): void {
    const ofRouter = this.#shared.tables;
    const routing = ofRouter[0]!.indexOf(tables);
    this.#routers.forEach((router, i) => router.useTables(ofRouter[i]![routing]!));
  }

  route(batch: Batch, from: number, to: number): void {
    const { addresses } = batch;
    const { routerOfFlow } = this.#shared;
    let first = from;
    while (first < to) {
      const index = routerOfFlow[arena[addresses[first]! + 1]!]!;
      let end = first + 1;
      while (end < to && routerOfFlow[arena[addresses[end]! + 1]!] === index) end++;
      const router = this.#routers[index]!;
      router.route(batch, first, end);
      if (this.#listeners.length > 0) this.#tellOthers(router, batch, first, end);
      first = end;
    }
  }

  #tellOthers(router: Router, { addresses, outputs }: Batch, from: number, to: number): void {
    const { clock } = this.#shared;
    for (let i = from; i < to; i++) {
      const address = addresses[i]!;
      clock[NOW] = clock[WINDOW_START]! + (arena[address]! >>> PORT_BITS);
      if (outputs[i]! < 0) continue;
      for (let j = 0; j < this.#listeners.length; j++) {
        const listener = this.#listeners[j]!;
        if (listener !== router) listener.hear!(outputs[i]!, arena[address + 4]! >>> 16);
      }
    }
  }
}
