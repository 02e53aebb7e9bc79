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
  const isDown = (link: number): boolean =>
    timeline.isDownDuring(link, end, 0, 0) || timeline.isDownDuring(topology.linkReverse[link]!, end, 0, 0);
  const downCables: number[] = [];
  for (let link = 0; link < topology.links; link += 2) if (topology.linkUp[link] === 1 && isDown(link)) downCables.push(link);
  const isWithdrawn = (link: number): boolean =>
    routes !== null && routes.routings[routes.routingOf[routes.at(end, 0)]!]!.linkUp[link] === 0;
  const left = whatIsLeft(scenario, topology, schedule.ranks, downCables);

  const linksOfPath = (src: number, dst: number, path: number): Int32Array => {
    const { ids, links, linkOffset } = topology.pathsBetween(src, dst);
    const i = ids.indexOf(path);
    return links.subarray(linkOffset[i]!, linkOffset[i + 1]!);
  };
  const why = (flow: number, path: number): string | null => {
    const ends = [plan.srcHost[flow]!, plan.dstHost[flow]!];
    const cut = ends.map((host) => topology.portLink[topology.portOffset[host]!]!).find(isDown);
    if (cut !== undefined) return `the link ${cableName(topology, cut)} is down`;
    const [src, dst] = ends.map((host) => torOfHost[host]!) as [number, number];
    if (src !== dst) {
      if (left.nextHopSet[src * tors + dst]! < 0) {
        return `no path from ${nodeNames[torNode(topology, src)]!} to ${nodeNames[torNode(topology, dst)]!}`;
      }
      if (path >= 0) {
        const dead = linksOfPath(src, dst, path).find(isDown);
        if (dead !== undefined) return `its path is dead (${cableName(topology, dead)})`;
      } else {
        const hole = topology.pathsBetween(src, dst).links.find((link) => isDown(link) && !isWithdrawn(link));
        if (hole !== undefined) return `${cableName(topology, hole)} is down, and the switches still use it`;
      }
    }
    return jobs[jobOfFlow[flow]!]!.transport.recovery === 'none' ? 'nothing recovers packets that are lost' : null;
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
