import type { Router } from './layer-plan.ts';
import type { Planner } from './planner.ts';
import type { SourceGates } from './source-gates.ts';

/** Tokens that choose their experts by a gate in every layer. */
export function gatedRouter(planner: Planner, gates: SourceGates): Router {
  return {
    passes: planner.spec.microbatches,
    isSerial: false,
    lookahead: 0,
    plan: (pass, layer) => planner.groups.map((group) => planner.chunks(group, layer, planner.draw(gates, group, pass, layer))),
    facts: () => ({}),
  };
}
