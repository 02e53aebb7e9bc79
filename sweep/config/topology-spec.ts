import type {
  FabricLinkSpec,
  FatTreeSpec,
  GraphSpec,
  LeafSpineSpec,
  LinkSpec,
  RailSpec,
  ServerSpec,
  TopologySpec,
} from '../../sim/base/topology-spec.ts';
import { rankRateBps, torCount } from '../../topologies/build-topology.ts';
import { dumbbell } from '../../topologies/dumbbell.ts';
import type { TopologyConfig } from './schema/topology.ts';
import { DEFAULT_NVLINK } from './schema/topology-parts.ts';
import { hopSpec } from './wireless-hop.ts';

/** The fabric of a valid config as the simulator takes it, every default filled in. */
export function topologySpec(topology: TopologyConfig): TopologySpec {
  const spec = wiredSpec(topology);
  if (topology.kind === 'rail' || topology.wireless === undefined) return spec;
  return { ...spec, wireless: hopSpec(topology.wireless, torCount(spec)) };
}

function wiredSpec(topology: TopologyConfig): TopologySpec {
  switch (topology.kind) {
    case 'leaf-spine':
      return leafSpineSpec(topology);
    case 'fat-tree':
      return fatTreeSpec(topology);
    case 'rail':
      return railSpec(topology);
    case 'dumbbell': {
      const { hostsPerSide, hostLink, bottleneck, placement } = topology;
      return { ...dumbbell(hostsPerSide, linkSpec(hostLink), linkSpec(bottleneck)), placement, ...serverOf(topology) };
    }
    case 'graph':
      return graphSpec(topology);
  }
}

/** How many ranks, the GPUs of one server, NVLink joins; 1 on a fabric without servers. */
export function ranksPerServer({ gpusPerServer = 1 }: TopologyConfig): number {
  return gpusPerServer;
}

/** What the ranks of a workload have of the fabric. */
export interface RankFabric {
  /** Consecutive ranks of one server; 1 where none share one. */
  readonly perServer: number;
  /** Of its host's link. */
  readonly nicRateBps: number;
  readonly ownNics: boolean;
}

export const rankFabric = (topology: TopologyConfig): RankFabric => ({
  perServer: ranksPerServer(topology),
  nicRateBps: rankRateBps(topologySpec(topology)),
  ownNics: topology.nicsPerServer === undefined || topology.nicsPerServer === topology.gpusPerServer,
});

type ConfigOf<K extends TopologyConfig['kind']> = Extract<TopologyConfig, { kind: K }>;

const linkSpec = ({ rate, delay }: { readonly rate: number; readonly delay: number }): LinkSpec => ({ rateBps: rate, delayPs: delay });

const serverOf = (topology: TopologyConfig): { readonly server?: ServerSpec } => {
  const { gpusPerServer } = topology;
  return gpusPerServer === undefined ? {} : { server: serverSpec({ ...topology, gpusPerServer }) };
};

function serverSpec({
  gpusPerServer,
  nicsPerServer = gpusPerServer,
  nvlink = DEFAULT_NVLINK,
}: Pick<ConfigOf<'rail'>, 'gpusPerServer' | 'nicsPerServer' | 'nvlink'>): ServerSpec {
  return { gpus: gpusPerServer, nics: nicsPerServer, nvlink: linkSpec(nvlink) };
}

function fabricLinkSpec({ hostLink, fabricLink }: Pick<ConfigOf<'leaf-spine'>, 'hostLink' | 'fabricLink'>): FabricLinkSpec {
  const perSpine = fabricLink?.perSpine ?? null;
  return {
    rateBps: fabricLink?.rate ?? (perSpine === null ? hostLink.rate : perSpine.reduce((a, b) => Math.max(a, b))),
    delayPs: fabricLink?.delay ?? hostLink.delay,
    perSpineRateBps: perSpine,
    linksPerPair: fabricLink?.linksPerPair ?? 1,
  };
}

function leafSpineSpec(topology: ConfigOf<'leaf-spine'>): LeafSpineSpec {
  const { kind, leaves, spines, hostsPerLeaf, hostLink, placement } = topology;
  return {
    kind,
    leaves,
    spines,
    hostsPerLeaf,
    hostLink: linkSpec(hostLink),
    fabricLink: fabricLinkSpec(topology),
    placement,
    ...serverOf(topology),
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
    ...serverOf(topology),
  };
}

function railSpec(topology: ConfigOf<'rail'>): RailSpec {
  const { kind, servers, serversPerSegment = servers, spines, hostLink, placement } = topology;
  return {
    kind,
    servers,
    serversPerSegment,
    spines,
    hostLink: linkSpec(hostLink),
    fabricLink: fabricLinkSpec(topology),
    placement,
    server: serverSpec(topology),
  };
}

export function graphSpec(topology: ConfigOf<'graph'>): GraphSpec {
  const { kind, hosts, switches, links, placement } = topology;
  const cables = links.map(({ between, rate, delay }) => ({ a: between[0]!, b: between[1]!, rateBps: rate, delayPs: delay }));
  return { kind, hosts, switches, cables, placement, ...serverOf(topology) };
}
