import type { Topology } from './base/topology.ts';

/**
 * Divides the nodes of a fabric among the partitions of a parallel run: ToRs in order with their hosts, so that what stays in a rack stays
 * in a partition; every other switch where most of its neighbours are, and in turn where several partitions have equally many.
 *
 * @param partitions at most the number of ToRs
 * @returns the partition of each node
 */
export function partitionNodes(topology: Topology, partitions: number): Uint16Array {
  const { hosts, switches, tors, torOfHost, portOffset, portLink, linkTo } = topology;
  const owner = new Uint16Array(hosts + switches);
  const ofTor = (tor: number): number => Math.floor((tor * partitions) / tors);
  for (let host = 0; host < hosts; host++) owner[host] = ofTor(torOfHost[host]!);
  const isPlaced = new Uint8Array(hosts + switches).fill(1, 0, hosts + tors);
  for (let tor = 0; tor < tors; tor++) owner[hosts + tor] = ofTor(tor);
  const neighbours = new Int32Array(partitions);
  let turn = 0;
  for (let node = hosts + tors; node < hosts + switches; node++) {
    neighbours.fill(0);
    for (let port = portOffset[node]!; port < portOffset[node + 1]!; port++) {
      const other = linkTo[portLink[port]!]!;
      if (isPlaced[other] === 1) neighbours[owner[other]!]!++;
    }
    const most = neighbours.reduce((largest, count) => Math.max(largest, count), 0);
    while (neighbours[turn % partitions]! < most) turn++;
    owner[node] = turn++ % partitions;
    isPlaced[node] = 1;
  }
  return owner;
}
