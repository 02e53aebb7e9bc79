import type { MalformedConfig } from './base.ts';

const fatTree = (topology: string, ...lines: readonly string[]): string =>
  [
    `topology: { kind: fat-tree, ${topology}, hostLink: { rate: 400Gbps, delay: 500ns } }`,
    'workload: { kind: all-reduce, size: 1MiB }',
    ...lines,
    '',
  ].join('\n');
const NAMES =
  'links are named tor0-agg0 .. tor7-agg7 (inside a pod), agg0-core0 .. agg7-core3 (core c above the aggregation switches floor(c / 2) of the pods), and host0-tor0';

/** A fat tree whose counts do not fit its switches, and names of links that it does not have. */
export const FAT_TREE: readonly MalformedConfig[] = [
  {
    name: 'a fat tree without k',
    content: fatTree('pods: 4'),
    error: '1:1 topology.k: missing key (such as k: 8)',
  },
  {
    name: 'a fat tree of odd switches',
    content: fatTree('k: 5'),
    error: '1:32 topology.k: 5 is no multiple of 2 (round it)',
  },
  { name: 'a fat tree of switches without ports', content: fatTree('k: 0'), error: '1:32 topology.k: 0 is too small (write at least 2)' },
  {
    name: 'a fat tree of half switches',
    content: fatTree('k: 4.5'),
    error: '1:32 topology.k: expected a whole number, got 4.5 (write a whole number such as 8)',
  },
  {
    name: 'a fat tree larger than memory',
    content: fatTree('k: 1024'),
    error: '1:32 topology.k: 524288 ToRs of 512 hosts are 268435456 hosts (at most 8388608)',
  },
  {
    name: 'a fat tree with too many routes',
    content: fatTree('k: 128'),
    error:
      '1:32 topology.k: a fat tree of 8192 ToRs, 8192 aggregation and 4096 core switches is too large (at most 8388608 cables and 67108864 routes)',
  },
  {
    name: 'more cores than path identifiers',
    content: fatTree('k: 1024, pods: 2, torsPerPod: 1, hostsPerTor: 1'),
    error: '1:32 topology.k: 262144 core switches give as many paths between two pods (at most 65536)',
  },
  {
    name: 'more pods than a core switch has ports',
    content: fatTree('k: 4, pods: 5'),
    error: '1:41 topology.pods: 5 pods need 5 ports on a core switch of 4 (choose fewer, or a larger k)',
  },
  {
    name: 'more hosts and aggregation switches than a ToR has ports',
    content: fatTree('k: 4, hostsPerTor: 3'),
    error: '1:48 topology.hostsPerTor: 3 hosts and 2 aggregation switches need 5 ports on a ToR of 4 (choose fewer, or a larger k)',
  },
  {
    name: 'more aggregation switches than a ToR has ports left',
    content: fatTree('k: 4, aggsPerPod: 3'),
    error: '1:47 topology.aggsPerPod: 2 hosts and 3 aggregation switches need 5 ports on a ToR of 4 (choose fewer, or a larger k)',
  },
  {
    name: 'more ToRs and cores than an aggregation switch has ports',
    content: fatTree('k: 4, torsPerPod: 3'),
    error: '1:47 topology.torsPerPod: 3 ToRs and 2 cores need 5 ports on an aggregation switch of 4 (choose fewer, or a larger k)',
  },
  {
    name: 'more cores than an aggregation switch has ports left',
    content: fatTree('k: 4, coresPerAgg: 3'),
    error: '1:48 topology.coresPerAgg: 2 ToRs and 3 cores need 5 ports on an aggregation switch of 4 (choose fewer, or a larger k)',
  },
  {
    name: 'keys of a leaf-spine in a fat tree',
    content: fatTree('k: 4, spines: 3'),
    error: '1:35 topology.spines: kind fat-tree has no such key (it belongs to leaf-spine, rail)',
  },
  {
    name: 'a misspelt count of a fat tree',
    content: fatTree('k: 4, hostPerTor: 2'),
    error: '1:35 topology.hostPerTor: unknown key (did you mean "hostsPerTor"?)',
  },
  {
    name: 'more ranks than a fat tree has hosts',
    content: fatTree('k: 4').replace('1MiB', '1MiB, ranks: 17'),
    error: '2:50 workload.ranks: 17 ranks on 16 hosts (a host carries one rank)',
  },
  {
    name: 'a link between pods that do not share an aggregation switch',
    content: fatTree('k: 4', 'failures: [{ link: tor0-agg2 }]'),
    error: `3:20 failures[0].link: no link "tor0-agg2" in this fabric (${NAMES})`,
  },
  {
    name: 'a link to the core of another aggregation switch',
    content: fatTree('k: 4', 'failures: [{ link: agg1-core0 }]'),
    error: `3:20 failures[0].link: no link "agg1-core0" in this fabric (${NAMES})`,
  },
];
