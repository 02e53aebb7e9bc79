import { AdaptiveHashing, AdaptiveRouting, Drill, FlowletRouting, ShortestQueue, TwoChoices } from './adaptive.ts';
import { Conga } from './conga.ts';
import { LetFlow } from './letflow.ts';
import { Ofan, SetRotation } from './rotations.ts';
import type { SwitchBalancer, SwitchView } from './switch-balancer.ts';

/** The rule by which a switch chooses next hops; null: it hashes. */
export function switchBalancer(view: SwitchView): SwitchBalancer | null {
  const { balancer } = view.simulation.input.scenario;
  switch (balancer.kind) {
    case 'spray-switch-rr':
      return new SetRotation(view, false);
    case 'spray-tor-rr':
      return new SetRotation(view, true);
    case 'ofan':
      return new Ofan(view);
    case 'ar':
      return new AdaptiveRouting(view, balancer.key);
    case 'ar-p2c':
      return new TwoChoices(view);
    case 'ecmp-adaptive':
      return new AdaptiveHashing(view, balancer.key);
    case 'jsq':
      return new ShortestQueue(view);
    case 'drill':
      return new Drill(view);
    case 'letflow':
      return new LetFlow(view, balancer.gapPs);
    case 'flowlet-ar':
      return new FlowletRouting(view, balancer.key, balancer.gapPs);
    case 'conga':
      return new Conga(view, balancer);
    default:
      return null;
  }
}
