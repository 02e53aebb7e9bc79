import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ConfigError } from '../../sim/base/errors.ts';
import { type Topology, torNode } from '../../sim/base/topology.ts';
import { serialisationPs } from '../../sim/derive.ts';
import { leafSpine } from '../../topologies/leaf-spine.ts';
import { fabric, type FabricOptions } from '../balancing/fabric.ts';

const sizes = fc.record({
  leaves: fc.integer({ min: 1, max: 5 }),
  spines: fc.integer({ min: 1, max: 4 }),
  hostsPerLeaf: fc.integer({ min: 1, max: 4 }),
  linksPerPair: fc.integer({ min: 1, max: 3 }),
});

/** A fabric with some dead cables of its bundles. */
const damaged = sizes.chain((size) =>
  fc.record({
    size: fc.constant(size),
    dead: fc.array(
      fc
        .tuple(fc.nat(size.leaves - 1), fc.nat(size.spines - 1), fc.option(fc.nat(size.linksPerPair - 1)))
        .map(([l, p, c]) => `leaf${l}-spine${p}${c === null ? '' : `-${c}`}`),
      { maxLength: 4 },
    ),
  }),
);

const name = (topology: Topology, node: number): string => topology.nodeNames[node]!;
const hops = (topology: Topology, sw: number, tor: number): number[] => {
  const set = topology.nextHopSet[sw * topology.tors + tor]!;
  return set < 0 ? [] : [...topology.setPort.subarray(topology.setOffset[set]!, topology.setOffset[set + 1]!)];
};
const linkAt = (topology: Topology, node: number, port: number): number => topology.portLink[topology.portOffset[node]! + port]!;

describe('the graph of a leaf-spine', () => {
  test.prop([sizes])('has hosts, leaves and spines in this order, each host on its leaf', (size) => {
    const topology = fabric(size);
    const hosts = size.leaves * size.hostsPerLeaf;
    expect([topology.hosts, topology.switches, topology.tors]).toEqual([hosts, size.leaves + size.spines, size.leaves]);
    expect(topology.nodeNames).toEqual([
      ...Array.from({ length: hosts }, (_, i) => `host${i}`),
      ...Array.from({ length: size.leaves }, (_, i) => `leaf${i}`),
      ...Array.from({ length: size.spines }, (_, i) => `spine${i}`),
    ]);
    for (let h = 0; h < hosts; h++) expect(topology.linkTo[linkAt(topology, h, 0)]).toBe(torNode(topology, topology.torOfHost[h]!));
    expect(topology.links).toBe(2 * (hosts + size.leaves * size.spines * size.linksPerPair));
  });

  test.prop([damaged])('links and ports agree, and the reverse of a link is the other direction of its cable', ({ size, dead }) => {
    const topology = fabric({ ...size, dead });
    for (let link = 0; link < topology.links; link++) {
      const back = topology.linkReverse[link]!;
      expect(topology.linkReverse[back]).toBe(link);
      expect(back).not.toBe(link);
      expect([topology.linkFrom[back], topology.linkTo[back]]).toEqual([topology.linkTo[link], topology.linkFrom[link]]);
      expect([topology.linkFromPort[back], topology.linkToPort[back]]).toEqual([topology.linkToPort[link], topology.linkFromPort[link]]);
      expect(linkAt(topology, topology.linkFrom[link]!, topology.linkFromPort[link]!)).toBe(link);
      expect(topology.linkUp[back]).toBe(topology.linkUp[link]);
      const betweenSwitches = topology.linkFrom[link]! >= topology.hosts && topology.linkTo[link]! >= topology.hosts;
      expect(topology.linkIsFabric[link]).toBe(betweenSwitches ? 1 : 0);
    }
    expect([...topology.portLink].sort((a, b) => a - b)).toEqual(Array.from({ length: topology.links }, (_, i) => i));
  });

  test('leaf ports are hosts first, then uplinks in (spine, cable) order; spine ports are in (leaf, cable) order', () => {
    const topology = fabric({ leaves: 3, spines: 2, hostsPerLeaf: 2, linksPerPair: 2 });
    const neighbours = (node: number): string[] =>
      [...topology.portLink.subarray(topology.portOffset[node]!, topology.portOffset[node + 1]!)].map((link) =>
        name(topology, topology.linkTo[link]!),
      );
    expect(neighbours(torNode(topology, 1))).toEqual(['host2', 'host3', 'spine0', 'spine0', 'spine1', 'spine1']);
    expect(neighbours(torNode(topology, 3))).toEqual(['leaf0', 'leaf0', 'leaf1', 'leaf1', 'leaf2', 'leaf2']);
  });

  test('rates and delays: hosts have theirs, the links of each spine its own', () => {
    const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 1, hostRateBps: 200e9, perSpineRateBps: [400e9, 100e9] });
    for (let link = 0; link < topology.links; link++) {
      const ends = [topology.linkFrom[link]!, topology.linkTo[link]!].map((node) => name(topology, node)).join();
      expect(topology.linkRateBps[link]).toBe(ends.includes('spine0') ? 400e9 : ends.includes('spine1') ? 100e9 : 200e9);
      expect(topology.linkDelayPs[link]).toBe(500_000);
    }
  });
});

