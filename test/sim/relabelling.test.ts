import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { FlowSpec } from '../../sim/base/traffic-spec.ts';
import type { LeafSpineSpec } from '../../sim/base/topology-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { pathSlots } from '../../sim/balancing/path-slots.ts';
import { prepare, type Prepared } from '../../sim/prepare.ts';
import { buildTopology, hostCount } from '../../topologies/build-topology.ts';
import { greatestCommonDivisor } from '../../sim/balancing/weights.ts';
import { fabrics, type Fabric } from '../oracle/fabrics.ts';
import { scenarioRuns } from '../property-runs.ts';
import { factsOfPrepared } from './engine-facts.ts';
import { ideal, plainEthereal, scenarioOf } from './scenarios.ts';

// Property P10 of the theory of link loads. It is one of Ethereal with exact cuts: hashes take the numbers of flows, sprays draw from a
// stream a host, and rotations begin anywhere, so their loads have the same distribution under other names, not the same values. Nor do
// times stay: of packets that arrive at one instant the lower port comes first.

/** More would make messages of many packets: sizes are multiples of it. */
const LARGEST_CUT = 20_000;

/** The least common multiple of the shares into which a group of flows between any two ToRs is cut. */
function cutOf(topology: Topology): number {
  let cut = 1;
  for (let a = 0; a < topology.tors; a++) {
    for (let b = 0; b < topology.tors; b++) {
      if (a === b) continue;
      const { slots } = pathSlots(topology.pathsBetween(a, b), true);
      cut = (cut / greatestCommonDivisor(cut, slots)) * slots;
    }
  }
  return cut;
}

/** Rates in small proportions, so that shares are, and no placement that draws. */
const simple = (fabric: Fabric): Fabric => {
  const { topology } = fabric;
  if (topology.kind === 'fat-tree') {
    return { ...fabric, topology: { ...topology, fabricLink: topology.hostLink, coreLink: topology.hostLink, placement: 'packed' } };
  }
  const { fabricLink, spines } = topology;
  const perSpineRateBps = fabricLink.perSpineRateBps?.map((rateBps) => (rateBps > 200e9 ? 400e9 : 200e9)).slice(0, spines) ?? null;
  return { ...fabric, topology: { ...topology, fabricLink: { ...fabricLink, rateBps: 400e9, perSpineRateBps }, placement: 'packed' } };
};

interface Case extends Fabric {
  readonly flows: readonly FlowSpec[];
  readonly split: 'equal' | 'fewest';
}

const casesOn = (drawn: fc.Arbitrary<Fabric>): fc.Arbitrary<Case> =>
  drawn
    .map(simple)
    .map((fabric) => {
      const ranks = hostCount(fabric.topology);
      return { ...fabric, ranks, cut: cutOf(buildTopology(fabric.topology, fabric.failures, ranks, 1)) };
    })
    .filter(({ cut }) => cut <= LARGEST_CUT)
    .chain(({ topology, failures, ranks, cut }) => {
      const flow = fc
        .tuple(fc.nat(ranks - 1), fc.integer({ min: 1, max: ranks - 1 }), fc.integer({ min: 1, max: 2 }))
        .map(([src, distance, units]) => ({ src, dst: (src + distance) % ranks, sizeBytes: units * cut, startPs: 0 }));
      return fc.record({
        topology: fc.constant(topology),
        failures: fc.constant(failures),
        flows: fc.array(flow, { minLength: 1, maxLength: 30 }),
        split: fc.constantFrom('equal' as const, 'fewest' as const),
      });
    });

const onAnyFabric = casesOn(fabrics);
const onLeafSpine = onAnyFabric.filter(({ topology }) => topology.kind === 'leaf-spine');

function prepared({ topology, failures, flows, split }: Case, changes: Partial<Scenario> = {}): Prepared {
  const workload = { kind: 'flows', flows, ranks: hostCount(topology) } as const;
  return prepare(scenarioOf({ ...ideal, topology, failures, workload, balancer: { ...plainEthereal, split }, ...changes }));
}

/** Bytes that a run puts on each link between switches, by `from>to#cable`. */
function loadsByName(input: Prepared, rename: (node: string) => string = (node) => node): Record<string, number> {
  const { nodeNames, links, linkFrom, linkTo, linkIsFabric } = input.topology;
  const { linkLoadBytes, counts } = factsOfPrepared(input);
  expect(counts).toMatchObject({ finished: true, drops: 0 });
  const cables = new Map<string, number>();
  const loads: Record<string, number> = {};
  for (let link = 0; link < links; link++) {
    if (linkIsFabric[link] === 0) continue;
    const pair = `${rename(nodeNames[linkFrom[link]!]!)}>${rename(nodeNames[linkTo[link]!]!)}`;
    const cable = cables.get(pair) ?? 0;
    cables.set(pair, cable + 1);
    loads[`${pair}#${cable}`] = linkLoadBytes[link]!;
  }
  return loads;
}

