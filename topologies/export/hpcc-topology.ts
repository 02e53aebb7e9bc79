import { linkName } from '../../sim/base/link-name.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { ns3Rate, wholeNs } from './ns3-words.ts';

/**
 * A fabric as a topology file of the HPCC family (ns-3), line by line: hosts and switches have their node numbers, cables stand in order,
 * so that ports are numbered alike. Delays are checked before the first line is asked for.
 *
 * @throws ConfigError for a delay that is no whole number of ns
 */
export function hpccTopologyText(topology: Topology): Iterable<string> {
  const { links, linkDelayPs } = topology;
  for (let link = 0; link < links; link += 2) wholeNs('the HPCC topology', { delayPs: linkDelayPs[link]! }, linkName(topology, link));
  return lines(topology);
}

/** Cable i is links 2i and 2i + 1. */
function* lines({ hosts, switches, links, linkFrom, linkTo, linkRateBps, linkDelayPs }: Topology): Generator<string> {
  yield `${hosts + switches} ${switches} ${links / 2}\n`;
  yield `${Array.from({ length: switches }, (_, s) => hosts + s).join(' ')}\n`;
  for (let link = 0; link < links; link += 2) {
    yield `${linkFrom[link]} ${linkTo[link]} ${ns3Rate(linkRateBps[link]!)} ${linkDelayPs[link]! / 1000}ns 0\n`;
  }
}
