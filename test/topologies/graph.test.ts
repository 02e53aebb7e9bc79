import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { mostSwitches } from '../../sim/base/graph-distances.ts';
import type { GraphSpec, TopologySpec } from '../../sim/base/topology-spec.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { buildTopology, hostLink } from '../../topologies/build-topology.ts';
import { dumbbell } from '../../topologies/dumbbell.ts';
import { graphCableName, linkExists } from '../../topologies/link-names.ts';
import { fatTreeSpec, leafSpineSpec } from '../sim/scenarios.ts';
import { follow, neighbours, walks, walksByNextHops } from './routes.ts';

const LINK = { rateBps: 400e9, delayPs: 500_000 };

/** `hostsOn[h]` is the switch of host h, `between` are pairs of switches. */
const graphOf = (switches: number, hostsOn: readonly number[], between: readonly (readonly [number, number])[]): GraphSpec => {
  const hosts = hostsOn.length;
  return {
    kind: 'graph',
    hosts,
    switches,
    cables: [
      ...hostsOn.map((sw, host) => ({ a: host, b: hosts + sw, ...LINK })),
      ...between.map(([a, b]) => ({ a: hosts + a, b: hosts + b, ...LINK })),
    ],
    placement: 'packed',
  };
};

const build = (spec: TopologySpec, dead: readonly string[] = []): Topology =>
  buildTopology(
    spec,
    dead.map((link) => ({ link })),
    1,
    1,
  );

/** A tree of switches and some more cables, also parallel ones, and hosts on any of them. */
const graphs = fc.integer({ min: 1, max: 6 }).chain((switches) => {
  const sw = fc.nat(switches - 1);
  return fc
    .record({
      parents: fc.tuple(...Array.from({ length: switches - 1 }, (_, i) => fc.nat(i))),
      more: fc.array(fc.tuple(sw, sw), { maxLength: 8 }),
      hostsOn: fc.array(sw, { minLength: 2, maxLength: 8 }),
    })
    .map(({ parents, more, hostsOn }) => {
      const tree = (parents as number[]).map((parent, i) => [i + 1, parent] as const);
      return graphOf(switches, hostsOn, [...tree, ...more.filter(([a, b]) => a !== b)]);
    });
});

/** Some of its cables between switches cut. */
const damaged = graphs.chain((spec) => {
  const names = [...new Set(spec.cables.slice(spec.hosts).map((cable) => graphCableName(spec, cable)))];
  return fc.record({
    spec: fc.constant(spec),
    dead: names.length === 0 ? fc.constant([]) : fc.subarray(names, { maxLength: Math.min(2, names.length) }),
  });
});

function* pairs(topology: Topology): Generator<readonly [number, number]> {
  for (let from = 0; from < topology.tors; from++) for (let to = 0; to < topology.tors; to++) if (from !== to) yield [from, to];
}

const hopsBetween = (topology: Topology, from: number, to: number): number => {
  for (let hops = 1; ; hops++) if (walks(topology, from, to, hops).length > 0) return hops;
};

const texts = (lists: readonly (readonly number[])[]): string[] => lists.map((list) => list.join()).sort();

