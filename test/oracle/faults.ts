import type { FailureCourse, FailureSpec, Fault } from '../../sim/base/failure-spec.ts';
import { PacketStreams } from '../../sim/base/random.ts';
import type { Topology } from '../../sim/base/topology.ts';

/** A failure with times, and the directed links that it concerns. */
export interface TimedFailure {
  readonly course: FailureCourse;
  readonly links: readonly number[];
}

/** docs/model-failures.md, section 1. */
export const timedFailures = (topology: Topology, failures: readonly FailureSpec[]): TimedFailure[] =>
  failures.flatMap(({ link, course }) => (course === undefined ? [] : [{ course, links: linksNamed(topology, link, course.direction) }]));

/** The lower node of a cable has the smaller number. */
function linksNamed(topology: Topology, name: string, direction: FailureCourse['direction']): number[] {
  const { linkFrom, linkTo, nodeNames } = topology;
  const [lower, upper, place] = name.split('-');
  const all = Array.from({ length: topology.links }, (_, link) => link);
  const nameOf = (link: number, end: Int32Array): string => nodeNames[end[link]!]!;
  let ups = all.filter((link) => linkFrom[link]! < linkTo[link]!);
  if (upper === undefined) ups = ups.filter((link) => nameOf(link, linkFrom) === lower || nameOf(link, linkTo) === lower);
  else ups = ups.filter((link) => nameOf(link, linkFrom) === lower && nameOf(link, linkTo) === upper);
  if (place !== undefined) ups = [ups[Number(place)]!];
  const downs = ups.map((link) => topology.linkReverse[link]!);
  if (direction === 'up') return ups;
  return direction === 'down' ? downs : [...ups, ...downs];
}

/** Whether an entry has its links down at an instant of [fromPs, toPs). */
export function isDownWithin({ atPs, untilPs, fault }: FailureCourse, fromPs: number, toPs: number): boolean {
  const meets = (start: number, end: number): boolean => start < toPs && end > fromPs && start < end;
  if (fault.kind === 'down') return meets(atPs, untilPs);
  if (fault.kind !== 'flap') return false;
  const period = fault.downPs + fault.upPs;
  for (let k = Math.max(0, Math.floor((fromPs - atPs) / period) - 1); atPs + k * period < toPs; k++) {
    if (meets(atPs + k * period, Math.min(atPs + k * period + fault.downPs, untilPs))) return true;
  }
  return false;
}

/** docs/model-failures.md, sections 2 and 3: what each directed link does at an instant. */
export class Faults {
  readonly #topology: Topology;
  readonly #ofLink: FailureCourse[][];
  readonly #lossStream: PacketStreams;

  constructor(topology: Topology, failures: readonly FailureSpec[], seed: number) {
    this.#topology = topology;
    this.#ofLink = Array.from({ length: topology.links }, () => []);
    for (const { course, links } of timedFailures(topology, failures)) for (const link of links) this.#ofLink[link]!.push(course);
    this.#lossStream = new PacketStreams(seed, 'loss', topology.links);
  }

  /** By which the rate of a link is multiplied. */
  factor(link: number, timePs: number): number {
    if (this.#ofLink[link]!.length === 0) return 1;
    const rateBps = this.#topology.linkRateBps[link]!;
    const factors = this.#inForce(link, timePs).flatMap((fault) => {
      if (fault.kind === 'rate') return [fault.rateBps / rateBps];
      return fault.kind === 'rate-factor' ? [fault.factor] : [];
    });
    return factors.length === 0 ? 1 : Math.min(...factors);
  }

  /** Serialisation time of a packet that starts at `timePs`. */
  transmissionPs(link: number, bytes: number, timePs: number): number {
    return Math.max(1, Math.round((bytes * 8e12) / (this.#topology.linkRateBps[link]! * this.factor(link, timePs))));
  }

  /** Whether a packet that starts at `startPs` and would arrive at `arrivalPs` is lost; draws where chance decides. */
  loses(link: number, bytes: number, startPs: number, arrivalPs: number): boolean {
    if (this.#ofLink[link]!.length === 0) return false;
    if (this.#ofLink[link]!.some((course) => isDownWithin(course, startPs, arrivalPs))) return true;
    let logKeptPacket = 0;
    let logKeptBit = 0;
    for (const fault of this.#inForce(link, startPs)) {
      if (fault.kind === 'loss') logKeptPacket += Math.log1p(-fault.probability);
      if (fault.kind === 'bit-error') logKeptBit += Math.log1p(-fault.probability);
    }
    const probability = -Math.expm1(logKeptPacket + 8 * bytes * logKeptBit);
    return probability > 0 && (this.#lossStream.next(link) >>> 0) / 2 ** 32 < probability;
  }

  #inForce(link: number, timePs: number): Fault[] {
    return this.#ofLink[link]!.filter(({ atPs, untilPs }) => atPs <= timePs && timePs < untilPs).map(({ fault }) => fault);
  }
}
