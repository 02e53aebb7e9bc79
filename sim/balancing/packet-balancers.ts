import type { BalancerSpec } from '../base/balancer-spec.ts';
import type { Topology } from '../base/topology.ts';
import type { Limits } from '../derive.ts';
import { DeadPaths } from './dead-paths.ts';
import { DestinationRotation } from './drb.ts';
import { EtherealPaths } from './ethereal-paths.ts';
import { FixedEntropy } from './fixed-entropy.ts';
import { FlowBender } from './flowbender.ts';
import type { FlowPlan } from './flow-plan.ts';
import { Hopper } from './hopper.ts';
import { LeastOutstanding } from './least-outstanding.ts';
import { MpRdma } from './mp-rdma.ts';
import { Mrc } from './mrc.ts';
import type { PacketBalancer } from './packet-balancer.ts';
import { DelayRepathing } from './plb-delay.ts';
import { Plb } from './plb.ts';
import { RepsEtherealV2 } from './reps-ethereal-v2.ts';
import { RepsHtsim } from './reps-htsim.ts';
import { RepsLegacy } from './reps-legacy.ts';
import { Reps } from './reps.ts';
import type { RouteEpochs } from './route-epochs.ts';
import { CounterEntropy } from './spray-counter.ts';
import { WalkedEntropy } from './spray-uec.ts';
import { RandomEntropy } from './spray.ts';
import { UecOneBit } from './uec-bitmap-1bit.ts';
import { UecBitmap } from './uec-bitmap.ts';
import { UecMixed } from './uec-mixed.ts';

/** Above the base round-trip time, the delay that `plb-delay` takes as good: Swift's target for a small fabric. */
const TARGET_ABOVE_BASE_PS = 5e6;

export interface PacketBalancerInput {
  readonly topology: Topology;
  readonly plan: FlowPlan;
  readonly balancer: BalancerSpec;
  readonly seed: number;
  readonly limits: Limits;
  /** Wire size of a full packet. */
  readonly fullBytes: number;
  /** Of the engine. */
  readonly clock: Float64Array;
  /** The switches cut what they cannot take, so what is lost met a failure. */
  readonly trims: boolean;
  /** null: the routing never changes. */
  readonly routes: RouteEpochs | null;
}

/** Point B of a balancer, for all flows of a plan. */
export function packetBalancer(input: PacketBalancerInput): PacketBalancer {
  const { topology, plan, balancer, seed, limits, fullBytes, clock, trims, routes } = input;
  const { flows, srcHost } = plan;
  const { hosts } = topology;
  const { baseRttPs, bdpBytes } = limits;
  switch (balancer.kind) {
    case 'spray':
      return new RandomEntropy(hosts, seed);
    case 'spray-counter':
      return new CounterEntropy(flows, hosts, seed);
    case 'spray-uec':
      return new WalkedEntropy(flows, hosts, seed, balancer.entropies);
    case 'drb':
      return new DestinationRotation(topology, plan, seed, fullBytes, routes === null ? null : new DeadPaths(topology, routes), clock);
    case 'ethereal':
      return new EtherealPaths(topology, plan, balancer, seed, clock);
    case 'plb':
      return new Plb(srcHost, hosts, seed, clock, baseRttPs, balancer);
    case 'plb-delay':
      return new DelayRepathing(srcHost, hosts, seed, clock, balancer.targetDelayPs ?? baseRttPs + TARGET_ABOVE_BASE_PS);
    case 'flowbender':
      return new FlowBender(srcHost, hosts, seed, clock, baseRttPs, balancer.threshold);
    case 'hopper':
      return new Hopper(topology, plan, seed, clock, balancer, baseRttPs);
    case 'reps':
      return new Reps(flows, hosts, seed, clock, balancer, { bdpPackets: bdpBytes / fullBytes, baseRttPs, trims });
    case 'reps-htsim':
      return new RepsHtsim(flows, hosts, seed, clock, balancer, trims);
    case 'reps-legacy':
      return new RepsLegacy(flows, hosts, seed, balancer.entropies);
    case 'reps-ethereal-v2':
      return new RepsEtherealV2(flows, balancer.entropies, bdpBytes);
    case 'uec-bitmap':
    case 'strack':
      return new UecBitmap(flows, hosts, seed, balancer.kind, balancer.entropies, trims);
    case 'uec-bitmap-1bit':
      return new UecOneBit(flows, hosts, seed, balancer.entropies, balancer.maxMarked);
    case 'uec-mixed':
      return new UecMixed(flows, hosts, seed, balancer.entropies, trims);
    case 'hpn-least-outstanding':
      return new LeastOutstanding(topology, plan, seed, balancer.connections);
    case 'mrc':
      return new Mrc(topology, plan, seed, clock, balancer, baseRttPs);
    case 'mp-rdma':
      return new MpRdma(plan, hosts, seed, clock, balancer, fullBytes);
    case 'ecmp':
    case 'ecmp-split':
    case 'spray-switch-rr':
    case 'wcmp':
    case 'rr-flow':
    case 'nccl-qp':
    case 'spray-tor-rr':
    case 'ofan':
    case 'ar':
    case 'ar-p2c':
    case 'ecmp-adaptive':
    case 'jsq':
    case 'drill':
    case 'letflow':
    case 'flowlet-ar':
    case 'conga':
    case 'conweave':
      return new FixedEntropy(plan);
  }
}
