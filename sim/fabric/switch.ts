import { PAUSE, TYPE_MASK } from '../base/packet.ts';
import type { RouteEpochs } from '../balancing/route-epochs.ts';
import type { RouteTables } from '../balancing/route-tables.ts';
import type { Router } from '../balancing/router.ts';
import type { Topology } from '../base/topology.ts';
import type { Engine, EngineNode } from '../engine/engine.ts';
import { NOW, PORT_BITS, PORT_MASK, WINDOW_START } from '../engine/record.ts';
import type { PhaseLoads } from '../probes/link-loads.ts';
import type { SwitchPorts } from './switch-ports.ts';
import { arena } from '../engine/arena.ts';

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
  /** PAUSE and RESUME frames from neighbours, and notices for this switch: they end here. */
  frames = 0;
  /** Notices that it has made, and packets that it holds outside its ports (reordering-switch.ts). */
  made = 0;
  held = 0;
  readonly #shared: SwitchShared;
  readonly #router: Router;
  readonly #index: number;
  /** Packets are handled one by one, because what happens to one changes what happens to the next before it is routed. */
  readonly #isStepwise: boolean;
  readonly #outLink: Int32Array;
  #epoch = 0;

  constructor(shared: SwitchShared, router: Router, index: number) {
    const { topology, epochs, tables } = shared;
    this.#shared = shared;
    this.#router = router;
    this.#index = index;
    this.#isStepwise = router.looksAtQueues || epochs !== null;
    const node = topology.hosts + index;
    this.#outLink = topology.portLink.subarray(topology.portOffset[node]!, topology.portOffset[node + 1]!);
    if (epochs !== null) router.useTables(tables[epochs.routingOf[0]!]!);
  }

  process(count: number): void {
    if (this.#isStepwise) for (let i = 0; i < count; i++) this.step(i);
    else if (this.#shared.hasPfc) this.#processRuns(count);
    else this.#processRun(0, count);
    this.#shared.ports.batchEnds(this.#index);
    this.packetHops += count;
  }

  flush(): boolean {
    return this.#shared.ports.flush(this.#index);
  }

  /** Packets from..to-1 of the batch, in stages: the loops are short and see few arrays. */
  #processRun(from: number, to: number): void {
    const { engine, ports, phaseLoads } = this.#shared;
    this.#router.route(engine.batch, from, to);
    if (phaseLoads !== null) phaseLoads.count(engine.batch, from, to);
    ports.forward(from, to);
  }

  /** The packets between two PAUSE or RESUME frames are a run. */
  #processRuns(count: number): void {
    let first = 0;
    for (let i = 0; i < count; i++) {
      if (!this.#isFrame(i)) continue;
      if (first < i) this.#processRun(first, i);
      this.#takeFrame(i);
      first = i + 1;
    }
    if (first < count) this.#processRun(first, count);
  }

  /** Packet i of the batch, alone. */
  protected step(i: number): void {
    const { engine, ports, phaseLoads, hasPfc, epochs } = this.#shared;
    const { batch, clock } = engine;
    if (hasPfc && this.#isFrame(i)) {
      this.#takeFrame(i);
      return;
    }
    clock[NOW] = clock[WINDOW_START]! + (arena[batch.addresses[i]!]! >>> PORT_BITS);
    if (this.#router.looksAtQueues) ports.catchUp(this.#index);
    if (epochs !== null) this.#followEpochs(epochs);
    this.#router.route(batch, i, i + 1);
    if (batch.outputs[i]! < 0) {
      this.stop(i);
      return;
    }
    if (phaseLoads !== null) phaseLoads.count(batch, i, i + 1);
    this.forward(i);
  }

  /** Packet i of the batch goes to no output port. */
  protected stop(_i: number): void {
    this.withoutHop++;
  }

  /** Packet i of the batch, routed, goes to its output port. */
  protected forward(i: number): void {
    this.#shared.ports.forward(i, i + 1);
  }

  #isFrame(i: number): boolean {
    const { batch } = this.#shared.engine;
    return (arena[batch.addresses[i]! + 3]! & TYPE_MASK) >= PAUSE;
  }

  /** A PAUSE or RESUME for the port that it came in by. */
  #takeFrame(i: number): void {
    const { engine, ports } = this.#shared;
    const address = engine.batch.addresses[i]!;
    const key = arena[address]!;
    engine.clock[NOW] = engine.clock[WINDOW_START]! + (key >>> PORT_BITS);
    this.frames++;
    ports.catchUp(this.#index);
    ports.setPaused(this.#outLink[key & PORT_MASK]!, arena[address + 2]!, (arena[address + 3]! & TYPE_MASK) === PAUSE);
  }

  #followEpochs(epochs: RouteEpochs): void {
    const { times, routingOf } = epochs;
    const { clock } = this.#shared.engine;
    const before = this.#epoch;
    while (this.#epoch + 1 < times.length && times[this.#epoch + 1]! <= clock[NOW]!) this.#epoch++;
    if (this.#epoch !== before) this.#router.useTables(this.#shared.tables[routingOf[this.#epoch]!]!);
  }
}
