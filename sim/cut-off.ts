import type { FailureSpec } from './base/failure-spec.ts';
import { cableName, timedFailures } from './base/failed-links.ts';
import type { Scenario } from './base/scenario.ts';
import type { Topology } from './base/topology.ts';
import { buildTopology } from '../topologies/build-topology.ts';
import type { CutOff } from './fabric/schedule-runner.ts';

/**
 * The pairs of hosts that links which go down for good leave without a way: what they have to say to each other never arrives. A run that
 * waits for nothing else can end (docs/model-failures.md 7).
 *
 * @returns null if nothing goes down for good
 */
export function cutOffForGood(scenario: Scenario, topology: Topology): CutOff | null {
  const isGone = new Uint8Array(topology.links);
  let fromPs = 0;
  for (const { course, links } of timedFailures(topology, scenario.failures)) {
    if (course.fault.kind !== 'down' || course.untilPs < Infinity) continue;
    fromPs = Math.max(fromPs, course.atPs);
    for (const link of links) isGone[link] = 1;
  }
  if (!isGone.includes(1)) return null;
  const { tors, torOfHost, portOffset, portLink, linkReverse } = topology;
  const { nextHopSet } = whatRemains(scenario, topology, isGone);
  const isSilent = (host: number): boolean => {
    const link = portLink[portOffset[host]!]!;
    return isGone[link] === 1 || isGone[linkReverse[link]!] === 1;
  };
  return {
    fromPs,
    isCutOff: (src, dst) => {
      if (isSilent(src) || isSilent(dst)) return true;
      const [from, to] = [torOfHost[src]!, torOfHost[dst]!];
      return from !== to && nextHopSet[from * tors + to]! < 0;
    },
  };
}

/** The fabric without the cables of which both directions are gone: over any other one an answer or a packet may still find its way. */
function whatRemains(scenario: Scenario, topology: Topology, isGone: Uint8Array): Topology {
  const dead: FailureSpec[] = scenario.failures.filter(({ course }) => course === undefined);
  for (let link = 0; link < topology.links; link += 2) {
    if (isGone[link] === 1 && isGone[link + 1] === 1) dead.push({ link: cableName(topology, link) });
  }
  return buildTopology(scenario.topology, dead, topology.hostOfRank.length, scenario.seed);
}
