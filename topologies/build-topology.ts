import type { FailureSpec } from '../sim/base/failure-spec.ts';
import type { LinkSpec, TopologySpec } from '../sim/base/topology-spec.ts';
import type { Topology } from '../sim/base/topology.ts';
import { graphTors } from '../sim/base/graph-distances.ts';
import { fatTree } from './fat-tree.ts';
import { graphFabric } from './graph-fabric.ts';
import { leafSpine } from './leaf-spine.ts';
import { rail } from './rail.ts';
import { railTiers } from './tiers.ts';

/**
 * Builds the Topology that a Scenario describes.
 *
 * @param ranks how many ranks the placement puts on the hosts; at most the number of hosts
 * @param seed run seed, for the random placement
 * @throws ConfigError when a failure names no link of this fabric, there are too many paths for a 16-bit entropy, servers do not fit
 *   their ToRs, or a graph is no fabric
 */
export function buildTopology(spec: TopologySpec, failures: readonly FailureSpec[], ranks: number, seed: number): Topology {
  switch (spec.kind) {
    case 'leaf-spine':
      return leafSpine(spec, failures, ranks, seed);
    case 'fat-tree':
      return fatTree(spec, failures, ranks, seed);
    case 'rail':
      return rail(spec, failures, ranks, seed);
    case 'graph':
      return graphFabric(spec, failures, ranks, seed);
  }
}

/** Hosts of the fabric that a Scenario describes. */
export function hostCount(spec: TopologySpec): number {
  switch (spec.kind) {
    case 'leaf-spine':
      return spec.leaves * spec.hostsPerLeaf;
    case 'fat-tree':
      return spec.pods * spec.torsPerPod * spec.hostsPerTor;
    case 'rail':
      return spec.servers * spec.server.nics;
    case 'graph':
      return spec.hosts;
  }
}

/** Ranks that the fabric has room for: its GPUs, or its hosts where there are no servers. */
export function fabricRanks(spec: TopologySpec): number {
  const { gpus, nics } = spec.server ?? { gpus: 1, nics: 1 };
  return (hostCount(spec) / nics) * gpus;
}

/** The links of hosts; of unequal ones the slowest. */
export function hostLink(spec: TopologySpec): LinkSpec {
  if (spec.kind !== 'graph') return spec.hostLink;
  const links = spec.cables.filter(({ a, b }) => Math.min(a, b) < spec.hosts);
  return links.reduce((slowest, link) => (link.rateBps < slowest.rateBps ? link : slowest));
}

/** What a rank has of its host's link: ranks of a server may share a NIC. */
export function rankRateBps(spec: TopologySpec): number {
  const { gpus, nics } = spec.server ?? { gpus: 1, nics: 1 };
  return (hostLink(spec).rateBps * nics) / gpus;
}

/** ToRs of the fabric that a Scenario describes. */
export function torCount(spec: TopologySpec): number {
  switch (spec.kind) {
    case 'leaf-spine':
      return spec.leaves;
    case 'fat-tree':
      return spec.pods * spec.torsPerPod;
    case 'rail':
      return railTiers(spec).leaves;
    case 'graph':
      return graphTors(spec).length;
  }
}
