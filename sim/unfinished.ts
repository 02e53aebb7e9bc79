import { cableName } from './base/failed-links.ts';
import { formatQuantity } from './base/quantity.ts';
import { torNode, type Topology } from './base/topology.ts';
import type { OpenFlow } from './fabric/open-flows.ts';
import { describeCycle, pauseCycle } from './deadlock.ts';
import { LinkTimeline } from './fabric/link-timeline.ts';
import type { PartialRun } from './partial-run.ts';
import type { Prepared } from './prepare.ts';
import { buildTopology } from '../topologies/build-topology.ts';

/** Why a run has not finished, for a person: what ended it, and for a few flows what keeps them (docs/model-failures.md 7). */
export function unfinishedReason(prepared: Prepared, run: PartialRun): string {
  const { count, first } = run.openFlows;
  if (count === 0) return endOf(prepared, run);
  const explain = explainer(prepared, run);
  const flows = first.map((open) => explain(open)).join('; ');
  const more = count > first.length ? `; and ${count - first.length} more` : '';
  return `${endOf(prepared, run)}. Open ${count === 1 ? 'flow' : 'flows'}: ${flows}${more}`;
}

function endOf({ scenario, schedule, topology }: Prepared, run: PartialRun): string {
  const what = `${schedule.ops - run.opsEnded} of ${schedule.ops} operations had not ended`;
  if (run.wasStopped) return `stopped at ${run.timePs / 1e6} us: ${what}`;
  if (run.isDeadlocked) {
    const cycle = describeCycle(pauseCycle(run.pauseEdges), topology);
    return `${what} at ${run.timePs / 1e6} us in a deadlock: ${run.waitingPaused} packets wait behind pauses that wait for each other (${cycle})`;
  }
  if (run.isCutOff) return `${what} at ${run.timePs / 1e6} us, and what they wait for can never arrive`;
  if (run.isIdle) return `${what} and nothing was left to happen: packets were lost without recovery, or operations wait for each other`;
  if (run.hadEnoughPackets) return `${what} at ${run.timePs / 1e6} us, when stop.packets (${scenario.stopPackets}) was reached`;
  return `${what} at stop.at (${scenario.stopAtPs / 1e6} us)`;
}

/** Says of an open flow who sends what, and what keeps it at the end of the run, if that is known. */
function explainer(
  { scenario, topology, routes, plan, schedule, jobs, jobOfFlow }: Prepared,
  { timePs }: PartialRun,
): (open: OpenFlow) => string {
  const { nodeNames, torOfHost, tors } = topology;
  const timeline = new LinkTimeline(topology, scenario.failures, scenario.seed);
  const end = Float64Array.of(timePs);
  const { linkReverse, linkTo } = topology;
  const isSilent = (link: number): boolean => timeline.isDownDuring(link, end, 0, 0);
  const isDown = (link: number): boolean => isSilent(link) || isSilent(linkReverse[link]!);
  const isDead = (link: number): boolean => isSilent(link) && isSilent(linkReverse[link]!);
  const isLossy = (link: number): boolean => timeline.isLossy(link, end, 0) || timeline.isLossy(linkReverse[link]!, end, 0);
  /** Of a cable that is down: its name, and where to, if it is one way. */
  const towards = (link: number): string =>
    isDead(link) ? '' : ` towards ${nodeNames[linkTo[isSilent(link) ? link : linkReverse[link]!]!]!}`;
  const cablesThat = (are: (link: number) => boolean): number[] => {
    const cables: number[] = [];
    for (let link = 0; link < topology.links; link += 2) if (topology.linkUp[link] === 1 && are(link)) cables.push(link);
    return cables;
  };
  const left = whatIsLeft(scenario, topology, schedule.ranks, cablesThat(isDown));
  const leftOneWay = whatIsLeft(scenario, topology, schedule.ranks, cablesThat(isDead));
  const isWithdrawn = (link: number): boolean =>
    routes !== null && routes.routings[routes.routingOf[routes.at(end, 0)]!]!.linkUp[link] === 0;

  const linksOfPath = (src: number, dst: number, path: number): Int32Array => {
    const { ids, links, linkOffset } = topology.pathsBetween(src, dst);
    const i = ids.indexOf(path);
    return links.subarray(linkOffset[i]!, linkOffset[i + 1]!);
  };
  const why = (flow: number, path: number): string | null => {
    const ends = [plan.srcHost[flow]!, plan.dstHost[flow]!];
    const hostLinks = ends.map((host) => topology.portLink[topology.portOffset[host]!]!);
    const cut = hostLinks.find(isDown);
    if (cut !== undefined) return `the link ${cableName(topology, cut)} is down${towards(cut)}`;
    const [src, dst] = ends.map((host) => torOfHost[host]!) as [number, number];
    const ofPair = src === dst ? [] : [...topology.pathsBetween(src, dst).links];
    if (src !== dst && left.nextHopSet[src * tors + dst]! < 0) {
      const noPath = `no path from ${nodeNames[torNode(topology, src)]!} to ${nodeNames[torNode(topology, dst)]!}`;
      if (leftOneWay.nextHopSet[src * tors + dst]! < 0) return noPath;
      const half = ofPair.find((link) => isDown(link) && !isDead(link))!;
      return `${noPath} that works both ways (${cableName(topology, half)} is down${towards(half)})`;
    }
    const inUse = path >= 0 ? [...linksOfPath(src, dst, path)] : ofPair;
    if (path >= 0) {
      const dead = inUse.find(isDown);
      if (dead !== undefined) return `its path is dead (${cableName(topology, dead)}${towards(dead)})`;
    } else {
      const hole = inUse.find((link) => isDown(link) && !isWithdrawn(link));
      if (hole !== undefined) return `${cableName(topology, hole)} is down${towards(hole)}, and the switches still use it`;
    }
    if (jobs[jobOfFlow[flow]!]!.transport.recovery === 'none') return 'nothing recovers packets that are lost';
    const leak = [...hostLinks, ...inUse].find(isLossy);
    if (leak === undefined) return null;
    return hostLinks.includes(leak) ? `the link ${cableName(topology, leak)} loses packets` : `${cableName(topology, leak)} loses packets`;
  };
  return ({ flow, path }) => {
    const from = nodeNames[plan.srcHost[flow]!]!;
    const to = nodeNames[plan.dstHost[flow]!]!;
    const reason = why(flow, path);
    return `${from} -> ${to}, ${formatQuantity(plan.bytes[flow]!, 'bytes')}${reason === null ? '' : `: ${reason}`}`;
  };
}

/** The fabric without the cables that are down. */
function whatIsLeft(scenario: Prepared['scenario'], topology: Topology, ranks: number, downCables: readonly number[]): Topology {
  if (downCables.length === 0) return topology;
  const dead = scenario.failures.filter(({ course }) => course === undefined);
  const cut = downCables.map((link) => ({ link: cableName(topology, link) }));
  return buildTopology(scenario.topology, [...dead, ...cut], ranks, scenario.seed);
}
