import { ConfigError } from '../sim/base/errors.ts';
import type { FailureSpec } from '../sim/base/failure-spec.ts';
import { graphTors } from '../sim/base/graph-distances.ts';
import type { GraphSpec } from '../sim/base/topology-spec.ts';
import type { Topology } from '../sim/base/topology.ts';
import { GraphBuilder } from './graph.ts';
import { graphPaths } from './graph-paths.ts';
import { GraphRoutes } from './graph-routes.ts';
import { cutFailed } from './link-names.ts';
import { placeRanks } from './placement.ts';

/**
 * Any graph of switches, with hosts on some of them, its ToRs. Packets take shortest paths (fewest links) of the whole graph: links that
 * fail take paths away, and never make others, longer ones, be used.
 *
 * Numbers: nodes are the hosts, the ToRs, the other switches, each in the order of the spec; switch s of the spec is called `switch<s>`.
 * The ports of a node are in the order of its cables. A path has an identifier of its own, and another one the other way round:
 * 2 k + 1 and 2 k + 2, counted over the pairs of ToRs (u, v), u < v, and for a pair in the order of the ports that its paths leave by.
 *
 * @param ranks how many ranks the placement puts on the hosts; at most the number of hosts
 * @param seed run seed, for the random placement
 * @throws ConfigError when a host has not exactly one cable, a failure names no link, or there are too many paths for a 16-bit entropy
 */
export function graphFabric(spec: GraphSpec, failures: readonly FailureSpec[], ranks: number, seed: number): Topology {
  const problem = graphProblem(spec);
  if (problem !== null) throw new ConfigError('E158', problem.message, { where: { path: 'topology' } });
  const { hosts, switches } = spec;
  const nodeOfSwitch = switchNodes(spec);
  const graph = graphOf(spec, nodeOfSwitch);
  cutFailed(graph, spec, failures);
  const links = graph.build();
  const tors = graphTors(spec).length;
  const torOfHost = new Int32Array(hosts);
  for (let host = 0; host < hosts; host++) torOfHost[host] = links.linkTo[links.portLink[links.portOffset[host]!]!]! - hosts;
  const routes = new GraphRoutes(spec, nodeOfSwitch, links, tors);
  return {
    hosts,
    switches,
    tors,
    ...links,
    torOfHost,
    hostOfRank: placeRanks(spec.placement, { tors: 1, hostsPerTor: hosts }, spec.server, ranks, seed),
    server: spec.server ?? null,
    longestPath: routes.longestPath(torOfHost),
    ...routes.nextHops(),
    ...graphPaths(routes, links, hosts, switches, tors),
  };
}

/** More ToRs have more pairs than there are path identifiers. */
const MAX_TORS = 256;

/** Why a graph is no fabric, and the cable at fault (-1: none); null: it is one. */
export function graphProblem(spec: GraphSpec): { readonly message: string; readonly cable: number } | null {
  const { hosts, switches, cables } = spec;
  const cablesOfHost = new Int32Array(hosts);
  for (const [i, { a, b }] of cables.entries()) {
    const [lower, upper] = a < b ? [a, b] : [b, a];
    const named = (node: number): string => (node < hosts ? `host ${node}` : `switch ${node - hosts}`);
    if (lower < 0 || upper >= hosts + switches) return { message: `there is no node ${lower < 0 ? lower : upper}`, cable: i };
    if (lower === upper) return { message: `a link from ${named(a)} to itself`, cable: i };
    if (upper < hosts) return { message: `a link from ${named(a)} to ${named(b)}: hosts are joined to switches alone`, cable: i };
    if (lower < hosts && ++cablesOfHost[lower]! > 1) {
      return { message: `${named(lower)} has a second link: a host is joined to exactly one switch`, cable: i };
    }
  }
  const bare = cablesOfHost.indexOf(0);
  if (bare >= 0) return { message: `host ${bare} has no link`, cable: -1 };
  const tors = graphTors(spec).length;
  if (tors <= MAX_TORS) return null;
  return { message: `${tors} switches with hosts: the paths between ${MAX_TORS} of them are all that identifiers can name`, cable: -1 };
}

/** Node of each switch of the spec: ToRs first. */
function switchNodes(spec: GraphSpec): Int32Array {
  const tors = graphTors(spec);
  const isTor = new Set(tors);
  const nodes = new Int32Array(spec.switches);
  let next = spec.hosts;
  for (const s of tors) nodes[s] = next++;
  for (let s = 0; s < spec.switches; s++) if (!isTor.has(s)) nodes[s] = next++;
  return nodes;
}

function graphOf({ hosts, switches, cables }: GraphSpec, nodeOfSwitch: Int32Array): GraphBuilder {
  const graph = new GraphBuilder();
  const names: string[] = [];
  for (let s = 0; s < switches; s++) names[nodeOfSwitch[s]! - hosts] = `switch${s}`;
  for (let h = 0; h < hosts; h++) graph.addNode(`host${h}`);
  for (const name of names) graph.addNode(name);
  const node = (i: number): number => (i < hosts ? i : nodeOfSwitch[i - hosts]!);
  for (const cable of cables) {
    // The lower one is named first.
    const [lower, upper] = cable.a < cable.b ? [cable.a, cable.b] : [cable.b, cable.a];
    graph.addCable(node(lower), node(upper), cable, lower >= hosts);
  }
  return graph;
}