describe('any graph of switches', () => {
  test.prop([damaged])('next hops and paths are the shortest walks of the whole graph that are alive', ({ spec, dead }) => {
    const whole = build(spec);
    const topology = build(spec, dead);
    for (const [from, to] of pairs(topology)) {
      const expected = texts(walks(topology, from, to, hopsBetween(whole, from, to)));
      expect(texts(walksByNextHops(topology, from, to))).toEqual(expected);
      const { ids, links, linkOffset } = topology.pathsBetween(from, to);
      expect(texts(Array.from(ids, (_, i) => [...links.subarray(linkOffset[i]!, linkOffset[i + 1]!)]))).toEqual(expected);
    }
  });

  test.prop([damaged])('a pinned packet takes the links of its path, and its answer the same cables back', ({ spec, dead }) => {
    const topology = build(spec, dead);
    const seen = new Set<number>();
    for (const [from, to] of pairs(topology)) {
      const { ids, links, linkOffset } = topology.pathsBetween(from, to);
      ids.forEach((id, i) => {
        expect(id).toBeLessThan(topology.pathIds);
        expect(seen.has(id)).toBe(false);
        seen.add(id);
        const path = [...links.subarray(linkOffset[i]!, linkOffset[i + 1]!)];
        expect(follow(topology, id, from, to)).toEqual(path);
        expect(follow(topology, topology.pathReverse[id]!, to, from)).toEqual(path.map((link) => topology.linkReverse[link]!).reverse());
      });
    }
    expect(topology.pathReverse[0]).toBe(0);
  });

  test.prop([graphs])('the ToRs are the switches with hosts, each host is on its own, and no link has more paths than its rate', (spec) => {
    const topology = build(spec);
    for (let tor = 0; tor < topology.tors; tor++) expect([...topology.torOfHost]).toContain(tor);
    for (let host = 0; host < spec.hosts; host++) {
      const [name] = neighbours(topology, host);
      expect(topology.nodeNames[topology.hosts + topology.torOfHost[host]!]).toBe(name);
      expect(name).toBe(`switch${spec.cables[host]!.b - spec.hosts}`);
    }
    for (const [from, to] of pairs(topology)) {
      const { capacityBps, links, linkOffset, ids } = topology.pathsBetween(from, to);
      const used = new Map<number, number>();
      ids.forEach((_, i) => {
        for (let j = linkOffset[i]!; j < linkOffset[i + 1]!; j++) used.set(links[j]!, (used.get(links[j]!) ?? 0) + capacityBps[i]!);
      });
      for (const [link, bps] of used) expect(bps).toBeLessThanOrEqual(topology.linkRateBps[link]! * (1 + 1e-12));
    }
  });

  test.each([leafSpineSpec(3, 2, 2), fatTreeSpec(4)])('that is a regular fabric has its paths and its longest one: %#', (spec) => {
    const regular = build(spec);
    const cables = Array.from({ length: regular.links / 2 }, (_, i) => ({
      a: regular.linkFrom[2 * i]!,
      b: regular.linkTo[2 * i]!,
      ...LINK,
    }));
    const graph = build({ kind: 'graph', hosts: regular.hosts, switches: regular.switches, cables, placement: 'packed' });
    expect([...graph.linkFrom]).toEqual([...regular.linkFrom]);
    expect([...graph.nextHopSet].map((set) => [...graph.setPort.subarray(graph.setOffset[set]!, graph.setOffset[set + 1]!)])).toEqual(
      [...regular.nextHopSet].map((set) => [...regular.setPort.subarray(regular.setOffset[set]!, regular.setOffset[set + 1]!)]),
    );
    expect(graph.longestPath).toHaveLength(regular.longestPath.length);
  });

  test('the longest path is over the slowest links, between the slowest hosts', () => {
    const spec = graphOf(3, [0, 0, 1, 2], [[0, 1], [1, 2]]); // prettier-ignore
    const slow = { ...spec, cables: spec.cables.map((cable, i) => (i === 1 ? { ...cable, rateBps: 1e9 } : cable)) };
    const { longestPath, linkFrom, linkTo, nodeNames } = build(slow);
    expect([...longestPath].map((link) => `${nodeNames[linkFrom[link]!]}>${nodeNames[linkTo[link]!]}`)).toEqual(
      ['host3>switch2', 'switch2>switch1', 'switch1>switch0', 'switch0>host1'], // prettier-ignore
    );
    expect(hostLink(slow).rateBps).toBe(1e9);
    expect(mostSwitches(slow)).toBe(3);
  });

  test('parallel links have numbers', () => {
    const spec = graphOf(2, [0, 1], [[0, 1], [1, 0]]); // prettier-ignore
    const known = (name: string): boolean => linkExists(spec, name);
    expect(['switch0-switch1', 'switch0-switch1-1', 'host1-switch1'].every(known)).toBe(true);
    expect(['switch1-switch0', 'switch0-switch1-2', 'host1-switch0', 'switch0'].some(known)).toBe(false);
    expect(build(spec, ['switch0-switch1-1']).pathsBetween(0, 1).ids).toHaveLength(1);
  });

  test.each([
    [graphOf(1, [0, 0], []).cables.slice(1), 'host 0 has no link'],
    [[...graphOf(1, [0, 0], []).cables, { a: 0, b: 2, ...LINK }], 'host 0 has a second link: a host is joined to exactly one switch'],
    [[...graphOf(1, [0, 0], []).cables, { a: 0, b: 1, ...LINK }], 'a link from host 0 to host 1: hosts are joined to switches alone'],
    [[...graphOf(1, [0, 0], []).cables, { a: 2, b: 2, ...LINK }], 'a link from switch 0 to itself'],
    [[...graphOf(1, [0, 0], []).cables, { a: 2, b: 3, ...LINK }], 'there is no node 3'],
  ])('that is no fabric is refused: %#', (cables, message) => {
    expect(() => build({ ...graphOf(1, [0, 0], []), cables })).toThrow(message);
  });

  test('more shortest paths than 16-bit identifiers are refused', () => {
    const stages = Array.from({ length: 9 }, (_, i) => i).flatMap((i) => Array.from({ length: 4 }, () => [i, i + 1] as const));
    expect(() => build(graphOf(10, [0, 9], stages))).toThrow('524288 shortest paths between the 2 switches with hosts');
  });

  test('a dumbbell is two switches and one link', () => {
    const topology = build(dumbbell(3, LINK, { rateBps: 100e9, delayPs: 1_000_000 }));
    expect(neighbours(topology, 6)).toEqual(['host0', 'host1', 'host2', 'switch1']);
    expect(neighbours(topology, 7)).toEqual(['host3', 'host4', 'host5', 'switch0']);
    expect([...topology.pathsBetween(0, 1).capacityBps]).toEqual([100e9]);
  });
});
