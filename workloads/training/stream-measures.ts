import type { Measures, OperationTimes } from '../../sim/base/measures.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import { COMPUTES, GROUPS, type Stream } from './streams.ts';

/** Time of one rank's stream by what it did, in ps: the parts of an iteration. */
interface StreamTimes {
  computePs: number;
  bubblePs: number;
  /** By group, in the order of GROUPS. */
  readonly exposedPs: number[];
}

const PIPELINE = GROUPS.indexOf('pp');

/**
 * Where a rank's time goes (docs/training.md, "Measures"). Each instant of the iteration belongs to the item of its stream that it is in: a
 * compute that runs, or a wait, which begins when the stream comes to it. A wait for a message between stages is bubble until the other
 * stage has posted it. After its last item a rank has nothing to do: bubble.
 */
function streamTimes({ ops, codes }: Stream, schedule: Schedule, { startPs, endPs }: OperationTimes, completionPs: number): StreamTimes {
  const times: StreamTimes = { computePs: 0, bubblePs: 0, exposedPs: GROUPS.map(() => 0) };
  let nowPs = 0;
  ops.forEach((op, i) => {
    const code = codes[i]!;
    if (code === COMPUTES) {
      // Only a rank that begins late is idle here.
      times.bubblePs += startPs[op]! - nowPs;
      times.computePs += endPs[op]! - startPs[op]!;
      nowPs = endPs[op]!;
      return;
    }
    if (endPs[op]! <= nowPs) return;
    if (code === PIPELINE) {
      const postedPs = Math.max(nowPs, startPs[schedule.match[op]!]!);
      times.bubblePs += postedPs - nowPs;
      nowPs = postedPs;
    }
    times.exposedPs[code]! += endPs[op]! - nowPs;
    nowPs = endPs[op]!;
  });
  times.bubblePs += completionPs - nowPs;
  return times;
}

/** Means over the ranks; their sum is the time of the iteration. */
export function streamMeasures(streams: readonly Stream[], schedule: Schedule, times: OperationTimes, completionPs: number): Measures {
  const ofRanks = streams.map((stream) => streamTimes(stream, schedule, times, completionPs));
  const meanUs = (partPs: (rank: StreamTimes) => number): number =>
    ofRanks.reduce((sum, rank) => sum + partPs(rank), 0) / ofRanks.length / 1e6;
  const [tp, cp, ep, pp, dp] = GROUPS.map((_, group) => meanUs(({ exposedPs }) => exposedPs[group]!)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    compute_us: meanUs(({ computePs }) => computePs),
    bubble_us: meanUs(({ bubblePs }) => bubblePs),
    exposed_comm_us: meanUs(({ exposedPs }) => exposedPs.reduce((sum, ps) => sum + ps, 0)),
    exposed_tp_us: tp,
    exposed_cp_us: cp,
    exposed_ep_us: ep,
    exposed_pp_us: pp,
    exposed_dp_us: dp,
  };
}
