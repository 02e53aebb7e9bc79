import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ConfigError } from '../../sim/base/errors.ts';
import type { FatTreeSpec } from '../../sim/base/topology-spec.ts';
import { type Topology, torNode } from '../../sim/base/topology.ts';
import { fatTree } from '../../topologies/fat-tree.ts';
import { linkExists } from '../../topologies/link-names.ts';
import { fatTreeSpec } from '../sim/scenarios.ts';
import { endsOfDeadLinks, follow, linkAt, neighbours, walks, walksByNextHops } from './routes.ts';

const build = (spec: FatTreeSpec, dead: readonly string[] = [], seed = 1): Topology =>
  fatTree(
    spec,
    dead.map((link) => ({ link })),
    spec.pods * spec.torsPerPod * spec.hostsPerTor,
    seed,
  );

const small = fc.integer({ min: 1, max: 3 });
const specs = fc
  .record({ pods: small, torsPerPod: small, aggsPerPod: small, coresPerAgg: small, hostsPerTor: small })
  .map((counts) => fatTreeSpec(2, counts));

/** A tree with some dead links between switches. */
const damaged = specs.chain((spec) => {
  const { pods, torsPerPod, aggsPerPod, coresPerAgg } = spec;
  const lower = fc
    .tuple(fc.nat(pods - 1), fc.nat(torsPerPod - 1), fc.nat(aggsPerPod - 1))
    .map(([p, i, a]) => `tor${p * torsPerPod + i}-agg${p * aggsPerPod + a}`);
  const upper = fc
    .tuple(fc.nat(pods - 1), fc.nat(aggsPerPod - 1), fc.nat(coresPerAgg - 1))
    .map(([p, a, c]) => `agg${p * aggsPerPod + a}-core${a * coresPerAgg + c}`);
  return fc.record({ spec: fc.constant(spec), dead: fc.uniqueArray(fc.oneof(lower, upper), { maxLength: 5 }) });
});

/** Every ordered pair of different ToRs, with the links of a way between them. */
function* pairs({ pods, torsPerPod }: FatTreeSpec): Generator<{ from: number; to: number; hops: number }> {
  for (let from = 0; from < pods * torsPerPod; from++) {
    for (let to = 0; to < pods * torsPerPod; to++) {
      if (from !== to) yield { from, to, hops: Math.floor(from / torsPerPod) === Math.floor(to / torsPerPod) ? 2 : 4 };
    }
  }
}

const pathLinks = (topology: Topology, from: number, to: number): number[][] => {
  const { ids, links, linkOffset } = topology.pathsBetween(from, to);
  return Array.from(ids, (_, i) => [...links.subarray(linkOffset[i]!, linkOffset[i + 1]!)]);
};
const sorted = (lists: readonly (readonly number[])[]): string[] => lists.map((list) => list.join()).sort();

describe('the graph of a fat tree', () => {
  test.each([2, 4, 6, 8])(
    'of k-port switches has k^3/4 hosts, k^2/2 ToRs and as many aggregation switches, (k/2)^2 cores, and uses every port: k = %d',
    (k) => {
      const topology = build(fatTreeSpec(k));
      const [hosts, tors, cores] = [k ** 3 / 4, k ** 2 / 2, (k / 2) ** 2];
      expect([topology.hosts, topology.tors, topology.switches]).toEqual([hosts, tors, 2 * tors + cores]);
      expect(topology.links).toBe(2 * 3 * hosts);
      for (let node = hosts; node < hosts + topology.switches; node++) expect(neighbours(topology, node)).toHaveLength(k);
      expect(topology.pathIds).toBe(cores);
    },
  );

  test('names: hosts, ToRs, aggregation switches, cores', () => {
    const names = build(fatTreeSpec(4)).nodeNames;
    expect([names[0], names[15], names[16], names[23], names[24], names[31], names[32], names[35]]).toEqual(
      ['host0', 'host15', 'tor0', 'tor7', 'agg0', 'agg7', 'core0', 'core3'], // prettier-ignore
    );
    expect(names).toHaveLength(36);
  });

  test('ports: a ToR has its hosts, then its aggregation switches; one of these its ToRs, then its cores; a core its pods', () => {
    const topology = build(fatTreeSpec(4));
    const node = (name: string): number => topology.nodeNames.indexOf(name);
    expect(neighbours(topology, node('host5'))).toEqual(['tor2']);
    expect(neighbours(topology, node('tor3'))).toEqual(['host6', 'host7', 'agg2', 'agg3']);
    expect(neighbours(topology, node('agg5'))).toEqual(['tor4', 'tor5', 'core2', 'core3']);
    expect(neighbours(topology, node('core1'))).toEqual(['agg0', 'agg2', 'agg4', 'agg6']);
  });

  test('each tier has its own links', () => {
    const [hostLink, fabricLink, coreLink] = [100, 200, 400].map((gbps) => ({ rateBps: gbps * 1e9, delayPs: gbps }));
    const topology = build(fatTreeSpec(4, { hostLink: hostLink!, fabricLink: fabricLink!, coreLink: coreLink! }));
    for (let link = 0; link < topology.links; link++) {
      const ends = [topology.linkFrom[link]!, topology.linkTo[link]!].map((node) => topology.nodeNames[node]!).join();
      const gbps = ends.includes('host') ? 100 : ends.includes('tor') ? 200 : 400;
      expect([topology.linkRateBps[link], topology.linkDelayPs[link]]).toEqual([gbps * 1e9, gbps]);
      expect(topology.linkIsFabric[link]).toBe(gbps === 100 ? 0 : 1);
    }
  });

  test.prop([damaged])('links and ports agree, and the reverse of a link is the other direction of its cable', ({ spec, dead }) => {
    const topology = build(spec, dead);
    for (let link = 0; link < topology.links; link++) {
      const back = topology.linkReverse[link]!;
      expect([topology.linkFrom[back], topology.linkTo[back]]).toEqual([topology.linkTo[link], topology.linkFrom[link]]);
      expect([topology.linkFromPort[back], topology.linkToPort[back]]).toEqual([topology.linkToPort[link], topology.linkFromPort[link]]);
      expect(linkAt(topology, topology.linkFrom[link]!, topology.linkFromPort[link]!)).toBe(link);
      expect(topology.linkUp[back]).toBe(topology.linkUp[link]);
    }
    for (let h = 0; h < topology.hosts; h++)
      expect(topology.linkTo[linkAt(topology, h, 0)]).toBe(torNode(topology, topology.torOfHost[h]!));
  });
});

