import type { Schedule } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { idealLoads } from './ideal-loads.ts';

/** Loads of the fabric links against those of perfect spraying. */
export interface LoadComparison {
  /** Of each directed link over the whole Schedule; 0 on host links. */
  readonly idealLinkLoadBytes: Float64Array;
  /** The largest load of a fabric link, and the largest under perfect spraying. */
  readonly maxLinkLoadBytes: number;
  readonly maxIdealLinkLoadBytes: number;
  readonly congestionRatio: number;
  /** The largest ratio of one phase; 1 if nothing crosses the fabric. */
  readonly worstPhaseCongestionRatio: number;
  /** Ratio of each phase of the Schedule. */
  readonly phaseCongestionRatio: Float64Array;
}

/** Bytes on a link. */
type LoadOf = (link: number) => number;

/**
 * Compares loads with perfect spraying, in total and phase by phase.
 *
 * @param loadOfPhase called once a phase, ascending; its loads are read before the next call
 * @param loadOfSchedule called once, after the last phase
 */
export function compareWithIdeal(
  topology: Topology,
  schedule: Schedule,
  loadOfPhase: (phase: number) => LoadOf,
  loadOfSchedule: () => LoadOf,
): LoadComparison {
  const congestion = new Congestion(topology);
  const phaseCongestionRatio = new Float64Array(schedule.phaseNames.length).fill(1);
  const ideal = idealLoads(topology, schedule, (phase, loads) => {
    phaseCongestionRatio[phase] = congestion.ratio(loadOfPhase(phase), (link) => loads.bytes(link));
  });
  const loadOf = loadOfSchedule();
  const idealOf: LoadOf = (link) => ideal.bytes(link);
  return {
    idealLinkLoadBytes: ideal.all(),
    maxLinkLoadBytes: congestion.max(loadOf),
    maxIdealLinkLoadBytes: congestion.max(idealOf),
    congestionRatio: congestion.ratio(loadOf, idealOf),
    worstPhaseCongestionRatio: phaseCongestionRatio.reduce((worst, ratio) => Math.max(worst, ratio), phaseCongestionRatio[0] ?? 1),
    phaseCongestionRatio,
  };
}

/** The rule by which loads become a congestion ratio (design: Results). */
class Congestion {
  readonly #links: Int32Array;
  readonly #rateBps: Float64Array;
  readonly #sameCapacity: boolean;

  constructor(topology: Topology) {
    const fabric: number[] = [];
    for (let link = 0; link < topology.links; link++) if (topology.linkIsFabric[link] === 1) fabric.push(link);
    const live = fabric.filter((link) => topology.linkUp[link] === 1);
    this.#links = Int32Array.from(fabric);
    this.#rateBps = topology.linkRateBps;
    this.#sameCapacity = live.every((link) => topology.linkRateBps[link] === topology.linkRateBps[live[0]!]);
  }

  /** Largest value of a fabric link. */
  max(of: LoadOf): number {
    let max = 0;
    for (const link of this.#links) max = Math.max(max, of(link));
    return max;
  }

  /**
   * How much fuller than under perfect spraying the fullest fabric link is: the ratio of the largest loads where all live fabric
   * links have one capacity, else of the largest load / capacity; 1 where nothing crosses the fabric.
   */
  ratio(loadOf: LoadOf, idealOf: LoadOf): number {
    const weigh = (of: LoadOf): LoadOf => (this.#sameCapacity ? of : (link) => of(link) / this.#rateBps[link]!);
    const ideal = this.max(weigh(idealOf));
    return ideal === 0 ? 1 : this.max(weigh(loadOf)) / ideal;
  }
}
