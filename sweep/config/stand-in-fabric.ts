import { blockNode } from './profiles.ts';
import type { JsonBlock, MapNode } from './tree.ts';
import { nodeAt } from './tree.ts';

/** Of no effect: a cost model has no fabric. */
const ANY_LINK = { rate: '1Gbps', delay: '1us' };

/**
 * A document that has `compat` and no topology gets one with as many hosts as `workload.ranks`: nothing else of it matters. The document
 * itself where it needs none, or does not say how many ranks there are.
 */
export function withStandIn(document: MapNode): MapNode {
  const ranks = nodeAt(document, ['workload', 'ranks']);
  if (!document.entries.has('compat') || document.entries.has('topology')) return document;
  if (ranks?.kind !== 'scalar' || typeof ranks.value !== 'number') return document;
  const topology: JsonBlock = { kind: 'leaf-spine', leaves: 1, spines: 1, hostsPerLeaf: ranks.value, hostLink: ANY_LINK };
  return { ...document, entries: new Map(document.entries).set('topology', { keyAt: ranks.at, value: blockNode(topology, ranks.at) }) };
}
