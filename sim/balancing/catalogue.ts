import type { BalancerSpec } from '../base/balancer-spec.ts';

/** What a balancer is, in words: the source of the table in docs/balancers.md. */
export interface BalancerFacts {
  /** Where it decides: A when a message is posted, B for each packet at the host, C for each packet at a switch. */
  readonly point: 'A' | 'B' | 'C';
  /** What keeps to one path. */
  readonly granularity: 'flow' | 'sub-flow' | 'message' | 'flowlet' | 'packet' | 'flow, until it moves';
  /** What it goes by. */
  readonly feedback: string;
  /** Memory at the host for each flow (P entropies), or at a switch. */
  readonly state: string;
  /** Whether packets of one flow overtake each other without loss, so that go-back-N suffers. */
  readonly reorders: 'no' | 'seldom' | 'yes';
  readonly source: string;
}

const UEC = 'UEC 1.0, uet-htsim';

/** Every kind, in the order of the decision points. */
export const BALANCERS: Readonly<Record<BalancerSpec['kind'], BalancerFacts>> = {
  ethereal: {
    point: 'A',
    granularity: 'sub-flow',
    feedback: 'timeouts',
    state: 'a path',
    reorders: 'no',
    source: 'arXiv 2407.00550',
  },
  'ecmp-split': { point: 'A', granularity: 'sub-flow', feedback: 'none', state: 'none', reorders: 'no', source: 'arXiv 2407.00550' },
  'nccl-qp': {
    point: 'A',
    granularity: 'message',
    feedback: 'none',
    state: 'a queue pair',
    reorders: 'no',
    source: 'NCCL documentation',
  },
  'hpn-least-outstanding': {
    point: 'A',
    granularity: 'message',
    feedback: 'bytes outstanding',
    state: '12 B, 12 B a connection',
    reorders: 'no',
    source: 'HPN, SIGCOMM 2024',
  },
  'rr-flow': { point: 'A', granularity: 'flow', feedback: 'none', state: 'a path', reorders: 'no', source: 'Ethereal without splitting' },
  spray: { point: 'B', granularity: 'packet', feedback: 'none', state: 'none', reorders: 'yes', source: 'OPS of arXiv 2407.21625' },
  'spray-counter': {
    point: 'B',
    granularity: 'packet',
    feedback: 'none',
    state: '4 B',
    reorders: 'yes',
    source: 'simulator of arXiv 2407.00550',
  },
  'spray-uec': { point: 'B', granularity: 'packet', feedback: 'none', state: '6 B', reorders: 'yes', source: UEC },
  drb: {
    point: 'B',
    granularity: 'packet',
    feedback: 'none',
    state: '4 B, a rotation a pair of hosts',
    reorders: 'yes',
    source: 'CoNEXT 2013',
  },
  plb: {
    point: 'B',
    granularity: 'flow, until it moves',
    feedback: 'marks, timeouts',
    state: '38 B',
    reorders: 'seldom',
    source: 'SIGCOMM 2022, Linux tcp_plb',
  },
  'plb-delay': {
    point: 'B',
    granularity: 'flow, until it moves',
    feedback: 'round-trip times, timeouts',
    state: '26 B',
    reorders: 'seldom',
    source: 'htsim, for Swift',
  },
  flowbender: {
    point: 'B',
    granularity: 'flow, until it moves',
    feedback: 'marks, timeouts',
    state: '26 B',
    reorders: 'seldom',
    source: 'CoNEXT 2014',
  },
  hopper: {
    point: 'B',
    granularity: 'flow, until it moves',
    feedback: 'round-trip times, probes',
    state: '63 B, 2 B a probe',
    reorders: 'seldom',
    source: 'arXiv 2506.08132',
  },
  reps: {
    point: 'B',
    granularity: 'packet',
    feedback: 'marks, losses, timeouts',
    state: '48 B; 56 B without trimming',
    reorders: 'yes',
    source: 'arXiv 2407.21625, EuroSys 2026',
  },
  'reps-htsim': {
    point: 'B',
    granularity: 'packet',
    feedback: 'marks, timeouts',
    state: '41 B',
    reorders: 'yes',
    source: 'uet-htsim',
  },
  'reps-legacy': {
    point: 'B',
    granularity: 'packet',
    feedback: 'marks',
    state: '20 B, 2 B an entropy that waits',
    reorders: 'yes',
    source: 'uet-htsim',
  },
  'reps-ethereal-v2': {
    point: 'B',
    granularity: 'flow, until it moves',
    feedback: 'marks, timeouts',
    state: '28 B + P / 8, 2 B a good entropy',
    reorders: 'yes',
    source: 'baseline of arXiv 2407.00550',
  },
  'uec-bitmap': {
    point: 'B',
    granularity: 'packet',
    feedback: 'marks, trims, losses, timeouts',
    state: '6 B + P / 2',
    reorders: 'yes',
    source: UEC,
  },
  'uec-bitmap-1bit': {
    point: 'B',
    granularity: 'packet',
    feedback: 'marks, trims, losses, timeouts',
    state: '10 B + P / 8',
    reorders: 'yes',
    source: 'UEC 1.0',
  },
  'uec-mixed': {
    point: 'B',
    granularity: 'packet',
    feedback: 'marks, trims, losses, timeouts',
    state: '22 B + P / 2, 2 B an entropy that waits',
    reorders: 'yes',
    source: 'uet-htsim',
  },
  strack: {
    point: 'B',
    granularity: 'packet',
    feedback: 'marks, trims, losses, timeouts',
    state: '6 B + P / 2',
    reorders: 'yes',
    source: 'arXiv 2407.15266',
  },
  mrc: {
    point: 'B',
    granularity: 'packet',
    feedback: 'marks, trims, losses, timeouts, probes',
    state: '28 B, 10 B a path',
    reorders: 'yes',
    source: 'OCP MRC 1.0',
  },
  ecmp: { point: 'C', granularity: 'flow', feedback: 'none', state: 'none', reorders: 'no', source: 'RFC 2992' },
  wcmp: { point: 'C', granularity: 'flow', feedback: 'none', state: 'none', reorders: 'no', source: 'EuroSys 2014' },
  'spray-switch-rr': {
    point: 'C',
    granularity: 'packet',
    feedback: 'none',
    state: 'a pointer a next-hop set',
    reorders: 'yes',
    source: 'htsim; simulator of arXiv 2407.00550',
  },
  'spray-tor-rr': {
    point: 'C',
    granularity: 'packet',
    feedback: 'none',
    state: 'a pointer a next-hop set',
    reorders: 'yes',
    source: 'htsim',
  },
  ofan: {
    point: 'C',
    granularity: 'packet',
    feedback: 'none',
    state: 'a rotation a destination',
    reorders: 'yes',
    source: 'arXiv 2507.21372',
  },
  ar: { point: 'C', granularity: 'packet', feedback: 'levels of local queues', state: 'none', reorders: 'yes', source: 'htsim' },
  'ar-p2c': { point: 'C', granularity: 'packet', feedback: 'two local queues', state: 'none', reorders: 'yes', source: 'htsim' },
  'ecmp-adaptive': {
    point: 'C',
    granularity: 'packet',
    feedback: 'levels of local queues',
    state: 'none',
    reorders: 'yes',
    source: 'htsim',
  },
  jsq: {
    point: 'C',
    granularity: 'packet',
    feedback: 'all local queues',
    state: 'none',
    reorders: 'yes',
    source: 'join the shortest queue',
  },
  drill: {
    point: 'C',
    granularity: 'packet',
    feedback: 'three local queues',
    state: 'a port a destination',
    reorders: 'yes',
    source: 'SIGCOMM 2017',
  },
  letflow: {
    point: 'C',
    granularity: 'flowlet',
    feedback: 'none',
    state: 'port and time a flow',
    reorders: 'seldom',
    source: 'NSDI 2017',
  },
  'flowlet-ar': {
    point: 'C',
    granularity: 'flowlet',
    feedback: 'levels of local queues',
    state: 'port and time a flow',
    reorders: 'seldom',
    source: 'htsim',
  },
  conga: {
    point: 'C',
    granularity: 'flowlet',
    feedback: 'load of whole paths',
    state: 'port and time a flow, tables a leaf',
    reorders: 'seldom',
    source: 'SIGCOMM 2014',
  },
};
