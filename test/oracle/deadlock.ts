import type { Topology } from '../../sim/base/topology.ts';
import type { ClassQueues } from './class-queues.ts';
import type { OutputPort } from './output-port.ts';
import type { Switch } from './switch.ts';

/** An output port of a switch with packets of a class that its neighbour has paused. */
interface Stopped {
  readonly link: number;
  readonly trafficClass: number;
}

/** Whether packets wait at switches, and all of them in paused classes. */
export const packetsWaitBehindPause = (switches: readonly Switch[]): boolean =>
  stoppedPorts(switches).length > 0 && !switches.some(({ ports }) => ports.some(({ queues }) => mayStart(queues)));

const mayStart = (queues: ClassQueues): boolean => queues.all().some(({ packet }) => !queues.isPaused(packet.trafficClass));

/**
 * A cycle of ports that wait for each other (docs/model-switches.md, section 7): the links that they send on, in order; null if
 * there is none.
 */
export function findCycle(topology: Topology, switches: readonly Switch[]): number[] | null {
  const stopped = stoppedPorts(switches);
  const waitsFor = ({ link, trafficClass }: Stopped): Stopped[] => {
    const node = topology.linkTo[link]!;
    if (node < topology.hosts) return [];
    const inPort = topology.linkToPort[link]!;
    return stopped.filter(
      (next) =>
        next.trafficClass === trafficClass &&
        topology.linkFrom[next.link] === node &&
        portOf(switches, topology, next.link)
          .queues.waiting(trafficClass)
          .some((held) => held.inPort === inPort),
    );
  };
  for (const first of stopped) {
    const path = pathTo(first, first, waitsFor, new Set());
    if (path !== null) return path.map(({ link }) => link);
  }
  return null;
}

function stoppedPorts(switches: readonly Switch[]): Stopped[] {
  const found: Stopped[] = [];
  for (const { ports } of switches) {
    for (const { link, queues } of ports) {
      for (let trafficClass = 1; trafficClass < 8; trafficClass++) {
        if (queues.isPaused(trafficClass) && queues.waiting(trafficClass).length > 0) found.push({ link, trafficClass });
      }
    }
  }
  return found;
}

const portOf = (switches: readonly Switch[], topology: Topology, link: number): OutputPort =>
  switches[topology.linkFrom[link]! - topology.hosts]!.ports[topology.linkFromPort[link]!]!;

/** Ports from `at`, included, on the way to `goal`, excluded; null if no way leads there. */
function pathTo(at: Stopped, goal: Stopped, waitsFor: (port: Stopped) => Stopped[], seen: Set<Stopped>): Stopped[] | null {
  seen.add(at);
  for (const next of waitsFor(at)) {
    if (next === goal) return [at];
    if (seen.has(next)) continue;
    const rest = pathTo(next, goal, waitsFor, seen);
    if (rest !== null) return [at, ...rest];
  }
  return null;
}
