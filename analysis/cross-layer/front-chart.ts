import { spanAxis } from '../charts/axes.ts';
import type { Mark, MarkChart, MarkPanel } from '../charts/mark-chart.ts';
import { formatNumber } from '../charts/format.ts';
import { summarize } from '../statistics.ts';
import type { OperatingPoint } from './architectures.ts';
import { meanPoint, paretoFront, type Setting } from './equal-energy.ts';

/** Marks nearer to each other than this share of the panel's width and height share a label. */
const NEAR = 0.06;

/**
 * Quality against energy: every setting of every architecture, a panel an operating point, with the Pareto front of all of them. Null where
 * no operating point has two settings.
 */
export function frontChart(points: readonly OperatingPoint[], maxPanels: number): MarkChart | null {
  const kinds = [...new Set(points.flatMap(({ architectures }) => architectures.map(({ kind }) => kind)))];
  const drawn = points.filter(({ architectures }) => architectures.reduce((sum, { settings }) => sum + settings.length, 0) > 1);
  if (drawn.length === 0) return null;
  return {
    name: 'psnr-by-power',
    title: 'Quality and energy: PSNR by mean power',
    subtitle: 'each setting: mean over the seeds with its 95 % interval; dashed: Pareto front of the means',
    marks: 'points',
    seriesTitle: 'architecture',
    seriesLabels: kinds,
    panels: drawn.slice(0, maxPanels).map((point) => panelOf(point, kinds)),
    panelCount: drawn.length,
  };
}

function panelOf({ label, architectures }: OperatingPoint, kinds: readonly string[]): MarkPanel {
  const own = (kind: string): readonly Setting[] => architectures.find((of) => of.kind === kind)?.settings ?? [];
  const series = kinds.map((kind) => own(kind).map((setting) => markOf(setting, kind)));
  const marks = series.flat();
  const range = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];
  const x = spanAxis('mean power (W)', ...range(marks.map((mark) => mark.x)));
  const y = spanAxis('PSNR (dB)', ...range(marks.flatMap(({ low, high }) => [low, high])));
  const front = paretoFront(marks.map((mark) => ({ powerW: mark.x, quality: mark.y })));
  const labelled: Mark[] = [];
  const isFree = (mark: Mark): boolean =>
    labelled.every((other) => Math.abs(mark.x - other.x) > NEAR * width(x) || Math.abs(mark.y - other.y) > NEAR * width(y));
  const thinned = series.map((of) =>
    of.map((mark) => {
      if (!isFree(mark)) return { ...mark, label: '' };
      labelled.push(mark);
      return mark;
    }),
  );
  return { label, x, y, series: thinned, line: front.map(({ powerW, quality }) => ({ x: powerW, y: quality })) };
}

const width = ({ domain: [low, high] }: { readonly domain: readonly [number, number] }): number => high - low;

function markOf(setting: Setting, kind: string): Mark {
  const { powerW, quality } = meanPoint(setting, [...setting.runs.keys()]);
  const { interval, n } = summarize([...setting.runs.values()].map((run) => run.quality));
  const { low, high } = interval ?? { low: quality, high: quality };
  // The legend tells the architecture: the label says what its setting is.
  const label = setting.label === kind ? '' : setting.label.slice(kind.length + 2);
  const spread = interval === null ? [] : [`95 % interval ${formatNumber(low)} to ${formatNumber(high)} dB`];
  const detail = [setting.label, `PSNR ${formatNumber(quality)} dB, ${formatNumber(powerW)} W (${n} seeds)`, ...spread];
  return { x: powerW, y: quality, low, high, label, detail };
}