describe('routes', () => {
  test.prop([damaged])(
    'every choice of every live next hop leads to the destination leaf in two links, over live cables only',
    ({ size, dead }) => {
      const topology = fabric({ ...size, dead });
      for (let from = 0; from < size.leaves; from++) {
        for (let to = 0; to < size.leaves; to++) {
          const ports = hops(topology, from, to);
          if (from === to) expect(ports).toEqual([]);
          expect(ports.length > 0).toBe(from !== to && topology.pathsBetween(from, to).ids.length > 0);
          expect(ports).toEqual([...ports].sort((a, b) => a - b));
          for (const port of ports) {
            const up = linkAt(topology, torNode(topology, from), port);
            const spine = topology.linkTo[up]!;
            const down = hops(topology, spine - topology.hosts, to);
            expect(topology.linkUp[up]).toBe(1);
            expect(down.length).toBeGreaterThan(0);
            for (const last of down) {
              const link = linkAt(topology, spine, last);
              expect([topology.linkTo[link], topology.linkUp[link]]).toEqual([torNode(topology, to), 1]);
            }
          }
        }
      }
    },
  );

  test.prop([damaged])(
    'a pinned packet takes exactly the links that pathsBetween says, and its answer the same cables back',
    ({ size, dead }) => {
      const topology = fabric({ ...size, dead });
      const follow = (path: number, from: number, to: number): number[] => {
        const links: number[] = [];
        for (let node = torNode(topology, from); node !== torNode(topology, to) && links.length < 4;) {
          const sw = node - topology.hosts;
          const port =
            topology.pinPort[
              topology.pinBase[sw * topology.tors + to]! + topology.pinIndex[topology.pinStage[sw]! * topology.pathIds + path]!
            ]!;
          links.push(linkAt(topology, node, port));
          node = topology.linkTo[links.at(-1)!]!;
        }
        return links;
      };
      for (let from = 0; from < size.leaves; from++) {
        for (let to = 0; to < size.leaves; to++) {
          if (from === to) continue;
          const paths = topology.pathsBetween(from, to);
          expect(new Set(paths.ids).size).toBe(paths.ids.length);
          paths.ids.forEach((id, i) => {
            const links = follow(id, from, to);
            expect(id).toBeLessThan(topology.pathIds);
            expect(links).toEqual([...paths.links.subarray(paths.linkOffset[i]!, paths.linkOffset[i + 1]!)]);
            expect(links.every((link) => topology.linkUp[link] === 1)).toBe(true);
            const back = follow(topology.pathReverse[id]!, to, from);
            expect(back).toEqual(links.map((link) => topology.linkReverse[link]!).reverse());
          });
        }
      }
    },
  );

  test.prop([damaged])(
    'the paths of a pair use every live cable of its live spines, and share its capacity without exceeding it',
    ({ size, dead }) => {
      const topology = fabric({ ...size, dead });
      for (let to = 1; to < size.leaves; to++) {
        const paths = topology.pathsBetween(0, to);
        const onLink = new Map<number, number>();
        paths.links.forEach((link, i) => onLink.set(link, (onLink.get(link) ?? 0) + paths.capacityBps[Math.floor(i / 2)]!));
        for (const [link, used] of onLink) expect(used).toBeLessThanOrEqual(topology.linkRateBps[link]! * (1 + 1e-12));
        expect([...onLink.keys()].filter((link) => topology.linkFrom[link] === torNode(topology, 0)).length).toBe(
          hops(topology, 0, to).length,
        );
      }
    },
  );

  test('a bundle of two cables with one dead at one end: two paths share the one cable, each with half of it', () => {
    const topology = fabric({ leaves: 2, spines: 1, hostsPerLeaf: 1, linksPerPair: 2, dead: ['leaf0-spine0-0'] });
    expect([...topology.pathsBetween(0, 1).capacityBps]).toEqual([200e9, 200e9]);
    expect([...topology.pathsBetween(0, 1).ids]).toEqual([2, 3]); // up cable 1, down cables 0 and 1
    expect([...topology.pathsBetween(1, 0).ids]).toEqual([1, 3]);
  });
});

