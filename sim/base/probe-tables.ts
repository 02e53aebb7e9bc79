/** The changes of one measure at the instants of the samples, by time and then by place: entry i says that from then on it has this value. */
export interface ProbeSeries {
  readonly timePs: Float64Array;
  /** A link, or a host. */
  readonly place: Uint32Array;
  readonly value: Float64Array;
}

/** What probes have recorded (docs/probes.md). null: not asked for. Every value is 0 before its first change. */
export interface ProbeTables {
  readonly everyPs: number;
  /** By link: bytes at its output port, at ports of switches. */
  readonly queueBytes: ProbeSeries | null;
  /** By link: part of what it could carry in the interval that ends there. */
  readonly utilisation: ProbeSeries | null;
  /** By link: time in the interval for which some class was paused, and PAUSE frames that came to stop it. */
  readonly pausedPs: ProbeSeries | null;
  readonly pauses: ProbeSeries | null;
  /** By host: most packets held above a gap, of one flow. */
  readonly reorderPackets: ProbeSeries | null;
}

/** Joins what the partitions of one run have recorded: every place belongs to one of them. */
export function joinProbeTables(a: ProbeTables, b: ProbeTables): ProbeTables {
  const joined = (x: ProbeSeries | null, y: ProbeSeries | null): ProbeSeries | null => (x === null || y === null ? null : merge(x, y));
  return {
    everyPs: a.everyPs,
    queueBytes: joined(a.queueBytes, b.queueBytes),
    utilisation: joined(a.utilisation, b.utilisation),
    pausedPs: joined(a.pausedPs, b.pausedPs),
    pauses: joined(a.pauses, b.pauses),
    reorderPackets: joined(a.reorderPackets, b.reorderPackets),
  };
}

function merge(a: ProbeSeries, b: ProbeSeries): ProbeSeries {
  const length = a.timePs.length + b.timePs.length;
  const timePs = new Float64Array(length);
  const place = new Uint32Array(length);
  const value = new Float64Array(length);
  let inA = 0;
  let inB = 0;
  for (let at = 0; at < length; at++) {
    const isA = inB === b.timePs.length || (inA < a.timePs.length && isBefore(a, inA, b, inB));
    const from = isA ? a : b;
    const index = isA ? inA++ : inB++;
    timePs[at] = from.timePs[index]!;
    place[at] = from.place[index]!;
    value[at] = from.value[index]!;
  }
  return { timePs, place, value };
}

function isBefore(a: ProbeSeries, inA: number, b: ProbeSeries, inB: number): boolean {
  const differencePs = a.timePs[inA]! - b.timePs[inB]!;
  return differencePs < 0 || (differencePs === 0 && a.place[inA]! < b.place[inB]!);
}
