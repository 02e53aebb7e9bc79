import { type Topology, torNode } from '../../sim/base/topology.ts';

/** Routes of a Topology, worked out in the most obvious ways. */

export const linkAt = (topology: Topology, node: number, port: number): number => topology.portLink[topology.portOffset[node]! + port]!;

const linksOf = (topology: Topology, node: number): number[] => [
  ...topology.portLink.subarray(topology.portOffset[node]!, topology.portOffset[node + 1]!),
];

/** Names of the nodes behind a node's ports, in order of the ports. */
export const neighbours = (topology: Topology, node: number): string[] =>
  linksOf(topology, node).map((link) => topology.nodeNames[topology.linkTo[link]!]!);

/** All walks of `hops` links from one ToR to another, over live links. */
export function walks(topology: Topology, from: number, to: number, hops: number): number[][] {
  const extend = (node: number, left: number): number[][] => {
    if (left === 0) return node === torNode(topology, to) ? [[]] : [];
    const live = linksOf(topology, node).filter((link) => topology.linkUp[link] === 1);
    return live.flatMap((link) => extend(topology.linkTo[link]!, left - 1).map((rest) => [link, ...rest]));
  };
  return extend(torNode(topology, from), hops);
}

/** All walks that the next-hop sets allow. */
export function walksByNextHops(topology: Topology, from: number, to: number): number[][] {
  const extend = (node: number): number[][] => {
    if (node === torNode(topology, to)) return [[]];
    const set = topology.nextHopSet[(node - topology.hosts) * topology.tors + to]!;
    const ports = set < 0 ? [] : [...topology.setPort.subarray(topology.setOffset[set]!, topology.setOffset[set + 1]!)];
    return ports.flatMap((port) => {
      const link = linkAt(topology, node, port);
      return extend(topology.linkTo[link]!).map((rest) => [link, ...rest]);
    });
  };
  return extend(torNode(topology, from));
}

/** The links that a packet pinned to `path` takes; at most 8. */
export function follow(topology: Topology, path: number, from: number, to: number): number[] {
  const { pinPort, pinBase, pinIndex, pinStage, pathIds, tors, hosts } = topology;
  const links: number[] = [];
  for (let node = torNode(topology, from); node !== torNode(topology, to) && links.length < 8;) {
    const sw = node - hosts;
    const port = pinPort[pinBase[sw * tors + to]! + pinIndex[pinStage[sw]! * pathIds + path]!]!;
    links.push(linkAt(topology, node, port));
    node = topology.linkTo[links.at(-1)!]!;
  }
  return links;
}

/** `a>b` of every dead link. */
export const endsOfDeadLinks = (topology: Topology): string[] =>
  Array.from({ length: topology.links }, (_, link) => link)
    .filter((link) => topology.linkUp[link] === 0)
    .map((link) => `${topology.nodeNames[topology.linkFrom[link]!]}>${topology.nodeNames[topology.linkTo[link]!]}`);
