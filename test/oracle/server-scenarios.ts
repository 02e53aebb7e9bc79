import fc from 'fast-check';
import type { FailureSpec } from '../../sim/base/failure-spec.ts';
import type { GraphSpec, LeafSpineSpec, ServerSpec, TopologySpec } from '../../sim/base/topology-spec.ts';
import { buildTopology } from '../../topologies/build-topology.ts';
import { BALANCER_CASES } from './balancer-scenarios.ts';
import type { ScenarioCase } from './scenario-case.ts';
import { scenarioCases } from './scenarios.ts';

/** Servers, and how the fabric around them is made; numbers are taken modulo what the fabric allows. */
interface Choice {
  readonly shape: 'as-is' | 'rail' | 'graph';
  readonly divisor: number;
  readonly gpusPerNic: number;
  readonly nvlink: ServerSpec['nvlink'];
}

const choice: fc.Arbitrary<Choice> = fc.record({
  shape: fc.constantFrom('as-is' as const, 'as-is' as const, 'rail' as const, 'graph' as const),
  divisor: fc.nat(12),
  gpusPerNic: fc.constantFrom(1, 1, 2, 3),
  nvlink: fc.record({
    rateBps: fc.oneof(fc.constantFrom(400e9, 3.6e12, 100e9), fc.integer({ min: 20e9, max: 4e12 })),
    delayPs: fc.oneof(fc.constantFrom(500_000, 500_000, 300_000), fc.integer({ min: 50_001, max: 1_500_001 })),
  }),
});

const divisors = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

function server(hosts: number, { divisor, gpusPerNic, nvlink }: Choice): ServerSpec {
  const all = divisors(hosts);
  const nics = all[(all.length - 1 + divisor) % all.length]!;
  return { nics, gpus: nics * (nics === 1 ? Math.max(2, gpusPerNic) : gpusPerNic), nvlink };
}

function withServers(spec: TopologySpec, seed: number, chosen: Choice): TopologySpec {
  switch (chosen.shape) {
    case 'as-is':
      if (spec.kind === 'leaf-spine') return { ...spec, server: server(spec.hostsPerLeaf, chosen) };
      if (spec.kind === 'fat-tree') return { ...spec, server: server(spec.hostsPerTor, chosen) };
      return spec;
    case 'rail':
      return spec.kind === 'leaf-spine' ? asRail(spec, chosen) : withServers(spec, seed, { ...chosen, shape: 'as-is' });
    case 'graph':
      return asGraph(spec, seed, chosen);
  }
}

/** The leaves of a segment are the rails of its servers. */
function asRail(spec: LeafSpineSpec, chosen: Choice): TopologySpec {
  const { nics, gpus, nvlink } = server(spec.leaves, chosen);
  const { hostLink, fabricLink, placement, spines, hostsPerLeaf } = spec;
  const segments = spec.leaves / nics;
  const common = { spines, hostLink, fabricLink, placement, server: { nics, gpus, nvlink } };
  return { kind: 'rail', servers: segments * hostsPerLeaf, serversPerSegment: hostsPerLeaf, ...common };
}

/** The same cables, as a graph. */
function asGraph(spec: TopologySpec, seed: number, chosen: Choice): GraphSpec {
  const { hosts, switches, links, linkFrom, linkTo, linkRateBps, linkDelayPs } = buildTopology(spec, [], 1, seed);
  const cables = Array.from({ length: links / 2 }, (_, i) => ({
    a: linkFrom[2 * i]!,
    b: linkTo[2 * i]!,
    rateBps: linkRateBps[2 * i]!,
    delayPs: linkDelayPs[2 * i]!,
  }));
  const placement = spec.placement === 'random' ? 'random' : 'packed';
  return { kind: 'graph', hosts, switches, cables, placement, server: server(hosts, chosen) };
}

const onServers = (cases: fc.Arbitrary<ScenarioCase>): fc.Arbitrary<ScenarioCase> =>
  fc.tuple(cases, choice).map(([base, chosen]) => {
    const { scenario } = base;
    const topology = withServers(scenario.topology, scenario.seed, chosen);
    const isNew = topology.kind === 'graph';
    // The NICs of a rail hang on other leaves than the hosts of the leaf-spine it was made from.
    const isNamed = (failure: FailureSpec): boolean => !isNew && !(topology.kind === 'rail' && /host/.test(JSON.stringify(failure)));
    const balancer = isNew && scenario.balancer.kind === 'mrc' ? { ...scenario.balancer, deny: [] } : scenario.balancer;
    return { ...base, scenario: { ...scenario, topology, balancer, failures: scenario.failures.filter(isNamed) } };
  });

/** Random scenarios on servers: of one and more NICs, that ranks share or not, on every kind of fabric. */
export const serverCases: fc.Arbitrary<ScenarioCase> = onServers(scenarioCases);

/** With every balancer, and with all that its scenarios have besides. */
export const serverBalancerCases: fc.Arbitrary<ScenarioCase> = onServers(fc.oneof(...Object.values(BALANCER_CASES)));
