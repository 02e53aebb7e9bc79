import type { FatTreeSpec, LeafSpineSpec, LinkSpec, TopologySpec } from '../../sim/base/topology-spec.ts';
import type { TopologyConfig } from './schema/topology.ts';

/** The fabric of a valid config as the simulator takes it, every default filled in. */
export function topologySpec(topology: TopologyConfig): TopologySpec {
  switch (topology.kind) {
    case 'leaf-spine':
      return leafSpineSpec(topology);
    case 'fat-tree':
      return fatTreeSpec(topology);
  }
}

type ConfigOf<K extends TopologyConfig['kind']> = Extract<TopologyConfig, { kind: K }>;

const linkSpec = ({ rate, delay }: { readonly rate: number; readonly delay: number }): LinkSpec => ({ rateBps: rate, delayPs: delay });

function leafSpineSpec({ kind, leaves, spines, hostsPerLeaf, hostLink, fabricLink, placement }: ConfigOf<'leaf-spine'>): LeafSpineSpec {
  const host = linkSpec(hostLink);
  const perSpine = fabricLink?.perSpine ?? null;
  return {
    kind,
    leaves,
    spines,
    hostsPerLeaf,
    hostLink: host,
    fabricLink: {
      rateBps: fabricLink?.rate ?? (perSpine === null ? host.rateBps : perSpine.reduce((a, b) => Math.max(a, b))),
      delayPs: fabricLink?.delay ?? host.delayPs,
      perSpineRateBps: perSpine,
      linksPerPair: fabricLink?.linksPerPair ?? 1,
    },
    placement,
  };
}

/** Half of a switch's ports look down and half up; a core's all look down. Counts that are given stand as they are. */
export function fatTreeSpec(topology: ConfigOf<'fat-tree'>): FatTreeSpec {
  const { kind, k, hostLink, fabricLink = hostLink, coreLink = fabricLink, placement } = topology;
  return {
    kind,
    pods: topology.pods ?? k,
    torsPerPod: topology.torsPerPod ?? k / 2,
    aggsPerPod: topology.aggsPerPod ?? k / 2,
    coresPerAgg: topology.coresPerAgg ?? k / 2,
    hostsPerTor: topology.hostsPerTor ?? k / 2,
    hostLink: linkSpec(hostLink),
    fabricLink: linkSpec(fabricLink),
    coreLink: linkSpec(coreLink),
    placement,
  };
}
