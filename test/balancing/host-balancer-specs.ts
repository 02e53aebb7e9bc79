import type { HostBalancerSpec } from '../../sim/base/balancer-spec.ts';

/** Every balancer of hosts with its defaults, but a suspension that fits short runs. */
export const HOST_BALANCERS = {
  'spray-counter': { kind: 'spray-counter' },
  'spray-uec': { kind: 'spray-uec', entropies: 64 },
  plb: { kind: 'plb', threshold: 0.5, idleRounds: 3, rounds: 12, suspendPs: 1e9 },
  'plb-delay': { kind: 'plb-delay', targetDelayPs: null },
  flowbender: { kind: 'flowbender', threshold: 0.05 },
  hopper: { kind: 'hopper', probeThreshold: 1.5, probes: 2, switchFactor: 0.8, probeTimeoutPs: null },
  reps: { kind: 'reps', entropies: 65_536, freezePs: 1e10 },
  'reps-htsim': { kind: 'reps-htsim', entropies: 64, freezePs: 1e10 },
  'reps-legacy': { kind: 'reps-legacy', entropies: 64 },
  'reps-ethereal-v2': { kind: 'reps-ethereal-v2', entropies: 256 },
  'uec-bitmap': { kind: 'uec-bitmap', entropies: 64 },
  'uec-bitmap-1bit': { kind: 'uec-bitmap-1bit', entropies: 64, maxMarked: 0.5 },
  'uec-mixed': { kind: 'uec-mixed', entropies: 64 },
  strack: { kind: 'strack', entropies: 64 },
  mrc: { kind: 'mrc', entropies: 256, backup: 64, skipPs: null, probeIntervalPs: 1e8, deny: [] },
  'mp-rdma': { kind: 'mp-rdma', delta: 32, bitmap: null, probe: 0.01 },
} as const satisfies { readonly [kind in HostBalancerSpec['kind']]: HostBalancerSpec & { readonly kind: kind } };
