import type { ProbeSeries, ProbeTables } from '../sim/base/probe-tables.ts';

/** What the charts show of probes: the busiest links over time. */
export interface ProbeLines {
  readonly queueBytes: readonly ProbeLine[];
  readonly utilisation: readonly ProbeLine[];
}

/** One link over time. A point stands for the stretch of time that ends there: the largest queue in it, or the mean utilisation. */
export interface ProbeLine {
  readonly link: string;
  readonly timesUs: readonly number[];
  readonly values: readonly number[];
}

/** Lines of a chart; more cannot be told apart. */
const LINES = 6;
/** Points of a line: more than the pixels of a chart's width show. */
const POINTS = 400;

/**
 * The links with the longest queues, and those that carried most, each first.
 *
 * @param nameOf name of a link
 */
export function probeLines({ everyPs, queueBytes, utilisation }: ProbeTables, nameOf: (link: number) => string): ProbeLines {
  const sampleOf = (timePs: number): number => Math.round(timePs / everyPs);
  const samples = Math.max(sampleOf(lastPs(queueBytes)), sampleOf(lastPs(utilisation)));
  const stretch = Math.max(1, Math.ceil(samples / POINTS));
  const points = Math.ceil(samples / stretch);
  const timesUs = Array.from({ length: points }, (_, i) => ((i + 1) * stretch * everyPs) / 1e6);

  const lines = (
    series: ProbeSeries | null,
    weightOf: Weight,
    add: (before: number, value: number, samples: number) => number,
  ): ProbeLine[] => {
    if (series === null) return [];
    const weights = new Map<number, number>();
    const spans = (): Generator<Span> => spansOf(series, sampleOf, samples);
    for (const span of spans()) weights.set(span.link, weightOf(weights.get(span.link) ?? 0, span));
    const busiest = [...weights.keys()].sort((a, b) => weights.get(b)! - weights.get(a)! || a - b).slice(0, LINES);
    const valuesOf = new Map(busiest.map((link) => [link, new Float64Array(points)]));
    for (const { link, first, last, value } of spans()) {
      const values = valuesOf.get(link);
      if (values === undefined) continue;
      for (let i = Math.floor((first - 1) / stretch); i <= Math.floor((last - 1) / stretch); i++) {
        values[i] = add(values[i]!, value, Math.min(last, (i + 1) * stretch) - Math.max(first - 1, i * stretch));
      }
    }
    return busiest.map((link) => ({ link: nameOf(link), timesUs, values: Array.from(valuesOf.get(link)!, short) }));
  };
  return {
    queueBytes: lines(
      queueBytes,
      (most, { value }) => Math.max(most, value),
      (most, value) => Math.max(most, value),
    ),
    utilisation: lines(
      utilisation,
      (sum, { first, last, value }) => sum + value * (last - first + 1),
      (mean, value, count) => mean + (value * count) / stretch,
    ),
  };
}

/** Samples `first` to `last` in which a link has the same value, which is not 0. */
interface Span {
  readonly link: number;
  readonly first: number;
  readonly last: number;
  readonly value: number;
}

/** How busy a link is, with one more span of it. */
type Weight = (before: number, span: Span) => number;

/** The spans of all links; a value that does not change any more holds up to sample `lastSample`. */
function* spansOf({ timePs, place, value }: ProbeSeries, sampleOf: (timePs: number) => number, lastSample: number): Generator<Span> {
  const open = new Map<number, { readonly first: number; readonly value: number }>();
  for (let i = 0; i < place.length; i++) {
    const link = place[i]!;
    const first = sampleOf(timePs[i]!);
    const before = open.get(link);
    if (before !== undefined) yield { link, first: before.first, last: first - 1, value: before.value };
    if (value[i]! > 0) open.set(link, { first, value: value[i]! });
    else open.delete(link);
  }
  for (const [link, { first, value: held }] of open) yield { link, first, last: lastSample, value: held };
}

const lastPs = (series: ProbeSeries | null): number => series?.timePs.at(-1) ?? 0;

/** Six digits: more than a chart shows. */
const short = (value: number): number => Number(value.toPrecision(6));
