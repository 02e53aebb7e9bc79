import { ConfigError } from '../base/errors.ts';
import type { FailureSpec } from '../base/failure-spec.ts';
import { isDownFault } from '../base/failure-spec.ts';
import { downSpans, timedFailures } from '../base/failed-links.ts';
import type { Topology } from '../base/topology.ts';

/** Most different sets of next hops of one run: each of them is built, and kept. */
export const MAX_ROUTINGS = 256;

/** Builds the fabric without the links and switches of these names, down to its next hops. */
export type BuildWithout = (names: readonly string[]) => Topology;

/**
 * The routing of a run over time (docs/model-failures.md 5): an epoch begins wherever the set of withdrawn cables changes. Epochs with the same
 * set have the same routing, so that a link that flaps needs two of them.
 */
export class RouteEpochs {
  /** Beginnings of the epochs, ascending; the first is 0. */
  readonly times: Float64Array;
  /** Which of `routings` each epoch has. */
  readonly routingOf: Int32Array;
  /** The fabric with the next hops and live links of each set of withdrawn cables; all else is that of the whole fabric. */
  readonly routings: readonly Topology[];

  private constructor(times: Float64Array, routingOf: Int32Array, routings: readonly Topology[]) {
    this.times = times;
    this.routingOf = routingOf;
    this.routings = routings;
  }

  /**
   * @param topology without the failures that have a course
   * @returns null when the routing never changes
   * @throws ConfigError when a failure names no link, or the failures overlap in too many ways
   */
  static of(topology: Topology, failures: readonly FailureSpec[], buildWithout: BuildWithout): RouteEpochs | null {
    const changes = withdrawals(topology, failures);
    if (changes.length === 0) return null;
    const active = new Set<Withdrawal>();
    const times = [0];
    const routingOf = [0];
    const routings = [topology];
    const known = new Map([['', 0]]);
    for (let i = 0; i < changes.length;) {
      const atPs = changes[i]!.atPs;
      for (; i < changes.length && changes[i]!.atPs === atPs; i++) {
        const { withdrawal, isBack } = changes[i]!;
        if (isBack) active.delete(withdrawal);
        else active.add(withdrawal);
      }
      const key = cablesOf(active);
      let routing = known.get(key);
      if (routing === undefined) {
        if (known.size === MAX_ROUTINGS) throw tooMany();
        routing = routings.length;
        known.set(key, routing);
        routings.push(routed(topology, buildWithout([...active].map(({ name }) => name))));
      }
      if (atPs === 0) routingOf[0] = routing;
      else if (routing !== routingOf.at(-1)) {
        times.push(atPs);
        routingOf.push(routing);
      }
    }
    return new RouteEpochs(Float64Array.from(times), Int32Array.from(routingOf), routings);
  }

  /** The epoch of times[at]: the last one that has begun by then. */
  at(times: Float64Array, at: number): number {
    const begins = this.times;
    let low = 0;
    let high = begins.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (begins[middle]! <= times[at]!) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** The cables of one failure, when they are withdrawn. */
interface Withdrawal {
  readonly name: string;
  readonly cables: readonly number[];
}

interface Change {
  readonly atPs: number;
  readonly withdrawal: Withdrawal;
  readonly isBack: boolean;
}

/** What the routing learns, in order of time. A failure's own spans do not touch. */
function withdrawals(topology: Topology, failures: readonly FailureSpec[]): Change[] {
  const named = failures.filter(({ course }) => course !== undefined);
  const changes: Change[] = [];
  timedFailures(topology, failures).forEach(({ course, links }, i) => {
    const { fault } = course;
    if (!isDownFault(fault) || fault.convergePs === Infinity) return;
    const withdrawal = { name: named[i]!.link, cables: [...new Set(links.map((link) => link >> 1))] };
    const spans = downSpans(course);
    for (let k = 0; k < spans.length; k++) {
      const atPs = spans[k]! + fault.convergePs;
      if (atPs < Infinity) changes.push({ atPs, withdrawal, isBack: k % 2 === 1 });
    }
  });
  return changes.sort((a, b) => a.atPs - b.atPs);
}

function cablesOf(active: ReadonlySet<Withdrawal>): string {
  const cables = new Set<number>();
  for (const withdrawal of active) for (const cable of withdrawal.cables) cables.add(cable);
  return [...cables].sort((a, b) => a - b).join(',');
}

const tooMany = (): ConfigError =>
  new ConfigError('E136', `the failures overlap in more than ${MAX_ROUTINGS} ways, each with a routing of its own`, {
    where: { path: 'failures' },
    hint: 'fewer links that flap independently, or converge: never',
  });

/** The whole fabric with the next hops of a part of it. */
function routed(whole: Topology, { linkUp, nextHopSet, setOffset, setPort }: Topology): Topology {
  return { ...whole, linkUp, nextHopSet, setOffset, setPort };
}
