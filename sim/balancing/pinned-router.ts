import type { Topology } from '../base/topology.ts';
import type { Batch } from '../engine/batch.ts';
import type { RouteTables } from './route-tables.ts';
import type { Router } from './router.ts';
import { arena } from '../engine/arena.ts';

/** Source routing: the packet's path says which port, whether its link is up or not. */
export class PinnedRouter implements Router {
  readonly looksAtQueues = false;
  #tables: RouteTables;
  readonly #switchIndex: number;
  readonly #portLink: Int32Array;
  readonly #pinBase: Int32Array;
  readonly #pinPort: Int32Array;
  readonly #indexOfPath: Int32Array;

  constructor(tables: RouteTables, topology: Topology, switchIndex: number) {
    this.#tables = tables;
    this.#switchIndex = switchIndex;
    this.#portLink = topology.portLink.subarray(topology.portOffset[topology.hosts + switchIndex]!);
    this.#pinBase = topology.pinBase.subarray(switchIndex * topology.tors, (switchIndex + 1) * topology.tors);
    this.#pinPort = topology.pinPort;
    const stage = topology.pinStage[switchIndex]!;
    this.#indexOfPath = topology.pinIndex.subarray(stage * topology.pathIds, (stage + 1) * topology.pathIds);
  }

  useTables(tables: RouteTables): void {
    this.#tables = tables;
  }

  route({ addressesAt, outputsAt }: Batch, from: number, to: number): void {
    const { torOfHost, linkToHost } = this.#tables;
    const ownTor = this.#switchIndex;
    const portLink = this.#portLink;
    const pinBase = this.#pinBase;
    const pinPort = this.#pinPort;
    const indexOfPath = this.#indexOfPath;
    for (let i = from; i < to; i++) {
      const address = arena[(addressesAt + i) | 0]!;
      const destination = arena[(address + 3) | 0]! >>> 8;
      const tor = torOfHost[destination]!;
      arena[(outputsAt + i) | 0] =
        tor === ownTor ? linkToHost[destination]! : portLink[pinPort[pinBase[tor]! + indexOfPath[arena[(address + 4) | 0]! & 0xffff]!]!]!;
    }
  }
}
