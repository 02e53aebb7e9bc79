import fc from 'fast-check';
import type { FailureSpec } from '../../sim/base/failure-spec.ts';
import type { FatTreeSpec, LeafSpineSpec, Placement, TopologySpec } from '../../sim/base/topology-spec.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { buildTopology } from '../../topologies/build-topology.ts';

/** Bits a second: rates of real links, and rates that do not divide 8e12, so that serialisation times are rounded. */
const rateBps = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(400e9, 100e9, 200e9, 50e9) },
  { weight: 2, arbitrary: fc.constantFrom(333e9, 70e9, 123_456_789_012, 3.2e12) },
  { weight: 1, arbitrary: fc.integer({ min: 20e9, max: 900e9 }) },
);

const delayPs = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(500_000, 300_000, 700_000) },
  { weight: 1, arbitrary: fc.integer({ min: 50_001, max: 1_500_001 }) },
);

/** Equal links give many events of one instant, unequal ones rounding and reordering. */
const links = fc.oneof(
  fc.constant({
    hostLink: { rateBps: 400e9, delayPs: 500_000 },
    fabricLink: { rateBps: 400e9, delayPs: 500_000 },
    coreLink: { rateBps: 400e9, delayPs: 500_000 },
    spineRates: null,
  }),
  fc.record({
    hostLink: fc.record({ rateBps, delayPs }),
    fabricLink: fc.record({ rateBps, delayPs }),
    coreLink: fc.record({ rateBps, delayPs }),
    spineRates: fc.option(fc.array(rateBps, { minLength: 8, maxLength: 8 })),
  }),
);

const placement = fc.constantFrom<Placement>('packed', 'strided', 'random');
const count = (most: number): fc.Arbitrary<number> => fc.integer({ min: 1, max: most });

const leafSpines: fc.Arbitrary<LeafSpineSpec> = fc
  .record({
    leaves: count(4),
    hostsPerLeaf: count(4),
    spines: fc.oneof({ weight: 4, arbitrary: count(4) }, { weight: 1, arbitrary: count(8) }),
    linksPerPair: fc.constantFrom(1, 1, 2, 3),
    links,
    placement,
  })
  .map(({ leaves, hostsPerLeaf, spines, linksPerPair, links: { hostLink, fabricLink, spineRates }, placement }) => ({
    kind: 'leaf-spine',
    leaves,
    spines,
    hostsPerLeaf: leaves === 1 ? Math.max(2, hostsPerLeaf) : hostsPerLeaf,
    hostLink,
    fabricLink: { ...fabricLink, perSpineRateBps: spineRates?.slice(0, spines) ?? null, linksPerPair },
    placement,
  }));

const fatTrees: fc.Arbitrary<FatTreeSpec> = fc
  .record({ pods: count(3), torsPerPod: count(2), aggsPerPod: count(3), coresPerAgg: count(2), hostsPerTor: count(2), links, placement })
  .map(({ pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor, links: { hostLink, fabricLink, coreLink }, placement }) => ({
    kind: 'fat-tree',
    pods,
    torsPerPod,
    aggsPerPod,
    coresPerAgg,
    hostsPerTor: pods * torsPerPod === 1 ? 2 : hostsPerTor,
    hostLink,
    fabricLink,
    coreLink,
    placement,
  }));

export interface Fabric {
  readonly topology: LeafSpineSpec | FatTreeSpec;
  readonly failures: readonly FailureSpec[];
}

type Cut = [lower: number, upper: number, cable: number | null];

const joined = (topologies: fc.Arbitrary<Fabric['topology']>): fc.Arbitrary<Fabric> =>
  fc
    .record({
      topology: topologies,
      cuts: fc.oneof(
        { weight: 2, arbitrary: fc.constant<Cut[]>([]) },
        { weight: 1, arbitrary: fc.array(fc.tuple(fc.nat(15), fc.nat(7), fc.option(fc.nat(2))), { maxLength: 4 }) },
      ),
    })
    .map(({ topology, cuts }) => ({
      topology,
      failures: harmlessFailures(topology, [...new Set(cuts.map(([lower, upper, cable]) => cutName(topology, lower, upper, cable)))]),
    }));

/** Fabrics, some with links down, in which every two ToRs have a path. */
export const fabrics: fc.Arbitrary<Fabric> = fc.oneof(
  { weight: 3, arbitrary: joined(leafSpines) },
  { weight: 2, arbitrary: joined(fatTrees) },
);

/** A link that exists. Of a bundle a null `cable` names all of it. Of a fat tree it tells the tiers apart: null is the lower one. */
function cutName(spec: Fabric['topology'], lower: number, upper: number, cable: number | null): string {
  if (spec.kind === 'leaf-spine') {
    const { linksPerPair } = spec.fabricLink;
    const pair = `leaf${lower % spec.leaves}-spine${upper % spec.spines}`;
    return cable === null || linksPerPair === 1 ? pair : `${pair}-${cable % linksPerPair}`;
  }
  const { pods, torsPerPod, aggsPerPod, coresPerAgg } = spec;
  if (cable === null) {
    const tor = lower % (pods * torsPerPod);
    return `tor${tor}-agg${Math.floor(tor / torsPerPod) * aggsPerPod + (upper % aggsPerPod)}`;
  }
  const agg = lower % (pods * aggsPerPod);
  return `agg${agg}-core${(agg % aggsPerPod) * coresPerAgg + (upper % coresPerAgg)}`;
}

/** As many of the failures, in order, as leave every two ToRs joined. */
function harmlessFailures(spec: TopologySpec, links: readonly string[]): FailureSpec[] {
  const kept: FailureSpec[] = [];
  for (const link of links) {
    if (isConnected(buildTopology(spec, [...kept, { link }], 1, 0))) kept.push({ link });
  }
  return kept;
}

function isConnected(topology: Topology): boolean {
  for (let a = 0; a < topology.tors; a++) {
    for (let b = 0; b < topology.tors; b++) {
      if (a !== b && topology.pathsBetween(a, b).ids.length === 0) return false;
    }
  }
  return true;
}

/** Its rates and delays changed, kind by kind. */
export const withLinks = (
  spec: TopologySpec,
  change: (link: { rateBps: number; delayPs: number }, tier: 'host' | 'fabric' | 'core') => { rateBps: number; delayPs: number },
): TopologySpec => {
  if (spec.kind === 'graph') {
    const cables = spec.cables.map((cable) => ({
      ...cable,
      ...change(cable, Math.min(cable.a, cable.b) < spec.hosts ? 'host' : 'fabric'),
    }));
    return { ...spec, cables };
  }
  const hostLink = change(spec.hostLink, 'host');
  const { rateBps, delayPs } = change(spec.fabricLink, 'fabric');
  if (spec.kind === 'fat-tree') return { ...spec, hostLink, fabricLink: { rateBps, delayPs }, coreLink: change(spec.coreLink, 'core') };
  const perSpineRateBps =
    spec.fabricLink.perSpineRateBps?.map((own) => change({ rateBps: own, delayPs: spec.fabricLink.delayPs }, 'fabric').rateBps) ?? null;
  return { ...spec, hostLink, fabricLink: { ...spec.fabricLink, rateBps, delayPs, perSpineRateBps } };
};
