import type { NextHopChooser } from '../balancing/next-hop.ts';
import type { Engine, EngineNode } from '../engine/engine.ts';
import { PORT_BITS } from '../engine/record.ts';
import type { LinkLoadProbe } from '../probes/link-loads.ts';
import { DATA, TYPE_MASK } from './meta.ts';
import type { Ports } from './ports.ts';

/** What all switches of a run share. */
export interface SwitchShared {
  readonly engine: Engine;
  readonly ports: Ports;
  readonly loads: LinkLoadProbe;
  readonly torOfHost: Int32Array;
  /** Link from its ToR to each host. */
  readonly linkToHost: Int32Array;
}

/** An output-queued store-and-forward switch: routes each packet and enqueues it at the output port. */
export class Switch implements EngineNode {
  packetHops = 0;
  readonly #shared: SwitchShared;
  readonly #chooser: NextHopChooser;
  /** Number of this switch among the ToRs; -1 if no host hangs on it. */
  readonly #tor: number;

  constructor(shared: SwitchShared, chooser: NextHopChooser, tor: number) {
    this.#shared = shared;
    this.#chooser = chooser;
    this.#tor = tor;
  }

  process(count: number): void {
    const { engine, ports, loads, torOfHost, linkToHost } = this.#shared;
    const { keys, addresses } = engine.sorter;
    const startPs = engine.clock[0]!;
    const chooser = this.#chooser;
    const ownTor = this.#tor;
    for (let i = 0; i < count; i++) {
      const arena = engine.arena;
      const address = addresses[i]!;
      const dstMeta = arena[address + 3]!;
      const destination = dstMeta >>> 8;
      const tor = torOfHost[destination]!;
      let link: number;
      if (tor === ownTor) {
        link = linkToHost[destination]!;
      } else {
        const flow = arena[address + 1]!;
        const sizeEntropy = arena[address + 4]!;
        const isData = (dstMeta & TYPE_MASK) === DATA;
        link = chooser.linkTowards(tor, flow, isData, sizeEntropy);
        if (isData && arena[address + 5] === 0) loads.count(link, flow, sizeEntropy >>> 16);
      }
      ports.enqueue(link, startPs + (keys[i]! >>> PORT_BITS), address);
    }
    this.packetHops += count;
  }

  flush(): boolean {
    return false;
  }
}