describe('routes of a fat tree', () => {
  test.prop([damaged])('the paths of a pair are its shortest walks over live links, each once', ({ spec, dead }) => {
    const topology = build(spec, dead);
    for (const { from, to, hops } of pairs(spec)) {
      expect(sorted(pathLinks(topology, from, to))).toEqual(sorted(walks(topology, from, to, hops)));
    }
  });

  test.prop([damaged])('every choice of next hops is one of these paths, and every path such a choice', ({ spec, dead }) => {
    const topology = build(spec, dead);
    for (const { from, to, hops } of pairs(spec)) {
      expect(sorted(walksByNextHops(topology, from, to))).toEqual(sorted(walks(topology, from, to, hops)));
    }
  });

  test.prop([damaged])('a pinned packet takes exactly the links of its path, and its answer the same cables back', ({ spec, dead }) => {
    const topology = build(spec, dead);
    for (const { from, to } of pairs(spec)) {
      const { ids } = topology.pathsBetween(from, to);
      expect(new Set(ids).size).toBe(ids.length);
      pathLinks(topology, from, to).forEach((links, i) => {
        expect(ids[i]).toBeLessThan(topology.pathIds);
        expect(follow(topology, ids[i]!, from, to)).toEqual(links);
        const back = follow(topology, topology.pathReverse[ids[i]!]!, to, from);
        expect(back).toEqual(links.map((link) => topology.linkReverse[link]!).reverse());
      });
    }
  });

  test.prop([damaged])('equal next-hop sets of one switch are one set, and no two switches share one', ({ spec, dead }) => {
    const { switches, tors, nextHopSet, setOffset, setPort } = build(spec, dead);
    const sets = new Set<number>();
    const contents = new Set<string>();
    for (let sw = 0; sw < switches; sw++) {
      for (let t = 0; t < tors; t++) {
        const set = nextHopSet[sw * tors + t]!;
        if (set < 0) continue;
        sets.add(set);
        contents.add(`${sw}: ${setPort.subarray(setOffset[set]!, setOffset[set + 1]!).join()}`);
      }
    }
    expect(sets.size).toBe(contents.size);
    expect(setOffset.length - 1).toBe(contents.size);
  });

  test('without failures there are (k/2)^2 paths to another pod, over every core, and k/2 inside one', () => {
    const topology = build(fatTreeSpec(8));
    expect([...topology.pathsBetween(0, 4).ids].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, core) => core));
    expect([...topology.pathsBetween(0, 3).ids]).toEqual([0, 4, 8, 12]);
  });

  test('neighbouring paths lie over different aggregation switches', () => {
    expect([...build(fatTreeSpec(6)).pathsBetween(0, 3).ids]).toEqual([0, 3, 6, 1, 4, 7, 2, 5, 8]);
    expect([...build(fatTreeSpec(6), ['agg0-core0', 'tor3-agg4']).pathsBetween(0, 3).ids]).toEqual([6, 1, 7, 2, 8]);
  });

  test.prop([damaged, fc.constantFrom(100e9, 400e9, 1600e9)])(
    'the paths of a pair share the links that they have in common: none carries more than its rate, and every path fills one',
    ({ spec, dead }, coreRateBps) => {
      const topology = build({ ...spec, coreLink: { ...spec.coreLink, rateBps: coreRateBps } }, dead);
      for (const { from, to } of pairs(spec)) {
        const { capacityBps } = topology.pathsBetween(from, to);
        const onLink = new Map<number, number>();
        pathLinks(topology, from, to).forEach((links, i) => {
          for (const link of links) onLink.set(link, (onLink.get(link) ?? 0) + capacityBps[i]!);
        });
        for (const [link, used] of onLink) expect(used).toBeLessThanOrEqual(topology.linkRateBps[link]! * (1 + 1e-12));
        // Some link of every path is full: no capacity is given away.
        for (const links of pathLinks(topology, from, to)) {
          expect(Math.max(...links.map((link) => onLink.get(link)! / topology.linkRateBps[link]!))).toBeCloseTo(1, 10);
        }
      }
    },
  );

  test('with a dead core link the remaining paths over its aggregation switch get more each', () => {
    const topology = build(fatTreeSpec(4), ['agg0-core0']);
    const paths = topology.pathsBetween(0, 2);
    expect([[...paths.ids], [...paths.capacityBps]]).toEqual([[2, 1, 3], [200e9, 400e9, 200e9]]); // prettier-ignore
  });
});

