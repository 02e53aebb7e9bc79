import type { NcclGpu } from '../../sim/base/nccl-spec.ts';

/** Constants of the cost model of NCCL 2.30. Rows of protocols are in the order of `PROTOCOLS`. */
export const PROTOCOLS = ['ll', 'll128', 'simple'] as const;
export type NcclProtocol = (typeof PROTOCOLS)[number];

export const ALGORITHMS = ['tree', 'ring', 'collnet-direct', 'collnet-chain', 'nvls', 'nvls-tree', 'pat'] as const;
export type NcclAlgorithm = (typeof ALGORITHMS)[number];

export type LinkType = 'nvlink' | 'pci' | 'network';

/** One of an LL, LL128, Simple triple, or what belongs to Simple alone. */
type ByProtocol = readonly [ll: number, ll128: number, simple: number];

/** Once a collective, in us. */
export const BASE_LATENCY_US: Readonly<Record<NcclAlgorithm, ByProtocol>> = {
  tree: [6.8, 14, 8.4],
  ring: [6.6, 14, 8.4],
  'collnet-direct': [0, 0, 0],
  'collnet-chain': [0, 0, 0],
  nvls: [0, 0, 0],
  'nvls-tree': [0, 0, 0],
  pat: [8, 8, 8],
};

/** Of a step over a link, in us. */
export const LINK_LATENCY_US: Readonly<Record<LinkType, Readonly<Record<NcclAlgorithm, ByProtocol>>>> = {
  nvlink: {
    tree: [0.6, 1.25, 4],
    ring: [0.6, 1.9, 3.4],
    'collnet-direct': [0, 0, 3.7],
    'collnet-chain': [0, 0, 2.8],
    nvls: [0, 0, 25],
    'nvls-tree': [0, 0, 25],
    pat: [0, 0, 4],
  },
  pci: {
    tree: [1, 1.9, 4],
    ring: [1, 2.5, 5.7],
    'collnet-direct': [0, 0, 3.7],
    'collnet-chain': [0, 0, 2.8],
    nvls: [0, 0, 0],
    'nvls-tree': [0, 0, 0],
    pat: [0, 0, 4],
  },
  network: {
    tree: [5, 8.5, 14],
    ring: [2.7, 4, 14],
    'collnet-direct': [0, 0, 31],
    'collnet-chain': [0, 0, 30],
    nvls: [0, 0, 18],
    'nvls-tree': [0, 0, 20.9],
    pat: [0, 0, 14],
  },
};

/** One, two, more servers. */
type ByServers = readonly [one: number, two: number, more: number];

/** Largest bandwidths, in 10^9 bytes a second: `ll` of a collective, the others of a channel. */
interface Limits {
  readonly ll: ByServers;
  readonly ringLl128: ByServers;
  readonly treeLl128: ByServers;
  readonly tree: ByServers;
  readonly nvlsTree: ByServers;
}

export const LIMITS_GBPS: Readonly<Record<NcclGpu, Limits>> = {
  volta: {
    ll: [39, 39, 20.4],
    ringLl128: [20, 20, 20],
    treeLl128: [20, 20, 20],
    tree: [26.5, 18.5, 10],
    nvlsTree: [26.5, 18.5, 10],
  },
  ampere: {
    ll: [87.7, 22.5, 19],
    ringLl128: [20, 20, 20],
    treeLl128: [20, 20, 20],
    tree: [24, 23.6, 17.8],
    nvlsTree: [24, 23.6, 17.8],
  },
  hopper: {
    ll: [141, 45, 35],
    ringLl128: [36.7, 36.7, 36.7],
    treeLl128: [36.7, 36.7, 29],
    tree: [38.7, 41.4, 36],
    nvlsTree: [0, 57.7, 45.5],
  },
  blackwell: {
    ll: [282, 90, 70],
    ringLl128: [40, 40, 40],
    treeLl128: [55.6, 31.67, 20],
    tree: [70, 42.8, 24],
    nvlsTree: [0, 96, 80],
  },
};

/** Bandwidth of NVLS that arrives, of what the links have. */
export const NVLS_EFFICIENCY: Readonly<Record<NcclGpu, number>> = { volta: 0, ampere: 0, hopper: 0.85, blackwell: 0.74 };

/** Factors on the bandwidth of a tree all-reduce for 64, 128, 256, .. bytes; there is none for 2^23 times 64 bytes and above. */
export const TREE_FACTORS: Readonly<Record<NcclProtocol, readonly number[]>> = {
  ll: [1, 1, 1, 1, 0.9, 0.8, 0.7, 0.7, 0.7, 0.7, 0.6, 0.5, 0.4, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1, 1, 1],
  ll128: [1, 1, 1, 1, 1, 0.9, 0.8, 0.8, 0.8, 0.7, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.8, 0.9, 0.9, 0.9, 0.9, 1, 1],
  simple: [0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.8, 0.7, 0.6, 0.6, 0.5, 0.5, 0.5, 0.5, 0.6, 0.7, 0.8, 0.7, 0.7, 0.8, 0.9, 0.9],
};

/** NVLink of a GPU, all its links, in 10^9 bytes a second and direction. */
export const NVLINK_GBPS: Readonly<Record<NcclGpu, number>> = { volta: 6 * 20, ampere: 12 * 20, hopper: 18 * 20.6, blackwell: 18 * 40.1 };

/** PCIe x16 of the GPU's generation (3, 4, 5, 5). */
export const PCI_GBPS: Readonly<Record<NcclGpu, number>> = { volta: 12, ampere: 24, hopper: 48, blackwell: 48 };
