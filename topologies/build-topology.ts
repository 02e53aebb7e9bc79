import type { FailureSpec } from '../sim/base/failure-spec.ts';
import type { TopologySpec } from '../sim/base/topology-spec.ts';
import type { Topology } from '../sim/base/topology.ts';
import { fatTree } from './fat-tree.ts';
import { leafSpine } from './leaf-spine.ts';

/**
 * Builds the Topology that a Scenario describes.
 *
 * @param ranks how many ranks the placement puts on the hosts; at most the number of hosts
 * @param seed run seed, for the random placement
 * @throws ConfigError when a failure names no link of this fabric, or there are too many paths for a 16-bit entropy
 */
export function buildTopology(spec: TopologySpec, failures: readonly FailureSpec[], ranks: number, seed: number): Topology {
  switch (spec.kind) {
    case 'leaf-spine':
      return leafSpine(spec, failures, ranks, seed);
    case 'fat-tree':
      return fatTree(spec, failures, ranks, seed);
  }
}

/** Hosts of the fabric that a Scenario describes. */
export function hostCount(spec: TopologySpec): number {
  switch (spec.kind) {
    case 'leaf-spine':
      return spec.leaves * spec.hostsPerLeaf;
    case 'fat-tree':
      return spec.pods * spec.torsPerPod * spec.hostsPerTor;
  }
}

/** ToRs of the fabric that a Scenario describes. */
export function torCount(spec: TopologySpec): number {
  switch (spec.kind) {
    case 'leaf-spine':
      return spec.leaves;
    case 'fat-tree':
      return spec.pods * spec.torsPerPod;
  }
}
