import { linksNamed } from '../base/failed-links.ts';
import type { ProbeSpec } from '../base/probe-spec.ts';
import type { Topology } from '../base/topology.ts';

/**
 * The directed links that are looked at, ascending, without those that are dead from the start.
 *
 * @throws ConfigError when a name is that of no link or switch
 */
export function probedLinks({ links }: ProbeSpec, topology: Topology): Int32Array {
  const chosen = new Uint8Array(topology.links);
  if (links === 'all') chosen.fill(1);
  else if (links === 'fabric') chosen.set(topology.linkIsFabric);
  else for (const name of links) for (const link of linksNamed(topology, name, 'both', 'probes.links')) chosen[link] = 1;
  const live = Array.from(chosen.keys()).filter((link) => chosen[link] === 1 && topology.linkUp[link] === 1);
  return Int32Array.from(live);
}