/** 0 .. most-1 in an order given by keys. */
const permutation = (most: number, keys: readonly number[]): number[] =>
  Array.from({ length: most }, (_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b);

const keys = fc.array(fc.nat(), { minLength: 64, maxLength: 64 });

/** `leaf3` of `leaf3-spine0-1` and `leaf3` alone, by the new number of its kind. */
const renamed = (name: string, kind: 'leaf' | 'spine', to: readonly number[]): string =>
  name.replace(new RegExp(`${kind}(\\d+)`), (_, i: string) => `${kind}${to[Number(i)]}`);

describe('P10: with Ethereal the load of every link stays the same', () => {
  test.prop(
    [
      onAnyFabric,
      fc.record({ shuffleDestinations: fc.boolean(), shuffleFlows: fc.boolean(), shufflePaths: fc.boolean() }),
      fc.constantFrom(0, 100_000),
      fc.constantFrom(0, 50_000),
      fc.maxSafeNat(),
    ],
    { numRuns: scenarioRuns(100) },
  )(
    'under any seed, order of destinations, flows and paths, start jitter and batch window',
    (c, shuffles, batchWindowPs, startJitterPs, seed) => {
      const balancer = { ...plainEthereal, split: c.split, ...shuffles, batchWindowPs, startJitterPs };
      expect(loadsByName(prepared(c, { balancer, seed }))).toEqual(loadsByName(prepared(c)));
    },
  );

  test.prop([onAnyFabric, keys], { numRuns: scenarioRuns(60) })('in whatever order the flows are listed', (c, order) => {
    const flows = permutation(c.flows.length, order).map((i) => c.flows[i]!);
    expect(loadsByName(prepared({ ...c, flows }))).toEqual(loadsByName(prepared(c)));
  });

  test.prop([onLeafSpine, keys], { numRuns: scenarioRuns(80) })(
    'when the spines change places, with their rates and their dead links',
    (c, order) => {
      const topology = c.topology as LeafSpineSpec;
      const { spines, fabricLink } = topology;
      const oldOf = permutation(spines, order);
      const newOf = oldOf.map((_, spine) => oldOf.indexOf(spine));
      const perSpineRateBps = fabricLink.perSpineRateBps === null ? null : oldOf.map((spine) => fabricLink.perSpineRateBps![spine]!);
      const moved: Case = {
        ...c,
        topology: { ...topology, fabricLink: { ...fabricLink, perSpineRateBps } },
        failures: c.failures.map(({ link }) => ({ link: renamed(link, 'spine', newOf) })),
      };
      expect(loadsByName(prepared(moved))).toEqual(loadsByName(prepared(c), (node) => renamed(node, 'spine', newOf)));
    },
  );

  test.prop([onLeafSpine, keys, keys], { numRuns: scenarioRuns(80) })(
    'when the leaves change places, and the hosts on each of them',
    (c, leafOrder, hostOrder) => {
      const { leaves, hostsPerLeaf } = c.topology as LeafSpineSpec;
      const oldOf = permutation(leaves, leafOrder);
      const newOf = oldOf.map((_, leaf) => oldOf.indexOf(leaf));
      const placeOf = permutation(hostsPerLeaf, hostOrder);
      const rank = (host: number): number => newOf[Math.floor(host / hostsPerLeaf)]! * hostsPerLeaf + placeOf[host % hostsPerLeaf]!;
      const moved: Case = {
        ...c,
        failures: c.failures.map(({ link }) => ({ link: renamed(link, 'leaf', newOf) })),
        flows: c.flows.map((flow) => ({ ...flow, src: rank(flow.src), dst: rank(flow.dst) })),
      };
      expect(loadsByName(prepared(moved))).toEqual(loadsByName(prepared(c), (node) => renamed(node, 'leaf', newOf)));
    },
  );

  test('which hashed flows do not: another seed loads other links', () => {
    const differ = fc.sample(onAnyFabric, { numRuns: 20, seed: 1 }).filter((c) => {
      const hashed = (seed: number): Record<string, number> => loadsByName(prepared(c, { balancer: { kind: 'ecmp' }, seed }));
      return JSON.stringify(hashed(1)) !== JSON.stringify(hashed(2));
    });
    expect(differ.length).toBeGreaterThan(0);
  });
});
