import { ConfigError } from '../sim/base/errors.ts';
import type { FailureSpec } from '../sim/base/failure-spec.ts';
import { deadThroughout } from '../sim/base/failed-links.ts';
import type { TopologySpec } from '../sim/base/topology-spec.ts';
import { SEND, type Schedule } from '../sim/base/schedule.ts';
import { inOneServer, torNode, type Topology } from '../sim/base/topology.ts';
import { buildTopology } from './build-topology.ts';

/**
 * Builds a fabric on which every message of the Schedule has a way at some time.
 *
 * @throws ConfigError naming the first pair that has none from the start to the end
 */
export function connectedTopology(spec: TopologySpec, failures: readonly FailureSpec[], schedule: Schedule, seed: number): Topology {
  const topology = buildTopology(spec, failures, schedule.ranks, seed);
  assertConnected(topology, schedule);
  const dead = deadThroughout(failures);
  if (dead !== null) assertConnected(buildTopology(spec, dead, schedule.ranks, seed), schedule);
  return topology;
}

/**
 * Checks that every message of the Schedule has a live way from its source to its destination.
 *
 * @throws ConfigError naming the first pair, in Schedule order, that dead links have cut off
 */
export function assertConnected(topology: Topology, schedule: Schedule): void {
  const { hosts, tors, nodeNames, nextHopSet } = topology;
  const hostIsUp = new Uint8Array(hosts);
  for (let host = 0; host < hosts; host++) hostIsUp[host] = topology.linkUp[topology.portLink[topology.portOffset[host]!]!]!;
  for (let op = 0; op < schedule.ops; op++) {
    if (schedule.kind[op] !== SEND || inOneServer(topology, schedule.rank[op]!, schedule.peer[op]!)) continue;
    const src = topology.hostOfRank[schedule.rank[op]!]!;
    const dst = topology.hostOfRank[schedule.peer[op]!]!;
    const dead = hostIsUp[src] === 0 ? src : dst;
    const srcTor = topology.torOfHost[src]!;
    const dstTor = topology.torOfHost[dst]!;
    if (hostIsUp[dead] === 1 && (srcTor === dstTor || nextHopSet[srcTor * tors + dstTor]! >= 0)) continue;
    const neverJoined = topology.linkUp.every((up) => up === 1);
    const why =
      hostIsUp[dead] === 0
        ? `the link of ${nodeNames[dead]} is dead`
        : `no ${neverJoined ? '' : 'live '}path from ${nodeNames[torNode(topology, srcTor)]} to ${nodeNames[torNode(topology, dstTor)]}`;
    throw new ConfigError(
      'E132',
      `rank ${schedule.rank[op]} on ${nodeNames[src]} cannot reach rank ${schedule.peer[op]} on ${nodeNames[dst]}: ${why}`,
      {
        where: { path: neverJoined ? 'topology' : 'failures' },
        hint: neverJoined
          ? 'nothing joins these switches: join them, or take a workload that crosses NVLink to the right rail first (PXN)'
          : 'remove a failure, or leave these ranks out of the workload',
      },
    );
  }
}
