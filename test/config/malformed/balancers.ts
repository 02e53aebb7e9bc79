import type { MalformedConfig } from './base.ts';
import { plus } from './base.ts';

/** Balancers that cannot work as they are set. */
export const HOST_BALANCERS: readonly MalformedConfig[] = [
  {
    name: 'entropies that are no power of two',
    content: plus('balancer: { kind: reps, entropies: 100 }'),
    error: '9:36 balancer.entropies: not a power of two (64, 128, 256, ...)',
  },
  {
    name: 'more entropies than 16 bits have',
    content: plus('balancer: { kind: uec-bitmap, entropies: 131072 }'),
    error: '9:42 balancer.entropies: 131072 is too large (at most 65536)',
  },
  {
    name: 'a share above all',
    content: plus('balancer: { kind: flowbender, threshold: 1.5 }'),
    error: '9:42 balancer.threshold: 1.5 is too large (at most 1)',
  },
  {
    name: 'idle flows that move later than busy ones',
    content: plus('balancer: { kind: plb, idleRounds: 13 }'),
    error: '9:36 balancer.idleRounds: 13 is above rounds, 12 (at most rounds)',
  },
  {
    name: 'a balancer that goes by answers where there are none',
    content: plus('balancer: reps', 'nic: { acks: none }', 'switch: { queue: infinite }', 'transport: fixed'),
    error: '9:11 balancer: reps goes by answers, and there are none (set nic.acks: per-packet, or use another balancer)',
  },
  {
    name: 'a balancer that goes by round-trip times without samples',
    content: plus('balancer: plb-delay', 'transport: { kind: dctcp, recovery: gbn }'),
    error: '9:11 balancer: plb-delay needs round-trip times, which go-back-N does not measure (set transport.recovery: sr, or use plb)',
  },
  {
    name: 'paths that are never late enough',
    content: plus('balancer: { kind: mp-rdma, delta: 16, bitmap: 16 }'),
    error: '9:35 balancer.delta: 16 is not below bitmap, 16: no path could be so late (below bitmap)',
  },
  {
    name: 'selective repeat without it',
    content: plus('balancer: mp-rdma', 'transport: { kind: dctcp, recovery: gbn }'),
    error:
      '9:11 balancer: mp-rdma needs selective repeat, and transport.recovery is gbn ' +
      '(set transport.recovery: sr, without credit and nic.acks: uec-sack, or use reps)',
  },
];
