import type { Topology } from './base/topology.ts';

/** A partition with nearly as many neighbours of a switch as any other will do, if it has less to do. */
const NEARLY = 0.8;

/**
 * Divides the nodes of a fabric among the partitions of a parallel run: ToRs in order with their hosts, so that what stays in a rack stays
 * in a partition; every other switch where (nearly) most of its neighbours are, and of those partitions in the one with the fewest ports.
 *
 * @param partitions at most the number of ToRs
 * @returns the partition of each node
 */
export function partitionNodes(topology: Topology, partitions: number): Uint16Array {
  const { hosts, switches, tors, torOfHost, portOffset, portLink, linkTo } = topology;
  const owner = new Uint16Array(hosts + switches);
  const isPlaced = new Uint8Array(hosts + switches);
  const ports = new Float64Array(partitions);
  const place = (node: number, partition: number): void => {
    owner[node] = partition;
    isPlaced[node] = 1;
    ports[partition]! += portOffset[node + 1]! - portOffset[node]!;
  };
  const ofTor = (tor: number): number => Math.floor((tor * partitions) / tors);
  for (let host = 0; host < hosts; host++) place(host, ofTor(torOfHost[host]!));
  for (let tor = 0; tor < tors; tor++) place(hosts + tor, ofTor(tor));
  for (let node = hosts + tors; node < hosts + switches; node++) {
    const neighbours = new Int32Array(partitions);
    for (let port = portOffset[node]!; port < portOffset[node + 1]!; port++) {
      const other = linkTo[portLink[port]!]!;
      if (isPlaced[other] === 1) neighbours[owner[other]!]!++;
    }
    const most = neighbours.reduce((largest, count) => Math.max(largest, count), 0);
    let best = -1;
    for (let partition = 0; partition < partitions; partition++) {
      if (neighbours[partition]! >= NEARLY * most && (best < 0 || ports[partition]! < ports[best]!)) best = partition;
    }
    place(node, best);
  }
  return owner;
}
