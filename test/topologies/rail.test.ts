import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { RailSpec } from '../../sim/base/topology-spec.ts';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { buildTopology, fabricRanks, hostCount, torCount } from '../../topologies/build-topology.ts';
import { assertConnected } from '../../topologies/connectivity.ts';
import { linkExists, switchExists } from '../../topologies/link-names.ts';
import { follow, neighbours, walks, walksByNextHops } from './routes.ts';

const railSpec = (changes: Partial<RailSpec> = {}): RailSpec => ({
  kind: 'rail',
  servers: 4,
  serversPerSegment: 2,
  spines: 3,
  hostLink: { rateBps: 400e9, delayPs: 500_000 },
  fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 1 },
  placement: 'packed',
  server: { gpus: 2, nics: 2, nvlink: { rateBps: 3.6e12, delayPs: 500_000 } },
  ...changes,
});

const build = (spec: RailSpec, dead: readonly string[] = [], seed = 1) =>
  buildTopology(
    spec,
    dead.map((link) => ({ link })),
    fabricRanks(spec),
    seed,
  );

const small = fc.integer({ min: 1, max: 3 });
const specs = fc
  .record({ segments: small, perSegment: small, nics: small, share: small, spines: small, cables: fc.constantFrom(1, 2) })
  .map(({ segments, perSegment, nics, share, spines, cables }) =>
    railSpec({
      servers: segments * perSegment,
      serversPerSegment: perSegment,
      spines,
      fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: null, linksPerPair: cables },
      server: { gpus: nics * share, nics, nvlink: { rateBps: 3.6e12, delayPs: 500_000 } },
    }),
  );

describe('a rail fabric', () => {
  test('joins NIC i of the servers of a segment to its leaf i, and every leaf to every spine', () => {
    const topology = build(railSpec());
    const node = (name: string): number => topology.nodeNames.indexOf(name);
    expect(neighbours(topology, node('leaf0'))).toEqual(['host0', 'host2', 'spine0', 'spine1', 'spine2']);
    expect(neighbours(topology, node('leaf1'))).toEqual(['host1', 'host3', 'spine0', 'spine1', 'spine2']);
    expect(neighbours(topology, node('leaf3'))).toEqual(['host5', 'host7', 'spine0', 'spine1', 'spine2']);
    expect(neighbours(topology, node('spine2'))).toEqual(['leaf0', 'leaf1', 'leaf2', 'leaf3']);
    expect([...topology.torOfHost]).toEqual([0, 1, 0, 1, 2, 3, 2, 3]);
  });

  test.each([
    [8, 8, 8, 8],
    [16, 4, 8, 8],
    [32, 8, 4, 16],
  ])(
    'of %d servers, %d a segment, with %d NICs and %d spines has the counts that its builder promises',
    (servers, perSegment, nics, spines) => {
      const server = { gpus: nics, nics, nvlink: { rateBps: 1e12, delayPs: 1 } };
      const spec = railSpec({ servers, serversPerSegment: perSegment, spines, server });
      const topology = build(spec);
      const leaves = (servers / perSegment) * nics;
      expect([hostCount(spec), torCount(spec), fabricRanks(spec)]).toEqual([servers * nics, leaves, servers * nics]);
      expect([topology.hosts, topology.tors, topology.switches]).toEqual([servers * nics, leaves, leaves + spines]);
      expect(topology.links).toBe(2 * (servers * nics + leaves * spines));
      for (let leaf = 0; leaf < leaves; leaf++) expect(neighbours(topology, topology.hosts + leaf)).toHaveLength(perSegment + spines);
    },
  );

  test.prop([specs])('routes and pinned paths are those of the leaf-spine of its leaves', (spec) => {
    const topology = build(spec);
    for (let from = 0; from < topology.tors; from++) {
      for (let to = 0; to < topology.tors; to++) {
        if (from === to) continue;
        const all = walks(topology, from, to, 2).map(String).sort();
        expect(walksByNextHops(topology, from, to).map(String).sort()).toEqual(all);
        const { ids } = topology.pathsBetween(from, to);
        for (const id of ids) {
          const links = follow(topology, id, from, to);
          expect(all).toContain(String(links));
          const back = follow(topology, topology.pathReverse[id]!, to, from);
          expect(back).toEqual(links.map((link) => topology.linkReverse[link]!).reverse());
        }
      }
    }
  });

  test.prop([specs, fc.constantFrom('packed' as const, 'strided' as const, 'random' as const), fc.nat(9)])(
    'whatever the placement, the GPUs of a server use its NICs, neighbours sharing one, and no two servers a NIC',
    (spec, placement, seed) => {
      const { hostOfRank } = build({ ...spec, placement }, [], seed);
      const { gpus, nics } = spec.server;
      const places = Array.from({ length: spec.servers }, (_, s) => Math.floor(hostOfRank[s * gpus]! / nics));
      expect([...places].sort((a, b) => a - b)).toEqual(places.map((_, s) => s));
      hostOfRank.forEach((host, rank) => {
        expect(host).toBe(places[Math.floor(rank / gpus)]! * nics + Math.floor(((rank % gpus) * nics) / gpus));
      });
    },
  );

  test('strided servers take turns over the segments', () => {
    expect([...build(railSpec({ placement: 'strided' })).hostOfRank]).toEqual([0, 1, 4, 5, 2, 3, 6, 7]);
  });

  test('names of its links and switches', () => {
    const spec = railSpec();
    for (const name of ['host0-leaf0', 'host3-leaf1', 'host6-leaf2', 'leaf3-spine2']) expect(linkExists(spec, name), name).toBe(true);
    for (const name of ['host0-leaf1', 'host8-leaf0', 'leaf4-spine0', 'leaf0-spine3']) expect(linkExists(spec, name), name).toBe(false);
    expect([switchExists(spec, 'leaf3'), switchExists(spec, 'leaf4'), switchExists(spec, 'spine2')]).toEqual([true, false, true]);
    const topology = build(spec, ['leaf0-spine1']);
    expect(topology.pathsBetween(0, 1).ids).toHaveLength(2);
  });

  test('without spines a message to another rail has no way, but one on the rail, or inside the server, has', () => {
    const topology = build(railSpec({ spines: 0 }));
    const between = (src: number, dst: number) => {
      const builder = new ScheduleBuilder(8);
      builder.message(src, dst, 1, builder.phase('one'));
      return () => assertConnected(topology, builder.build());
    };
    expect(between(0, 2)).not.toThrow();
    expect(between(0, 1)).not.toThrow();
    expect(between(0, 3)).toThrow('rank 0 on host0 cannot reach rank 3 on host3: no path from leaf0 to leaf1');
    expect(between(0, 4)).toThrow('no path from leaf0 to leaf2');
  });
});
