import type { Topology } from './base/topology.ts';

/**
 * Links that wait for each other behind pauses, in order: each holds packets that came by the one before it, and the first holds such as
 * came by the last. Empty: there is no cycle.
 *
 * @param edges pairs (link a packet came by, link it waits for)
 */
export function pauseCycle(edges: Int32Array): number[] {
  const next = new Map<number, number[]>();
  for (let i = 0; i < edges.length; i += 2) next.set(edges[i]!, [...(next.get(edges[i]!) ?? []), edges[i + 1]!]);
  const finished = new Set<number>();
  for (const start of next.keys()) {
    const cycle = cycleFrom(start, next, finished);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

/** Depth first, with a stack of its own: chains may be long. */
function cycleFrom(start: number, next: ReadonlyMap<number, readonly number[]>, finished: Set<number>): number[] {
  const path: number[] = [start];
  const tried: number[] = [0];
  while (path.length > 0) {
    const link = path.at(-1)!;
    const followers = next.get(link) ?? [];
    const i = tried[tried.length - 1]!++;
    if (i >= followers.length) {
      finished.add(link);
      path.pop();
      tried.pop();
      continue;
    }
    const follower = followers[i]!;
    const at = path.indexOf(follower);
    if (at >= 0) return path.slice(at);
    if (finished.has(follower)) continue;
    path.push(follower);
    tried.push(0);
  }
  return [];
}

/** `leaf0 -> spine1 -> leaf2 -> ...`: the ports of a cycle by name. */
export function describeCycle(cycle: readonly number[], { linkFrom, linkTo, nodeNames }: Topology): string {
  return cycle.map((link) => `${nodeNames[linkFrom[link]!]} -> ${nodeNames[linkTo[link]!]}`).join(', ');
}
