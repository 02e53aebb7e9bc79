import { formatQuantity } from '../../sim/base/quantity.ts';
import type { FabricLinkSpec, FatTreeSpec, LinkSpec, TopologySpec } from '../../sim/base/topology-spec.ts';
import type { JsonBlock } from './tree.ts';
import { hopBlock } from './wireless-hop.ts';

const rateText = (bps: number): string => formatQuantity(bps, 'rate');
const linkBlock = ({ rateBps, delayPs }: LinkSpec): JsonBlock => ({ rate: rateText(rateBps), delay: formatQuantity(delayPs, 'time') });

/** A fabric as the topology block of a config. */
export function topologyBlock(topology: TopologySpec): JsonBlock {
  const { kind, placement } = topology;
  const servers = { ...serverKeys(topology), ...(topology.wireless === undefined ? {} : { wireless: hopBlock(topology.wireless) }) };
  switch (topology.kind) {
    case 'leaf-spine': {
      const { leaves, spines, hostsPerLeaf } = topology;
      return { kind, leaves, spines, hostsPerLeaf, ...twoTierLinks(topology), placement, ...servers };
    }
    case 'rail': {
      const { servers: count, serversPerSegment, spines } = topology;
      return { kind, servers: count, serversPerSegment, spines, ...twoTierLinks(topology), placement, ...servers };
    }
    case 'fat-tree': {
      const { pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor, hostLink, fabricLink, coreLink } = topology;
      const counts = { pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor };
      const links = { hostLink: linkBlock(hostLink), fabricLink: linkBlock(fabricLink), coreLink: linkBlock(coreLink) };
      return { kind, k: smallestRadix(topology), ...counts, ...links, placement, ...servers };
    }
    case 'graph': {
      const links = topology.cables.map(({ a, b, ...link }) => ({ between: [a, b], ...linkBlock(link) }));
      return { kind, hosts: topology.hosts, switches: topology.switches, links, placement, ...servers };
    }
  }
}

function serverKeys({ server }: TopologySpec): JsonBlock {
  if (server === undefined) return {};
  return { gpusPerServer: server.gpus, nicsPerServer: server.nics, nvlink: linkBlock(server.nvlink) };
}

function twoTierLinks({ hostLink, fabricLink }: { readonly hostLink: LinkSpec; readonly fabricLink: FabricLinkSpec }): JsonBlock {
  const { perSpineRateBps, linksPerPair } = fabricLink;
  const perSpine = perSpineRateBps === null ? {} : { perSpine: perSpineRateBps.map(rateText) };
  return { hostLink: linkBlock(hostLink), fabricLink: { ...linkBlock(fabricLink), ...perSpine, linksPerPair } };
}

/** The counts alone make the fabric: any switch that has the ports for them gives the same one. */
function smallestRadix({ pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor }: FatTreeSpec): number {
  return 2 * Math.ceil(Math.max(pods, torsPerPod + coresPerAgg, hostsPerTor + aggsPerPod) / 2);
}
