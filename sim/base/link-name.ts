import type { Topology } from './topology.ts';

/** The name of a directed link: `leaf0-spine1` up and `spine1-leaf0` down, and `leaf0-spine1-0` for one of several parallel links. */
export function linkName({ linkFrom, linkTo, nodeNames, portOffset, portLink }: Topology, link: number): string {
  const from = linkFrom[link]!;
  const to = linkTo[link]!;
  const bundle = [...portLink.subarray(portOffset[from]!, portOffset[from + 1]!)].filter((other) => linkTo[other] === to);
  const name = `${nodeNames[from]!}-${nodeNames[to]!}`;
  return bundle.length === 1 ? name : `${name}-${bundle.indexOf(link)}`;
}
