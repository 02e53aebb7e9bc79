import type { FlowPlan } from './flow-plan.ts';
import { DeafBalancer } from './packet-balancer.ts';

/** Every packet of a flow alike: its path if it is pinned, else 0. */
export class FixedEntropy extends DeafBalancer {
  readonly #entropy: Int32Array;

  constructor(plan: FlowPlan) {
    super();
    this.#entropy = plan.path.map((path) => Math.max(0, path));
  }

  next(flow: number): number {
    return this.#entropy[flow]!;
  }
}
