import type { MalformedConfig } from './base.ts';
import { withLine, withWorkload, plus } from './base.ts';

/** Keys that are valid one by one and contradict each other. */
export const CONTRADICTIONS: readonly MalformedConfig[] = [
  // Contradictions.
  {
    name: 'more ranks than hosts',
    content: withWorkload('{ kind: all-reduce, size: 1MiB, ranks: 5 }'),
    error: '8:50 workload.ranks: 5 ranks on 4 hosts (a host carries one rank)',
  },
  {
    name: 'a collective of one rank',
    content: withWorkload('{ kind: all-reduce, size: 1MiB, ranks: 1 }'),
    error: '8:50 workload.ranks: all-reduce among 1 rank (at least 2 ranks)',
  },
  {
    name: 'an algorithm for powers of two',
    content: withWorkload('{ kind: all-gather, size: 1MiB, ranks: 3, algorithm: recursive-doubling }'),
    error:
      '8:64 workload.algorithm: all-gather by recursive-doubling needs a power of two of ranks, not 3 (choose another algorithm or number of ranks)',
  },
  {
    name: 'a receiver that is no rank',
    content: withWorkload('{ kind: incast, size: 1MiB, senders: 2, receiver: 4 }'),
    error: '8:61 workload.receiver: no rank 4 (ranks are 0 to 3)',
  },
  {
    name: 'more senders than other ranks',
    content: withWorkload('{ kind: incast, size: 1MiB, senders: 4 }'),
    error: '8:48 workload.senders: 4 senders among 4 ranks (at most 3)',
  },
  {
    name: 'a flow from a rank that does not exist',
    content: withWorkload('{ kind: flows, flows: [{ src: 9, dst: 0, size: 1B }] }'),
    error: '8:41 workload.flows[0].src: no rank 9 (ranks are 0 to 3)',
  },
  {
    name: 'a flow to its sender',
    content: withWorkload('{ kind: flows, flows: [{ src: 1, dst: 1, size: 1B }] }'),
    error: '8:49 workload.flows[0].dst: rank 1 sends to itself (a flow joins two ranks)',
  },
  {
    name: 'a shift by all ranks',
    content: withWorkload('{ kind: permutation, size: 1MiB, pattern: { shift: 8 } }'),
    error: '8:62 workload.pattern.shift: a shift by 8 among 4 ranks sends every rank to itself (choose another)',
  },
  {
    name: 'a multiplier that is no permutation',
    content: withWorkload('{ kind: permutation, size: 1MiB, pattern: { multiply: 2, add: 1 } }'),
    error: '8:65 workload.pattern.multiply: 2 has a common divisor with 4 ranks: no permutation (choose one without)',
  },
  {
    name: 'an affine permutation with a fixed point',
    content: withWorkload('{ kind: permutation, size: 1MiB, pattern: { multiply: 3, add: 2 } }'),
    error: '8:73 workload.pattern.add: some rank sends to itself: 3 r + 2 = r mod 4 (choose another)',
  },
  {
    name: 'a misspelt pattern',
    content: withWorkload('{ kind: permutation, size: 1MiB, pattern: { shfit: 1 } }'),
    error: '8:55 workload.pattern.shfit: unknown key (did you mean "shift"?)',
  },
  {
    name: 'more experts chosen than there are',
    content: withWorkload('{ kind: moe, tokens: 8, experts: 4, topk: 5 }'),
    error: '8:53 workload.topk: 5 of 4 experts (at most 4)',
  },
  {
    name: 'experts that do not spread evenly',
    content: withWorkload('{ kind: moe, tokens: 8, experts: 6, topk: 2 }'),
    error: '8:44 workload.experts: 6 experts on 4 ranks (the experts must be a multiple of the ranks)',
  },
  {
    name: 'a hidden size without whole scales',
    content: withWorkload('{ kind: moe, tokens: 8, experts: 4, topk: 2, hidden: 100 }'),
    error: '8:64 workload.hidden: hidden size 100 with one scale for 128 values (a multiple of 128, or give dispatch and combine in bytes)',
  },
  {
    name: 'rates for other spines',
    content: withLine(7, '  fabricLink: { delay: 500ns, perSpine: [400Gbps] }'),
    error: '7:41 topology.fabricLink.perSpine: the list has 1 of 2 spines (give one rate a spine)',
  },
  {
    name: 'fabric links without rate',
    content: withLine(7, '  fabricLink: { delay: 500ns }'),
    error: '7:15 topology.fabricLink: no rate (give rate, or perSpine with one rate a spine)',
  },
  {
    name: 'more paths than entropy values',
    content: withLine(4, '  spines: 70000'),
    error: '4:11 topology.spines: 70000 spines with 1 link a pair give 70000 paths between two leaves (at most 65536)',
  },
  {
    name: 'too many hosts',
    content: withLine(5, '  hostsPerLeaf: 8000000'),
    error: '5:17 topology.hostsPerLeaf: 2 leaves of 8000000 hosts are 16000000 hosts (at most 8388608)',
  },
  {
    name: 'more messages than fit memory',
    content: withLine(3, '  leaves: 4000').replace('hostsPerLeaf: 2', 'hostsPerLeaf: 100').replace('all-reduce', 'all-to-all'),
    error: '8:11 workload: all-to-all among 400000 ranks is 1.6e11 messages (at most 20000000; choose fewer ranks)',
  },
  {
    name: 'more messages than fit memory, in a workload with a choice of algorithms',
    content: withLine(5, '  hostsPerLeaf: 2000'),
    error: '8:11 workload: all-reduce among 4000 ranks is 31992000 messages (at most 20000000; choose fewer ranks, or another algorithm)',
  },
  {
    name: 'more messages than fit memory, over many layers',
    content: withWorkload('{ kind: moe, layers: 4096, tokens: 8, experts: 256, topk: 8, ranks: 64, phase: training }').replace(
      'hostsPerLeaf: 2',
      'hostsPerLeaf: 32',
    ),
    error: '8:11 workload: moe among 64 ranks is 66060288 messages (at most 20000000; choose fewer layers or ranks)',
  },
  {
    name: 'a packet above 16 bits',
    content: plus('nic: { mtu: 64KiB }'),
    error: '9:13 nic.mtu: mtu and header are 65600B on the wire (at most 65535B)',
  },
  {
    name: 'a queue below one packet',
    content: plus('switch: { queue: 4096B }'),
    error: '9:18 switch.queue: 4KiB is less than one packet (mtu and header are 4160B)',
  },
  {
    name: 'a window below one packet',
    content: plus('transport: { kind: fixed, window: 1B }'),
    error: '9:35 transport.window: 1B is less than one packet (mtu and header are 4160B)',
  },
  {
    name: 'ECN thresholds in the wrong order',
    content: plus('switch: { ecn: { low: 2kB, high: 1kB } }'),
    error: '9:23 switch.ecn.low: 2kB is above high, 1kB (low is at most high)',
  },
  {
    name: 'a rate above the line',
    content: plus('transport: { kind: fixed, rate: 800Gbps }'),
    error: '9:33 transport.rate: 800Gbps is above the rate of the host links (at most 400Gbps)',
  },
  {
    name: 'NACKs without go-back-N',
    content: plus('transport: { kind: dctcp, nackInterval: 1ms }'),
    error: '9:41 transport.nackInterval: no NACKs without go-back-N (set recovery: gbn, or remove the key)',
  },
  {
    name: 'a timeout without recovery',
    content: plus('transport: { kind: dctcp, recovery: none, rto: 1ms }'),
    error: '9:48 transport.rto: no timeout without recovery (remove the key)',
  },
  {
    name: 'congestion control without ACKs',
    content: plus('switch: { queue: infinite }', 'nic: { acks: none }'),
    error: '10:14 nic.acks: transport dctcp needs ACKs (use transport: fixed)',
  },
  {
    name: 'recovery without ACKs',
    content: plus('switch: { queue: infinite }', 'transport: { kind: fixed, recovery: sr }', 'nic: { acks: none }'),
    error: '11:14 nic.acks: recovery sr needs ACKs (set transport.recovery: none, or remove it)',
  },
  {
    name: 'drops without ACKs',
    content: plus('transport: fixed', 'nic: { acks: none }'),
    error: '10:14 nic.acks: a switch that drops needs ACKs (set switch.queue: infinite)',
  },
  {
    name: 'a dead link that does not exist',
    content: plus('failures: [{ link: leaf0-spine2 }]'),
    error: '9:20 failures[0].link: no link "leaf0-spine2" in this fabric (links are named leaf0-spine0 .. leaf1-spine1, and host0-leaf0)',
  },
  {
    name: 'a dead link named twice',
    content: plus('failures: [{ link: leaf0-spine0 }, { link: leaf0-spine0 }]'),
    error: '9:44 failures[1].link: link "leaf0-spine0" is down already (remove one)',
  },
  {
    name: 'a workload file that is missing',
    content: withWorkload('{ kind: file, format: htsim, path: none.cm }'),
    error: '8:46 workload.path: no such file: none.cm (paths are relative to the folder of the config file)',
  },
  {
    name: 'traces that are missing',
    content: withWorkload('{ kind: file, format: chakra, path: traces/none }'),
    error:
      '8:47 workload.path: no such file: traces/none.0.et (path is the prefix of <path>.<rank>.et, relative to the folder of the config file)',
  },
];
