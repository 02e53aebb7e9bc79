import { ConfigError } from '../sim/base/errors.ts';
import type { FailureSpec } from '../sim/base/failure-spec.ts';
import type { GraphCable, GraphSpec, LeafSpineSpec, RailSpec, TopologySpec } from '../sim/base/topology-spec.ts';
import type { GraphBuilder } from './graph.ts';
import { type LeafSpineTiers, leafSpineTiers, railTiers } from './tiers.ts';

const NUMBER = '(0|[1-9]\\d{0,8})';
const named = (name: string, lower: string, upper: string): number[] | null =>
  new RegExp(`^${lower}${NUMBER}-${upper}${NUMBER}$`).exec(name)?.slice(1).map(Number) ?? null;

/** Whether a fabric has a link of this name. Says what its builder would say, without building it. */
export function linkExists(spec: TopologySpec, name: string): boolean {
  switch (spec.kind) {
    case 'leaf-spine':
    case 'rail': {
      const { leaves, spines, hostsPerLeaf, leafOfHost } = tiers(spec);
      const [, pair = name, cable = '0'] = new RegExp(`^(leaf.*)-${NUMBER}$`).exec(name) ?? [];
      const host = named(name, 'host', 'leaf');
      if (host !== null) return host[0]! < leaves * hostsPerLeaf && leafOfHost(host[0]!) === host[1];
      const ends = named(pair, 'leaf', 'spine');
      return ends !== null && ends[0]! < leaves && ends[1]! < spines && Number(cable) < spec.fabricLink.linksPerPair;
    }
    case 'fat-tree': {
      const { pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor } = spec;
      const host = named(name, 'host', 'tor');
      if (host !== null) return host[0]! < pods * torsPerPod * hostsPerTor && Math.floor(host[0]! / hostsPerTor) === host[1];
      const lower = named(name, 'tor', 'agg');
      if (lower !== null) return lower[0]! < pods * torsPerPod && Math.floor(lower[0]! / torsPerPod) === Math.floor(lower[1]! / aggsPerPod);
      const upper = named(name, 'agg', 'core');
      return upper !== null && upper[0]! < pods * aggsPerPod && upper[0]! % aggsPerPod === Math.floor(upper[1]! / coresPerAgg);
    }
    case 'graph': {
      const [, lower, upper, cable = '0'] = new RegExp(`^(host${NUMBER}|switch${NUMBER})-(switch${NUMBER})(?:-${NUMBER})?$`)
        .exec(name)
        ?.filter((_, i) => [0, 1, 4, 6].includes(i)) ?? ['', '', ''];
      const pair = `${lower}-${upper}`;
      return lower !== '' && Number(cable) < spec.cables.filter((each) => graphCableName(spec, each) === pair).length;
    }
  }
}

const tiers = (spec: LeafSpineSpec | RailSpec): LeafSpineTiers => (spec.kind === 'rail' ? railTiers(spec) : leafSpineTiers(spec));

/** The lower of the two is named first. */
export function graphCableName({ hosts }: GraphSpec, { a, b }: GraphCable): string {
  const name = (node: number): string => (node < hosts ? `host${node}` : `switch${node - hosts}`);
  return `${name(Math.min(a, b))}-${name(Math.max(a, b))}`;
}

/** How the links of a fabric are named, for a person. */
export function linkNames(spec: TopologySpec): string {
  switch (spec.kind) {
    case 'leaf-spine':
    case 'rail': {
      const { fabricLink } = spec;
      const { leaves, spines } = tiers(spec);
      if (spines === 0) return 'links are named host0-leaf0';
      const bundle = fabricLink.linksPerPair > 1 ? `, or leaf0-spine0-0 for one of its ${fabricLink.linksPerPair} links` : '';
      return `links are named leaf0-spine0 .. leaf${leaves - 1}-spine${spines - 1}${bundle}, and host0-leaf0`;
    }
    case 'fat-tree': {
      const { pods, torsPerPod, aggsPerPod, coresPerAgg } = spec;
      const lower = `tor0-agg0 .. tor${pods * torsPerPod - 1}-agg${pods * aggsPerPod - 1}`;
      const upper = `agg0-core0 .. agg${pods * aggsPerPod - 1}-core${aggsPerPod * coresPerAgg - 1}`;
      return `links are named ${lower} (inside a pod), ${upper} (core c above the aggregation switches floor(c / ${coresPerAgg}) of the pods), and host0-tor0`;
    }
    case 'graph':
      return `links are named after their ends, hosts and lower switches first, such as ${graphCableName(spec, spec.cables[0]!)}`;
  }
}

/** Whether a fabric has a switch of this name. */
export function switchExists(spec: TopologySpec, name: string): boolean {
  const [, tier = '', number = '0'] = new RegExp(`^([a-z]+)${NUMBER}$`).exec(name) ?? [];
  return Number(number) < (switchCounts(spec)[tier] ?? 0);
}

/** How the switches of a fabric are named, for a person. */
export function switchNames(spec: TopologySpec): string {
  const tiers = Object.entries(switchCounts(spec)).map(([tier, count]) => `${tier}0 .. ${tier}${count - 1}`);
  return `switches are named ${tiers.join(', ')}`;
}

function switchCounts(spec: TopologySpec): Readonly<Record<string, number>> {
  switch (spec.kind) {
    case 'leaf-spine':
    case 'rail': {
      const { leaves, spines } = tiers(spec);
      return { leaf: leaves, ...(spines === 0 ? {} : { spine: spines }) };
    }
    case 'fat-tree': {
      const { pods, torsPerPod, aggsPerPod, coresPerAgg } = spec;
      return { tor: pods * torsPerPod, agg: pods * aggsPerPod, core: aggsPerPod * coresPerAgg };
    }
    case 'graph':
      return { switch: spec.switches };
  }
}

/**
 * Takes down the cables that failures name, both directions: those failures that last from the start to the end.
 *
 * @throws ConfigError when there is no such link or switch
 */
export function cutFailed(graph: GraphBuilder, spec: TopologySpec, failures: readonly FailureSpec[]): void {
  for (const { link, course } of failures) {
    const cables = cablesNamed(graph, spec, link);
    if (course === undefined) for (const cable of cables) graph.cut(cable);
  }
}

function cablesNamed(graph: GraphBuilder, spec: TopologySpec, name: string): number[] {
  if (switchExists(spec, name)) return graph.cablesOf(name);
  const [, lower = '', upper = '', cable] = /^([a-z]+\d+)-([a-z]+\d+)(?:-(\d+))?$/.exec(name) ?? [];
  // Only links between a leaf and a spine, and those of a graph, come in bundles, whose cables have numbers.
  const bundle = cable === undefined || lower.startsWith('leaf') || lower.startsWith('switch') ? graph.cablesBetween(lower, upper) : [];
  const chosen = cable === undefined ? bundle : bundle.slice(Number(cable), Number(cable) + 1);
  if (chosen.length === 0) {
    throw new ConfigError('E131', `no link "${name}" in this fabric`, { where: { path: 'failures' }, hint: linkNames(spec) });
  }
  return chosen;
}
