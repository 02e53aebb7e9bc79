import { ConfigError } from './errors.ts';
import type { FailureCourse, FailureSpec } from './failure-spec.ts';
import { isDownFault } from './failure-spec.ts';
import type { Topology } from './topology.ts';

/** Which links a failure is about, and when: [from, until) spans of time. Shared by the ports and the routing. */

/** A failure that is not there from start to end, with the directed links that it concerns. */
export interface TimedFailure {
  readonly course: FailureCourse;
  /** Ascending. */
  readonly links: readonly number[];
}

/** The failures that have a course, in the order of the Scenario. */
export function timedFailures(topology: Topology, failures: readonly FailureSpec[]): TimedFailure[] {
  return failures.flatMap(({ link, course }) =>
    course === undefined ? [] : [{ course, links: linksNamed(topology, link, course.direction, 'failures') }],
  );
}

/**
 * Directed links with a name (sim/base/failure-spec.ts). The lower node of a cable is the one its even link comes from.
 *
 * @param key of the config that has the name, for the message
 * @throws ConfigError when there are none
 */
export function linksNamed(topology: Topology, name: string, direction: FailureCourse['direction'], key: string): number[] {
  const { linkFrom, linkTo, nodeNames } = topology;
  const [lowerName = '', upperName, place] = name.split('-');
  const lower = nodeNames.indexOf(lowerName);
  const upper = upperName === undefined ? -1 : nodeNames.indexOf(upperName);
  let cables: number[] = [];
  for (let link = 0; link < topology.links; link += 2) {
    const from = linkFrom[link]!;
    const to = linkTo[link]!;
    if (upperName === undefined ? from === lower || to === lower : from === lower && to === upper) cables.push(link);
  }
  if (place !== undefined) cables = cables.slice(Number(place), Number(place) + 1);
  if (lower < topology.hosts && upperName === undefined) cables = [];
  if (cables.length === 0) {
    throw new ConfigError('E131', `no link or switch "${name}" in this fabric`, { where: { path: key } });
  }
  switch (direction) {
    case 'up':
      return cables;
    case 'down':
      return cables.map((link) => link + 1);
    case 'both':
      return cables.flatMap((link) => [link, link + 1]);
  }
}

/** The name of the cable of a link: its nodes, the lower one first, and its place where there are several. */
export function cableName({ linkFrom, linkTo, nodeNames, portOffset, portLink }: Topology, link: number): string {
  const cable = link & ~1;
  const lower = linkFrom[cable]!;
  const upper = linkTo[cable]!;
  const bundle = [...portLink.subarray(portOffset[lower]!, portOffset[lower + 1]!)].filter((other) => linkTo[other] === upper);
  const name = `${nodeNames[lower]!}-${nodeNames[upper]!}`;
  return bundle.length === 1 ? name : `${name}-${bundle.indexOf(cable)}`;
}

/**
 * The failures that leave a link dead from the start to the end, known to all or not, as failures without course.
 *
 * @returns null if each of them has none anyway
 */
export function deadThroughout(failures: readonly FailureSpec[]): FailureSpec[] | null {
  const isDead = ({ course }: FailureSpec): boolean =>
    course === undefined ||
    (course.atPs === 0 && course.untilPs === Infinity && course.direction === 'both' && course.fault.kind === 'down');
  const dead = failures.filter(isDead);
  return dead.some(({ course }) => course !== undefined) ? dead.map(({ link }) => ({ link })) : null;
}

/** Most times that one flapping failure may go down. */
export const MAX_FLAPS = 10_000;

/** How often a failure takes its links down; 0: never. */
export function downCount({ atPs, untilPs, fault }: FailureCourse): number {
  if (!isDownFault(fault)) return 0;
  return fault.kind === 'down' ? 1 : Math.ceil((untilPs - atPs) / (fault.downPs + fault.upPs));
}

/**
 * The spans [from, until) in which a failure has its links down, in order, as from, until, from, ...
 *
 * @throws ConfigError when it flaps more than MAX_FLAPS times
 */
export function downSpans(course: FailureCourse): Float64Array {
  const { atPs, untilPs, fault } = course;
  const count = downCount(course);
  if (count > MAX_FLAPS) {
    throw new ConfigError('E135', `a link that flaps ${count} times`, {
      where: { path: 'failures' },
      hint: `at most ${MAX_FLAPS} times: a longer period, or an earlier until`,
    });
  }
  const spans = new Float64Array(2 * count);
  for (let k = 0; k < count; k++) {
    const fromPs = fault.kind === 'flap' ? atPs + k * (fault.downPs + fault.upPs) : atPs;
    spans[2 * k] = fromPs;
    spans[2 * k + 1] = fault.kind === 'flap' ? Math.min(fromPs + fault.downPs, untilPs) : untilPs;
  }
  return spans;
}