describe('placement', () => {
  const hostOf = (placement: FabricOptions['placement'], seed = 1): number[] => [
    ...fabric({ leaves: 3, spines: 1, hostsPerLeaf: 2, placement: placement!, seed }).hostOfRank,
  ];

  test('packed: rank r on host r; strided: leaf r mod leaves, host floor(r / leaves)', () => {
    expect(hostOf('packed')).toEqual([0, 1, 2, 3, 4, 5]);
    expect(hostOf('strided')).toEqual([0, 2, 4, 1, 3, 5]);
  });

  test('random: a permutation, the same for the same seed, another for most others', () => {
    expect(hostOf('random', 7)).toEqual(hostOf('random', 7));
    expect([...hostOf('random', 7)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set([1, 2, 3, 4, 5, 6].map((seed) => hostOf('random', seed).join())).size).toBeGreaterThan(3);
  });
});

describe('failures by name', () => {
  const dead = (options: Partial<FabricOptions>): string[] => {
    const topology = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 2, ...options });
    return Array.from({ length: topology.links }, (_, link) => link)
      .filter((link) => topology.linkUp[link] === 0)
      .map((link) => `${name(topology, topology.linkFrom[link]!)}>${name(topology, topology.linkTo[link]!)}`);
  };

  test('a fabric link, a whole bundle, one cable of a bundle, a host link, all links of a switch: both directions die', () => {
    expect(dead({ dead: ['leaf0-spine1'] })).toEqual(['leaf0>spine1', 'spine1>leaf0']);
    expect(dead({ dead: ['leaf1-spine0'], linksPerPair: 2 })).toHaveLength(4);
    expect(dead({ dead: ['leaf1-spine0-1'], linksPerPair: 2 })).toEqual(['leaf1>spine0', 'spine0>leaf1']);
    expect(dead({ dead: ['host3-leaf1'] })).toEqual(['host3>leaf1', 'leaf1>host3']);
    expect(dead({ dead: ['spine1'] })).toEqual(['leaf0>spine1', 'spine1>leaf0', 'leaf1>spine1', 'spine1>leaf1']);
    expect(dead({ dead: ['leaf0'] })).toHaveLength(2 * (2 + 2));
  });

  test.each(['leaf0-spine2', 'leaf2-spine0', 'spine0-leaf0', 'leaf0-spine0-1', 'host0-leaf1', 'host9-leaf1', 'leaf2', ''])(
    'refuses %j with the names that exist',
    (link) => {
      expect(() => dead({ dead: [link] })).toThrow(ConfigError);
      try {
        dead({ dead: [link] });
      } catch (error) {
        expect((error as ConfigError).describe()).toMatch(
          /failures: no link ".*" in this fabric \(links are named leaf0-spine0 .. leaf1-spine1, and host0-leaf0\)/,
        );
      }
    },
  );
});

describe('the longest path', () => {
  test('runs host to host over the slowest spine', () => {
    const topology = fabric({ leaves: 3, spines: 3, hostsPerLeaf: 2, perSpineRateBps: [400e9, 100e9, 200e9] });
    const nodes = [...topology.longestPath].map((link) => name(topology, topology.linkTo[link]!));
    expect(nodes).toEqual(['leaf0', 'spine1', 'leaf1', 'host2']);
    expect(name(topology, topology.linkFrom[topology.longestPath[0]!]!)).toBe('host0');
  });

  test.prop([sizes])('is a walk, and no other walk between hosts takes longer', (size) => {
    const topology = fabric(size);
    const path = [...topology.longestPath];
    for (let i = 1; i < path.length; i++) expect(topology.linkFrom[path[i]!]).toBe(topology.linkTo[path[i - 1]!]);
    expect(path).toHaveLength(size.leaves > 1 ? 4 : 2);
    const timePs = path.reduce((sum, link) => sum + serialisationPs(4160, topology.linkRateBps[link]!) + topology.linkDelayPs[link]!, 0);
    expect(timePs).toBe(path.length * 583_200);
  });
});

test('more paths than 16-bit identifiers are refused', () => {
  const link = { rateBps: 1e9, delayPs: 1 };
  const spec = { kind: 'leaf-spine', leaves: 2, spines: 512, hostsPerLeaf: 1, hostLink: link, placement: 'packed' } as const;
  const build = (linksPerPair: number): Topology =>
    leafSpine({ ...spec, fabricLink: { ...link, perSpineRateBps: null, linksPerPair } }, [], 2, 1);
  expect(build(11).pathIds).toBe(512 * 121);
  expect(() => build(12)).toThrow(ConfigError);
});
