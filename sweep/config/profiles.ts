import { parseQuantity } from '../../sim/base/quantity.ts';
import type { Json, JsonBlock, MapNode, Place, Scalar, TreeNode } from './tree.ts';
import { nodeAt, scalarNode } from './tree.ts';

/** Ready-made sets of defaults: the top-level key `profile`. */
export const PROFILE_NAMES = ['uec', 'uec-rccc', 'ethereal-v2', 'ethereal-v2-spray', 'ethereal-v2-reps', 'roce-lossless', 'ideal'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

type Blocks = Readonly<Record<string, JsonBlock>>;

/** Where the rate of the host links is not known the config is wrong anyway. */
const ANY_RATE_BPS = 400e9;

/** Ultra Ethernet 1.0 as its public simulator sets it up: selective ACKs, trimming queues of one BDP, marks at 0.2 and 0.8 BDP. */
const UEC_NIC = { mtu: '4096B', header: '64B', ack: '64B', acks: 'uec-sack', ackPriority: 'high', controlBurst: 10 };

/** Marking thresholds of Ethereal's simulator: kB at rates (Gb/s) from these on. */
const ETHEREAL_THRESHOLDS = [
  [400, 800],
  [200, 600],
  [100, 400],
  [40, 200],
  [0, 100],
] as const;

/** Ethereal's second set-up: RoCE NICs without window that start at line rate, shared buffers with alpha = 1, PFC. */
function etherealV2(hostRateBps: number, balancer: string, transport: JsonBlock): Blocks {
  const [, threshold] = ETHEREAL_THRESHOLDS.find(([gbps]) => hostRateBps >= gbps * 1e9)!;
  return {
    nic: { mtu: '9000B', header: '64B', ack: '64B', acks: 'per-packet' },
    transport: { kind: 'dctcp-rate', rto: '1ms', ...transport },
    switch: { kind: 'shared', buffer: '64MiB', shift: 0, pfc: true, ecn: { low: `${threshold}kB`, high: `${threshold}kB` } },
    balancer: { kind: balancer },
  };
}

/** What a profile sets, block by block; some of it follows from the rate of the host links. */
function profileBlocks(name: ProfileName, hostRateBps: number): Blocks {
  switch (name) {
    case 'uec':
      return {
        nic: UEC_NIC,
        transport: { kind: 'nscc', recovery: 'trim' },
        switch: { kind: 'composite', trim: true },
        balancer: { kind: 'uec-mixed' },
      };
    case 'uec-rccc':
      return {
        nic: UEC_NIC,
        transport: { kind: 'rccc', recovery: 'trim' },
        switch: { kind: 'composite', trim: true, ecn: { hostPorts: false } },
        balancer: { kind: 'spray-uec' },
      };
    case 'ethereal-v2':
      return etherealV2(hostRateBps, 'ethereal', { recovery: 'gbn', nackInterval: '10ms' });
    case 'ethereal-v2-spray':
      return etherealV2(hostRateBps, 'spray-counter', { recovery: 'timers' });
    case 'ethereal-v2-reps':
      return etherealV2(hostRateBps, 'reps-ethereal-v2', { recovery: 'timers' });
    case 'roce-lossless': {
      const scale = Math.round(hostRateBps / 25e6); // bytes of one threshold kB of HPCC's script, which is written for 25 Gb/s
      return {
        nic: { mtu: '4096B', header: '64B', ack: '64B', acks: 'per-packet' },
        transport: { kind: 'dcqcn-mlx', recovery: 'gbn', rto: '1ms' },
        switch: { kind: 'shared', shift: 3, pfc: true, ecn: { low: `${100 * scale}B`, high: `${400 * scale}B`, probability: 0.2 } },
        balancer: { kind: 'ecmp' },
      };
    }
    case 'ideal':
      return {
        nic: { acks: 'none' },
        transport: { kind: 'fixed', recovery: 'none' },
        switch: { kind: 'droptail', queue: 'infinite', ecn: 'off' },
      };
  }
}

/** Puts the defaults of a document's profile below what the document says itself. Blocks that documents share stay shared. */
export class ProfileMerger {
  readonly #blocks = new Map<string, ReadonlyMap<string, TreeNode>>();
  readonly #merged = new WeakMap<TreeNode, Map<TreeNode, TreeNode>>();

  /** The document with its profile's blocks; the same document where it has no profile, or one that does not exist. */
  merge(document: MapNode): MapNode {
    const name = profileName(document);
    if (name === null) return document;
    const entries = new Map(document.entries);
    for (const [block, defaults] of this.#blocksOf(name, hostRateBps(document))) {
      const own = entries.get(block);
      if (own === undefined) entries.set(block, { keyAt: defaults.at, value: defaults });
      else entries.set(block, { ...own, value: this.#mergedBlock(own.value, defaults) });
    }
    return { ...document, entries };
  }

  #blocksOf(name: ProfileName, rateBps: number): ReadonlyMap<string, TreeNode> {
    const key = `${name} ${rateBps}`;
    let blocks = this.#blocks.get(key);
    if (blocks === undefined) {
      const at: Place = { file: `profile ${name}` };
      blocks = new Map(Object.entries(profileBlocks(name, rateBps)).map(([block, value]) => [block, blockNode(value, at)]));
      this.#blocks.set(key, blocks);
    }
    return blocks;
  }

  #mergedBlock(own: TreeNode, defaults: TreeNode): TreeNode {
    let known = this.#merged.get(own);
    if (known === undefined) this.#merged.set(own, (known = new Map()));
    let merged = known.get(defaults);
    if (merged === undefined) known.set(defaults, (merged = over(own, defaults)));
    return merged;
  }
}

/** Whether the document's profile sets this block. */
export function profileHasBlock(document: TreeNode, block: string): boolean {
  const name = profileName(document);
  return name !== null && block in profileBlocks(name, ANY_RATE_BPS);
}

function profileName(document: TreeNode): ProfileName | null {
  const node = nodeAt(document, ['profile']);
  const written = node?.kind === 'scalar' ? node.value : null;
  return PROFILE_NAMES.find((name) => name === written) ?? null;
}

/** Of a graph that of host 0. */
function hostRateBps(document: TreeNode): number {
  const links = nodeAt(document, ['topology', 'links']);
  const ofHost =
    links?.kind === 'list' ? links.items.find((link) => [0, 1].some((end) => isZero(nodeAt(link, ['between', end])))) : undefined;
  const node = ofHost === undefined ? nodeAt(document, ['topology', 'hostLink', 'rate']) : nodeAt(ofHost, ['rate']);
  const rate = node?.kind === 'scalar' && typeof node.value === 'string' ? parseQuantity(node.value, 'rate') : null;
  return typeof rate === 'number' ? rate : ANY_RATE_BPS;
}

const isZero = (node: TreeNode | undefined): boolean => node?.kind === 'scalar' && node.value === 0;

/** `own` with what it leaves open taken from `defaults`; a block of another kind stands for itself. */
export function over(own: TreeNode, defaults: TreeNode): TreeNode {
  if (own.kind !== 'map' || defaults.kind !== 'map') return own;
  const [kind, other] = [own, defaults].map((node) => nodeAt(node, ['kind']));
  if (kind?.kind === 'scalar' && other?.kind === 'scalar' && kind.value !== other.value) return own;
  const entries = new Map(defaults.entries);
  for (const [key, entry] of own.entries) {
    const below = defaults.entries.get(key);
    entries.set(key, below === undefined ? entry : { ...entry, value: over(entry.value, below.value) });
  }
  return { ...own, entries, isShorthand: false };
}

/** A block as if it were written at `at`. */
export function blockNode(block: JsonBlock, at: Place): MapNode {
  const entries = Object.entries(block).map(([key, value]) => [key, { keyAt: at, value: jsonNode(value, at) }] as const);
  return { kind: 'map', entries: new Map(entries), at, isShorthand: false };
}

function jsonNode(value: Json, at: Place): TreeNode {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item: Json) => jsonNode(item, at)), at };
  return typeof value === 'object' && value !== null ? blockNode(value as JsonBlock, at) : scalarNode(value as Scalar, at);
}
