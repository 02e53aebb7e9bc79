import type { Router } from '../balancing/next-hop.ts';
import type { Engine, EngineNode } from '../engine/engine.ts';
import type { PhaseLoads } from '../probes/link-loads.ts';
import type { Ports } from './ports.ts';

/** What all switches of a run share. */
export interface SwitchShared {
  readonly engine: Engine;
  readonly ports: Ports;
  /** null: the Schedule has one phase, and its loads are those of the ports. */
  readonly phaseLoads: PhaseLoads | null;
}

/** An output-queued store-and-forward switch: routes its packets and enqueues them at the output ports, a batch at a time. */
export class Switch implements EngineNode {
  packetHops = 0;
  readonly #shared: SwitchShared;
  readonly #router: Router;

  constructor(shared: SwitchShared, router: Router) {
    this.#shared = shared;
    this.#router = router;
  }

  process(count: number): void {
    const { engine, ports, phaseLoads } = this.#shared;
    this.#router.route(engine.batch, engine.mailboxes.arena, count);
    if (phaseLoads !== null) phaseLoads.count(engine.batch, engine.mailboxes.arena, count);
    ports.forward(count);
    this.packetHops += count;
  }

  flush(): boolean {
    return false;
  }
}
