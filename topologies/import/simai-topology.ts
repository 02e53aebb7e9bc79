import type { GraphCable, GraphSpec, LinkSpec, RailSpec, ServerSpec } from '../../sim/base/topology-spec.ts';
import { graphProblem } from '../graph-fabric.ts';
import { type ImportedTopology, refuse, type TopologyText, type Word, Words } from './topology-text.ts';

const MAX_NODES = 2 ** 20;
const MAX_LINKS = 2 ** 22;
/** Those that SimAI's ns-3 front end knows. */
const GPU_TYPES = ['A100', 'A800', 'H100', 'H800'];

interface Cable extends LinkSpec {
  readonly a: number;
  readonly b: number;
  readonly at: Word;
}

/**
 * SimAI's topology file: words, ends of lines mean nothing.
 *
 *     <nodes> <GPUs a server> <NVSwitches> <other switches> <links> <GPU type>
 *     <switch> ..                              NVSwitches first
 *     <a> <b> <rate> <delay> <error rate>     once a link
 *
 * GPUs are the first nodes. Each has one link to the NVSwitch of its server (its NVLink; the delay of two of them is that from GPU to
 * GPU) and one to an access switch, its NIC. What is a rail fabric becomes one, anything else a graph with servers.
 *
 * @throws ImportError at the word that is wrong
 */
export function simaiTopology(file: TopologyText): ImportedTopology {
  const words = new Words(file);
  const nodes = words.number('the number of nodes', 2, MAX_NODES);
  const perServer = words.number('the number of GPUs a server', 1, 4096);
  const nvSwitches = words.number('the number of NVSwitches', 0, nodes.value);
  const others = words.number('the number of other switches', 1, nodes.value);
  const links = words.number('the number of links', 1, MAX_LINKS).value;
  const type = words.take('the type of the GPUs').text;
  const gpus = nodes.value - nvSwitches.value - others.value;
  const gpusPerServer = perServer.value;
  if (gpus < 2) refuse(file, nodes.at, `${nodes.value} nodes of which ${nvSwitches.value + others.value} are switches`, 'at least 2 GPUs');
  if (gpus % gpusPerServer !== 0) refuse(file, perServer.at, `${gpus} GPUs are no whole number of servers with ${gpusPerServer}`);
  const servers = gpus / gpusPerServer;
  if (nvSwitches.value !== servers) {
    refuse(file, nvSwitches.at, `${nvSwitches.value} NVSwitches for ${servers} servers`, 'one NVSwitch a server');
  }
  for (let i = 0; i < nvSwitches.value + others.value; i++) {
    const { value, at } = words.number('the id of a switch', 0, nodes.value - 1);
    if (value !== gpus + i)
      refuse(file, at, `switch ${i} has id ${value}`, `GPUs are 0 to ${gpus - 1}, and switch ids follow them in order`);
  }
  const firstSwitch = gpus + servers;
  const isNvSwitch = (node: number): boolean => node >= gpus && node < firstSwitch;
  const nvlinks: (Cable | undefined)[] = Array.from({ length: gpus }, () => undefined);
  const cables: Cable[] = [];
  for (let i = 0; i < links; i++) {
    const a = words.number('a node of a link', 0, nodes.value - 1);
    const b = words.number('a node of a link', 0, nodes.value - 1);
    const cable: Cable = { a: Math.min(a.value, b.value), b: Math.max(a.value, b.value), at: a.at, ...words.link() };
    if (!isNvSwitch(cable.a) && !isNvSwitch(cable.b)) {
      cables.push(cable);
      continue;
    }
    const { a: gpu, b: sw } = cable;
    if (gpu >= gpus || sw - gpus !== Math.floor(gpu / gpusPerServer)) {
      refuse(file, a.at, `a link from node ${gpu} to NVSwitch ${sw}`, 'an NVSwitch joins the GPUs of its own server, and nothing else');
    }
    if (nvlinks[gpu] !== undefined) refuse(file, a.at, `GPU ${gpu} has a second link to its NVSwitch`);
    nvlinks[gpu] = cable;
  }
  const [extra] = words.rest;
  if (extra !== undefined) refuse(file, extra, `more than the ${links} links that the first line declares`);
  const bare = nvlinks.indexOf(undefined);
  if (bare >= 0) refuse(file, null, `GPU ${bare} has no link to an NVSwitch`);
  const first = nvlinks[0]!;
  const odd = nvlinks.find((cable) => cable!.rateBps !== first.rateBps || cable!.delayPs !== first.delayPs);
  if (odd !== undefined) refuse(file, odd.at, `the NVLink of GPU ${odd.a} differs from that of GPU 0`, 'all GPUs have one kind');
  const server: ServerSpec = {
    gpus: gpusPerServer,
    nics: gpusPerServer,
    nvlink: { rateBps: first.rateBps, delayPs: 2 * first.delayPs },
  };
  const toNode = (id: number): number => (id < gpus ? id : id - servers);
  const graph: GraphSpec = {
    kind: 'graph',
    hosts: gpus,
    switches: others.value,
    cables: cables.map(({ a, b, rateBps, delayPs }): GraphCable => ({ a: toNode(a), b: toNode(b), rateBps, delayPs })),
    placement: 'packed',
    server,
  };
  const problem = graphProblem(graph);
  if (problem !== null) refuse(file, cables[problem.cable]?.at ?? null, problem.message);
  const warnings = GPU_TYPES.includes(type) ? [] : [`${file.name}: SimAI does not know GPUs of type ${type}`];
  return { spec: asRail(graph, server) ?? graph, warnings };
}

/** The rail fabric that a graph is: leaf (segment, i) has NIC i of its servers, every spine joins every leaf; null: it is none. */
function asRail({ hosts, switches, cables }: GraphSpec, server: ServerSpec): RailSpec | null {
  const leafOfHost = new Int32Array(hosts);
  const hostCables = cables.filter(({ a }) => a < hosts);
  for (const { a, b } of hostCables) leafOfHost[a] = b - hosts;
  const leaves = leafOfHost.reduce((most, leaf) => Math.max(most, leaf), 0) + 1;
  const spines = switches - leaves;
  const servers = hosts / server.nics;
  const segments = leaves / server.nics;
  if (!Number.isInteger(segments) || servers % segments !== 0) return null;
  const serversPerSegment = servers / segments;
  const isRail = leafOfHost.every((leaf, host) => {
    const segment = Math.floor(host / server.nics / serversPerSegment);
    return leaf === segment * server.nics + (host % server.nics);
  });
  const up = cables.filter(({ a }) => a >= hosts);
  const pairs = new Set(up.map(({ a, b }) => (a - hosts) * switches + (b - hosts)));
  const joinsTiers = up.every(({ a, b }) => a - hosts < leaves && b - hosts >= leaves);
  const [hostLink] = hostCables;
  const [fabricLink = hostLink] = up;
  const isEqual = (of: readonly LinkSpec[], link: LinkSpec): boolean =>
    of.every(({ rateBps, delayPs }) => rateBps === link.rateBps && delayPs === link.delayPs);
  if (!isRail || !joinsTiers || up.length !== leaves * spines || pairs.size !== up.length) return null;
  if (!isEqual(hostCables, hostLink!) || !isEqual(up, fabricLink!)) return null;
  return {
    kind: 'rail',
    servers,
    serversPerSegment,
    spines,
    hostLink: { rateBps: hostLink!.rateBps, delayPs: hostLink!.delayPs },
    fabricLink: { rateBps: fabricLink!.rateBps, delayPs: fabricLink!.delayPs, perSpineRateBps: null, linksPerPair: 1 },
    placement: 'packed',
    server,
  };
}
