import type { TopologySpec } from '../../sim/base/topology-spec.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import { serialisationPs } from '../../sim/derive.ts';
import { linkExists, linkNames, switchExists } from '../../topologies/link-names.ts';
import { hostLink } from '../../topologies/build-topology.ts';
import type { Say } from './contradiction.ts';
import type { Config } from './schema/config.ts';
import { topologySpec } from './topology-spec.ts';

/** Probes of links that there are not, or with an interval too short for a packet. */
export function checkProbes({ probes, topology, nic }: Partial<Config>, say: Say): void {
  if (probes === undefined) return;
  const { what, links, every } = probes;
  what.forEach((kind, i) => {
    if (what.indexOf(kind) < i) say(['probes', 'what', i], `${kind} twice`, 'remove one');
  });
  if (topology === undefined) return;
  const fabric = topologySpec(topology);
  if (typeof links !== 'string') {
    links.forEach((name, i) => {
      if (linkExists(fabric, name) || switchExists(fabric, name)) return;
      say(['probes', 'links', i], `no link or switch "${name.slice(0, 40)}" in this fabric`, linkNames(fabric));
    });
    // Of named links the slowest is looked for where they are built.
    return;
  }
  if (!what.includes('links') || nic === undefined) return;
  const packetPs = serialisationPs(nic.mtu + nic.header, slowestBps(fabric, links === 'all'));
  if (every >= packetPs) return;
  const taken = formatQuantity(packetPs, 'time');
  say(
    ['probes', 'every'],
    `a full packet takes ${taken} on the slowest link, longer than the interval`,
    `at least ${taken}, or leave links out of what`,
  );
}

function slowestBps(fabric: TopologySpec, withHosts: boolean): number {
  const hosts = withHosts ? [hostLink(fabric).rateBps] : [];
  switch (fabric.kind) {
    case 'leaf-spine':
    case 'rail':
      return Math.min(...hosts, ...(fabric.fabricLink.perSpineRateBps ?? [fabric.fabricLink.rateBps]));
    case 'fat-tree':
      return Math.min(...hosts, fabric.fabricLink.rateBps, fabric.coreLink.rateBps);
    case 'graph': {
      const ofFabric = fabric.cables.filter(({ a, b }) => Math.min(a, b) >= fabric.hosts);
      return ofFabric.reduce((slowest, { rateBps }) => Math.min(slowest, rateBps), Math.min(...hosts));
    }
  }
}
