import type { BalancerSpec } from '../../../sim/base/balancer-spec.ts';
import { Bits, Mixed, Penalties } from './bitmap.ts';
import type { FlowChoice, FlowView } from './flow-choice.ts';
import { Hopper } from './hopper.ts';
import { FlowBender, Plb, PlbDelay } from './labels.ts';
import { MpRdma } from './mp-rdma.ts';
import { Mrc } from './mrc.ts';
import { Counter, UecSpray } from './oblivious.ts';
import { Reps, RepsHtsim, RepsLegacy, RepsOneAtATime } from './reps.ts';

/** How the packets of a flow are labelled; null: not by these rules. */
export function flowChoice(balancer: BalancerSpec, view: FlowView): FlowChoice | null {
  switch (balancer.kind) {
    case 'spray-counter':
      return new Counter(view);
    case 'spray-uec':
      return new UecSpray(view, balancer.entropies);
    case 'plb':
      return new Plb(view, balancer);
    case 'plb-delay':
      return new PlbDelay(view, balancer.targetDelayPs);
    case 'flowbender':
      return new FlowBender(view, balancer.threshold);
    case 'hopper':
      return new Hopper(view, balancer);
    case 'reps':
      return new Reps(view, balancer.entropies, balancer.freezePs);
    case 'reps-htsim':
      return new RepsHtsim(view, balancer.entropies, balancer.freezePs);
    case 'reps-legacy':
      return new RepsLegacy(view, balancer.entropies);
    case 'reps-ethereal-v2':
      return new RepsOneAtATime(view, balancer.entropies);
    case 'uec-bitmap':
    case 'strack':
      return new Penalties(view, balancer.entropies);
    case 'uec-bitmap-1bit':
      return new Bits(view, balancer.entropies, balancer.maxMarked);
    case 'uec-mixed':
      return new Mixed(view, balancer.entropies);
    case 'mp-rdma':
      return new MpRdma(view, balancer);
    case 'mrc':
      return view.paths.length === 0 ? null : new Mrc(view, balancer);
    default:
      return null;
  }
}
