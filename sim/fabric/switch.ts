import { PAUSE, RESUME, TYPE_MASK } from '../base/packet.ts';
import type { RouteEpochs } from '../balancing/route-epochs.ts';
import type { RouteTables } from '../balancing/route-tables.ts';
import type { Router } from '../balancing/router.ts';
import type { Topology } from '../base/topology.ts';
import type { Engine, EngineNode } from '../engine/engine.ts';
import { NOW, PORT_BITS, PORT_MASK, WINDOW_START } from '../engine/record.ts';
import type { PhaseLoads } from '../probes/link-loads.ts';
import type { SwitchPorts } from './switch-ports.ts';

/** What all switches of a run share. */
export interface SwitchShared {
  readonly engine: Engine;
  readonly topology: Topology;
  readonly ports: SwitchPorts;
  /** Neighbours send PAUSE and RESUME. */
  readonly hasPfc: boolean;
  /** null: the Schedule has one phase, and its loads are those of the ports. */
  readonly phaseLoads: PhaseLoads | null;
  /** null: the routing never changes. */
  readonly epochs: RouteEpochs | null;
  /** The next hops of each routing of `epochs`. */
  readonly tables: readonly RouteTables[];
}

/** An output-queued store-and-forward switch: routes its packets and enqueues them at the output ports. */
export class Switch implements EngineNode {
  packetHops = 0;
  /** Packets for which no next hop was left. */
  withoutHop = 0;
  /** PAUSE and RESUME frames from neighbours: they end here. */
  frames = 0;
  readonly #shared: SwitchShared;
  readonly #router: Router;
  readonly #index: number;
  /** Packets are handled one by one, because what happens to one changes what happens to the next before it is routed. */
  readonly #isStepwise: boolean;
  readonly #outLink: Int32Array;
  #epoch = 0;

  constructor(shared: SwitchShared, router: Router, index: number) {
    const { topology, epochs, tables, hasPfc } = shared;
    this.#shared = shared;
    this.#router = router;
    this.#index = index;
    this.#isStepwise = router.looksAtQueues || hasPfc || epochs !== null;
    const node = topology.hosts + index;
    this.#outLink = topology.portLink.subarray(topology.portOffset[node]!, topology.portOffset[node + 1]!);
    if (epochs !== null) router.useTables(tables[epochs.routingOf[0]!]!);
  }

  process(count: number): void {
    if (this.#isStepwise) {
      for (let i = 0; i < count; i++) this.#step(i);
    } else {
      // A batch at a time: the loops are short and see few arrays.
      const { engine, ports, phaseLoads } = this.#shared;
      this.#router.route(engine.batch, engine.mailboxes.arena, 0, count);
      if (phaseLoads !== null) phaseLoads.count(engine.batch, engine.mailboxes.arena, 0, count);
      ports.forward(0, count);
    }
    this.packetHops += count;
  }

  flush(): boolean {
    return this.#shared.ports.flush(this.#index);
  }

  #step(i: number): void {
    const { engine, ports, phaseLoads, hasPfc, epochs } = this.#shared;
    const { batch, clock } = engine;
    const { arena } = engine.mailboxes;
    const address = batch.addresses[i]!;
    const key = arena[address]!;
    clock[NOW] = clock[WINDOW_START]! + (key >>> PORT_BITS);
    if (hasPfc || this.#router.looksAtQueues) ports.catchUp(this.#index);
    if (hasPfc) {
      const type = arena[address + 3]! & TYPE_MASK;
      if (type === PAUSE || type === RESUME) {
        this.frames++;
        ports.setPaused(this.#outLink[key & PORT_MASK]!, arena[address + 2]!, type === PAUSE);
        return;
      }
    }
    if (epochs !== null) this.#followEpochs(epochs);
    this.#router.route(batch, engine.mailboxes.arena, i, i + 1);
    if (batch.outputs[i]! < 0) {
      this.withoutHop++;
      return;
    }
    if (phaseLoads !== null) phaseLoads.count(batch, engine.mailboxes.arena, i, i + 1);
    ports.forward(i, i + 1);
  }

  #followEpochs(epochs: RouteEpochs): void {
    const { times, routingOf } = epochs;
    const { clock } = this.#shared.engine;
    const before = this.#epoch;
    while (this.#epoch + 1 < times.length && times[this.#epoch + 1]! <= clock[NOW]!) this.#epoch++;
    if (this.#epoch !== before) this.#router.useTables(this.#shared.tables[routingOf[this.#epoch]!]!);
  }
}
