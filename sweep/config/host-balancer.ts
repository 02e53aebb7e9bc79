import type { HostBalancerSpec } from '../../sim/base/balancer-spec.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import type { HostBalancerConfig } from './schema/host-balancer.ts';
import type { Json } from './tree.ts';

const timeText = (ps: number): string => formatQuantity(ps, 'time');

/** Those whose keys are not the simulator's. */
type QuantityKind = 'plb' | 'plb-delay' | 'hopper' | 'reps' | 'reps-htsim' | 'mrc' | 'mp-rdma';
export type HostQuantityConfig = Extract<HostBalancerConfig, { readonly kind: QuantityKind }>;
export type HostQuantitySpec = Extract<HostBalancerSpec, { readonly kind: QuantityKind }>;

/** A host balancer of the config as the simulator takes it. */
export function hostBalancerSpec(config: HostQuantityConfig): HostQuantitySpec {
  switch (config.kind) {
    case 'plb': {
      const { suspend, ...plain } = config;
      return { ...plain, suspendPs: suspend };
    }
    case 'plb-delay':
      return { kind: config.kind, targetDelayPs: config.targetDelay ?? null };
    case 'hopper': {
      const { probeTimeout, ...plain } = config;
      return { ...plain, probeTimeoutPs: probeTimeout ?? null };
    }
    case 'reps':
    case 'reps-htsim':
      return { kind: config.kind, entropies: config.entropies, freezePs: config.freeze };
    case 'mrc': {
      const { kind, entropies, backup, skipTime, probeInterval, deny } = config;
      return { kind, entropies, backup, skipPs: skipTime ?? null, probeIntervalPs: probeInterval, deny };
    }
    case 'mp-rdma':
      return { kind: config.kind, delta: config.delta, bitmap: config.bitmap ?? null, probe: config.probe };
  }
}

/** The block of a host balancer in a config that is written out. */
export function hostBalancerBlock(spec: HostQuantitySpec): { readonly [key: string]: Json } {
  switch (spec.kind) {
    case 'plb': {
      const { suspendPs, ...plain } = spec;
      return { ...plain, suspend: timeText(suspendPs) };
    }
    case 'plb-delay':
      return { kind: spec.kind, ...(spec.targetDelayPs === null ? {} : { targetDelay: timeText(spec.targetDelayPs) }) };
    case 'hopper': {
      const { probeTimeoutPs, ...plain } = spec;
      return { ...plain, ...(probeTimeoutPs === null ? {} : { probeTimeout: timeText(probeTimeoutPs) }) };
    }
    case 'reps':
    case 'reps-htsim':
      return { kind: spec.kind, entropies: spec.entropies, freeze: timeText(spec.freezePs) };
    case 'mrc': {
      const { kind, entropies, backup, skipPs, probeIntervalPs, deny } = spec;
      const skip = skipPs === null ? {} : { skipTime: timeText(skipPs) };
      return { kind, entropies, backup, ...skip, probeInterval: timeText(probeIntervalPs), deny };
    }
    case 'mp-rdma': {
      const { bitmap, ...plain } = spec;
      return { ...plain, ...(bitmap === null ? {} : { bitmap }) };
    }
  }
}
