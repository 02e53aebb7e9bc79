import type { Topology } from '../base/topology.ts';
import type { Region } from '../engine/arena.ts';

/** The Topology's source routing (base/topology.ts), with links in place of ports, in the arena. */
export class PinTables {
  readonly #topology: Topology;
  readonly #baseAt: number;
  readonly #indexAt: number;
  /** Ports that `base` and `index` lead to, and the link at each port of each switch. */
  readonly portsAt: number;
  readonly #linksAt: number;

  constructor(topology: Topology, region: Region) {
    this.#topology = topology;
    this.#baseAt = region.copy(topology.pinBase);
    this.#indexAt = region.copy(topology.pinIndex);
    this.portsAt = region.copy(topology.pinPort);
    this.#linksAt = region.copy(Int32Array.from(topology.portLink));
  }

  /** Where what belongs to a switch begins: first ports by ToR, their index by path, links by port. */
  baseAt(switchIndex: number): number {
    return this.#baseAt + switchIndex * this.#topology.tors;
  }

  indexAt(switchIndex: number): number {
    return this.#indexAt + this.#topology.pinStage[switchIndex]! * this.#topology.pathIds;
  }

  linksAt(switchIndex: number): number {
    const { portOffset, hosts } = this.#topology;
    return this.#linksAt + portOffset[hosts + switchIndex]!;
  }
}
