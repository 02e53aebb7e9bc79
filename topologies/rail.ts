import type { FailureSpec } from '../sim/base/failure-spec.ts';
import type { RailSpec } from '../sim/base/topology-spec.ts';
import type { Topology } from '../sim/base/topology.ts';
import { twoTiers } from './leaf-spine.ts';
import { placeRanks } from './placement.ts';
import { railTiers } from './tiers.ts';

/**
 * A rail-optimised fabric (Wang et al., HOTI 2024; Qian et al., Alibaba HPN, SIGCOMM 2024): servers in segments, and in each segment one
 * leaf a rail: NIC i of every server there is joined to leaf i of the segment. Spines join all leaves; without spines a rail of a
 * segment reaches itself alone.
 *
 * Numbers: leaf i of segment g is g * nics + i; hosts are numbered server by server, so place p has the hosts p * nics and following.
 * All else is as in a leaf-spine with those leaves.
 *
 * @param ranks how many ranks the placement puts on the hosts
 * @param seed run seed, for the random placement
 * @throws ConfigError when a failure names no link of this fabric, or there are too many paths for a 16-bit entropy
 */
export function rail(spec: RailSpec, failures: readonly FailureSpec[], ranks: number, seed: number): Topology {
  const { server, serversPerSegment } = spec;
  const groups = { tors: spec.servers / serversPerSegment, hostsPerTor: serversPerSegment * server.nics };
  return twoTiers(railTiers(spec), failures, placeRanks(spec.placement, groups, server, ranks, seed), server);
}