describe('placement on a fat tree', () => {
  const hostOf = (placement: FatTreeSpec['placement'], seed = 1): number[] => [
    ...build(fatTreeSpec(2, { pods: 3, hostsPerTor: 2, placement }), [], seed).hostOfRank,
  ];

  test('packed: rank r on host r; strided: ToR r mod ToRs, host floor(r / ToRs); random: a seeded permutation', () => {
    expect(hostOf('packed')).toEqual([0, 1, 2, 3, 4, 5]);
    expect(hostOf('strided')).toEqual([0, 2, 4, 1, 3, 5]);
    expect(hostOf('random', 7)).toEqual(hostOf('random', 7));
    expect([...hostOf('random', 7)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('failures of a fat tree by name', () => {
  test('a link of each tier: both directions die, and nothing else', () => {
    const dead = (link: string): string[] => endsOfDeadLinks(build(fatTreeSpec(4), [link]));
    expect(dead('tor3-agg2')).toEqual(['tor3>agg2', 'agg2>tor3']);
    expect(dead('agg5-core3')).toEqual(['agg5>core3', 'core3>agg5']);
    expect(dead('host9-tor4')).toEqual(['host9>tor4', 'tor4>host9']);
  });

  test('every link has a name that exists, and a name that exists is a link', () => {
    const spec = fatTreeSpec(4, { pods: 3 });
    const topology = build(spec);
    const names = new Set<string>();
    for (let link = 0; link < topology.links; link += 2) {
      names.add(`${topology.nodeNames[topology.linkFrom[link]!]}-${topology.nodeNames[topology.linkTo[link]!]}`);
    }
    for (const lower of topology.nodeNames) {
      for (const upper of topology.nodeNames) expect(linkExists(spec, `${lower}-${upper}`)).toBe(names.has(`${lower}-${upper}`));
    }
  });

  test.each(['tor0-agg2', 'agg0-core2', 'agg0-tor0', 'tor0-agg0-0', 'host0-tor1', 'leaf0-spine0', 'tor8-agg8', ''])(
    'refuses %j with the names that exist',
    (link) => {
      const names = 'links are named tor0-agg0 .. tor7-agg7 (inside a pod), agg0-core0 .. agg7-core3';
      expect(() => build(fatTreeSpec(4), [link])).toThrow(ConfigError);
      try {
        build(fatTreeSpec(4), [link]);
      } catch (error) {
        expect((error as ConfigError).describe()).toContain(`failures: no link "${link}" in this fabric (${names}`);
      }
    },
  );
});

describe('the longest path of a fat tree', () => {
  const nodes = (spec: FatTreeSpec): string[] => {
    const topology = build(spec);
    return [...topology.longestPath].map((link) => topology.nodeNames[topology.linkTo[link]!]!);
  };

  test('runs over a core, in a single pod over an aggregation switch, on a single ToR inside it', () => {
    expect(nodes(fatTreeSpec(4))).toEqual(['tor0', 'agg0', 'core0', 'agg2', 'tor2', 'host4']);
    expect(nodes(fatTreeSpec(4, { pods: 1 }))).toEqual(['tor0', 'agg0', 'tor1', 'host2']);
    expect(nodes(fatTreeSpec(4, { pods: 1, torsPerPod: 1 }))).toEqual(['tor0', 'host1']);
  });

  test.prop([specs])('is a walk from host 0 to another host', (spec) => {
    const topology = build(spec);
    const path = [...topology.longestPath];
    for (let i = 1; i < path.length; i++) expect(topology.linkFrom[path[i]!]).toBe(topology.linkTo[path[i - 1]!]);
    expect(topology.linkFrom[path[0]!]).toBe(0);
    expect(topology.linkTo[path.at(-1)!]).toBeLessThan(topology.hosts);
  });
});

test('more cores than 16-bit path identifiers are refused', () => {
  const wide = (coresPerAgg: number): Topology => build(fatTreeSpec(2, { pods: 1, aggsPerPod: 256, coresPerAgg }));
  expect(wide(256).pathIds).toBe(65_536);
  expect(() => wide(257)).toThrow(ConfigError);
});
