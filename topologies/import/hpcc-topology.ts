import type { GraphCable, GraphSpec } from '../../sim/base/topology-spec.ts';
import { graphProblem } from '../graph-fabric.ts';
import { type ImportedTopology, refuse, type TopologyText, Words } from './topology-text.ts';

const MAX_NODES = 2 ** 20;
const MAX_LINKS = 2 ** 22;

/**
 * The topology file of HPCC's simulator and its ns-3 relatives: words, ends of lines mean nothing.
 *
 *     <nodes> <switches> <links>
 *     <switch> ..
 *     <a> <b> <rate> <delay> <error rate>     once a link
 *
 * Hosts are the nodes that are no switches, in ascending order; so are the switches.
 *
 * @throws ImportError at the word that is wrong
 */
export function hpccTopology(file: TopologyText): ImportedTopology {
  const words = new Words(file);
  const { firstLine } = words;
  if (firstLine.length === 6) refuse(file, firstLine[0]!, 'six numbers on the first line are a topology of SimAI', 'choose format simai');
  const nodes = words.number('the number of nodes', 2, MAX_NODES);
  const switches = words.number('the number of switches', 0, nodes.value);
  const links = words.number('the number of links', 1, MAX_LINKS).value;
  const indexOfSwitch = new Map<number, number>();
  const ids: number[] = [];
  for (let i = 0; i < switches.value; i++) {
    const { value, at } = words.number('the id of a switch', 0, nodes.value - 1);
    if (indexOfSwitch.has(value)) refuse(file, at, `switch ${value} is listed twice`);
    indexOfSwitch.set(value, -1);
    ids.push(value);
  }
  if (switches.value === 0) refuse(file, switches.at, 'a network without switches', 'a host is joined to exactly one switch');
  const hosts = nodes.value - switches.value;
  if (hosts < 2) refuse(file, nodes.at, `${nodes.value} nodes of which ${switches.value} are switches`, 'at least 2 hosts');
  ids.sort((a, b) => a - b).forEach((id, i) => indexOfSwitch.set(id, i));
  const nodeOf = new Int32Array(nodes.value);
  let host = 0;
  for (let id = 0; id < nodes.value; id++) {
    const index = indexOfSwitch.get(id);
    nodeOf[id] = index === undefined ? host++ : hosts + index;
  }
  const cables: GraphCable[] = [];
  const starts: { readonly line: number; readonly column: number }[] = [];
  for (let i = 0; i < links; i++) {
    const a = words.number('a node of a link', 0, nodes.value - 1);
    const b = words.number('a node of a link', 0, nodes.value - 1);
    starts.push(a.at);
    cables.push({ a: nodeOf[a.value]!, b: nodeOf[b.value]!, ...words.link() });
  }
  const [extra] = words.rest;
  if (extra !== undefined) refuse(file, extra, `more than the ${links} links that the first line declares`);
  const spec: GraphSpec = { kind: 'graph', hosts, switches: switches.value, cables, placement: 'packed' };
  const problem = graphProblem(spec);
  if (problem !== null) refuse(file, starts[problem.cable] ?? null, problem.message);
  return { spec, warnings: [] };
}
