import type { CellRecord, Row } from '../rows.ts';
import { groupBy, summarize } from '../statistics.ts';
import type { Axis } from './axes.ts';
import { columnAxis, dimensionAxis } from './axes.ts';
import { describeRow, dimension, idOf, isDetermined } from './dimensions.ts';
import type { Dimension, SweepView } from './dimensions.ts';
import { columnName, formatMeasure, measureOfColumn } from './format.ts';
import type { ChartInput, ChartSpec, OracleName } from './input.ts';

/** A quantity against a swept dimension, with the spread over the seeds, ready to be drawn. */
export interface LineChart {
  /** `completion_time_us-by-workload.size`: the stem of its file name. */
  readonly name: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** The result column that it shows. */
  readonly yColumn: string;
  readonly seriesTitle: string | null;
  readonly seriesLabels: readonly string[];
  /** One for each combination of the values that neither axis nor series shows: the first of `panelCount`. */
  readonly panels: readonly LinePanel[];
  readonly panelCount: number;
  /** The closed form that is drawn as a dashed line beside the points. */
  readonly oracle: OracleName | null;
  /** A level to compare with, in the shown unit. */
  readonly reference: { readonly value: number; readonly label: string } | null;
}

export interface LinePanel {
  /** Empty when there is only one. */
  readonly label: string;
  /** In the order of `seriesLabels`. */
  readonly series: readonly (readonly LinePoint[])[];
}

/** Mean, smallest and largest value over the seeds, in the shown unit. */
export interface LinePoint {
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Of the closed form that the chart asks for; null: it says nothing of these runs. */
  readonly theory: number | null;
  readonly detail: readonly string[];
}

/** Shares of what is lost or late. */
const LOSS_COLUMN = /^(residual_loss|packet_error_rate|packet_loss|loss_\w+|deadline_miss)$/;

/** The charts to draw: those asked for, else completion time and slowdown against each swept dimension. */
export function chartSpecs(input: ChartInput, view: SweepView): readonly ChartSpec[] {
  if (input.charts !== null) return input.charts;
  const axes = view.others.length > 0 ? view.others : view.series === null ? [] : [view.series];
  return axes.flatMap((axis) => {
    const series = axis === view.series ? null : view.series;
    return defaultColumns(input.records).map((y) => ({ x: axis.keys.join('+'), y, series: series?.keys.join('+') ?? null }));
  });
}

/** Of a fabric how long it took; of a wireless run what it carried, lost and delayed. */
const defaultColumns = ([first]: readonly CellRecord[]): readonly string[] =>
  first !== undefined && 'spectral_efficiency' in first.row
    ? ['spectral_efficiency', 'residual_loss', 'goodput_bps', 'psnr_db', 'delay_p95_ms'].filter((column) => first.row[column] !== null)
    : ['completion_time_us', 'slowdown'];

/** The chart of `spec` with at most `maxPanels` panels, or in words why it cannot be drawn. */
export function lineChart(input: ChartInput, view: SweepView, spec: ChartSpec, maxPanels = Infinity): LineChart | string {
  const { records } = input;
  const seriesName = spec.series ?? null;
  const unknown = [spec.x, spec.y, ...(seriesName === null ? [] : [seriesName])].find((name) => !isKnown(name, records));
  if (unknown !== undefined) return `the results have no column "${unknown}"`;
  const drawn = records.filter(({ row }) => typeof row[spec.y] === 'number');
  if (drawn.length === 0) return `no run has a value of ${spec.y}`;

  const xDimension = dimension(records, spec.x.split('+'));
  const seriesDimension = seriesName === null ? null : dimension(records, seriesName.split('+'));
  const shownKeys = [...xDimension.keys, ...(seriesDimension?.keys ?? [])];
  const rest = facetsFirst(heldDimensions(records, view, shownKeys), spec.facet ?? []);

  const measured = drawn.map(({ row }) => row[spec.y] as number);
  const isRare = LOSS_COLUMN.test(spec.y) && measured.some((value) => value > 0);
  // What is lost spans decades: 0 has no place on such an axis, nor has what a closed form says far below what runs can see.
  const means = (): number[] =>
    [...groupBy(drawn, ({ row }) => idOf(input.sweptKeys, row)).values()].map(
      (of) => summarize(of.map(({ row }) => row[spec.y] as number)).mean,
    );
  const shown = isRare ? [...measured, ...means()].filter((value) => value > 0) : measured;
  const floor = isRare ? shown.reduce((a, b) => Math.min(a, b)) / 3 : -Infinity;
  const predicted = spec.oracle === undefined ? [] : closedForms(drawn, spec.oracle, spec.y).filter((value) => value >= floor);
  const { axis: y, unit } = columnAxis(spec.y, [...shown, ...predicted]);
  const x = dimensionAxis(xDimension);
  const seriesValues = seriesDimension?.values ?? [{ id: '', label: '', number: null }];
  const place = placing(x, xDimension, seriesValues.length);
  const panels = [...groupBy(records, ({ row }) => JSON.stringify(rest.map(({ keys }) => idOf(keys, row)))).values()];
  const point = (of: readonly CellRecord[], valueIndex: number, series: number): LinePoint[] => {
    const values = of.map(({ row }) => row[spec.y]).filter((value) => typeof value === 'number');
    if (values.length === 0) return [];
    const { n, mean, min, max, interval } = summarize(values);
    if (y.kind === 'log' && mean <= 0) return [];
    const [least, high] = spec.oracle === undefined || interval === null ? [min, max] : [interval.low, interval.high];
    const closedForm = spec.oracle === undefined ? undefined : of[0]!.theory?.[spec.oracle]?.[spec.y];
    const low = y.kind === 'log' ? Math.max(least, y.domain[0] * unit.factor) : least;
    const theory = typeof closedForm === 'number' && closedForm >= floor ? closedForm / unit.factor : null;
    const show = (value: number): string => formatMeasure(value, measureOfColumn(spec.y));
    const detail = [
      xDimension.values[valueIndex]!.label,
      `mean ${show(mean)} (${n === 1 ? '1 seed' : `${n} seeds`})`,
      ...(n > 1 ? [`smallest ${show(min)}, largest ${show(max)}`] : []),
      ...(interval === null ? [] : [`95 % interval of the mean ${show(interval.low)} to ${show(interval.high)}`]),
      ...(typeof closedForm === 'number' ? [`closed form ${show(closedForm)}`] : []),
      ...(n < of.length ? [`${of.length - n} of ${of.length} runs have no value`] : []),
    ];
    return [{ x: place(valueIndex, series), mean: mean / unit.factor, low: low / unit.factor, high: high / unit.factor, theory, detail }];
  };
  return {
    name: `${spec.y}-by-${spec.x}`,
    title: `${capitalise(columnName(spec.y))} by ${xDimension.title}${spec.oracle === undefined ? '' : ` (dashed: ${spec.oracle})`}`,
    x,
    y,
    yColumn: spec.y,
    seriesTitle: seriesDimension?.title ?? null,
    seriesLabels: seriesValues.map(({ label }) => label),
    panels: panels.slice(0, maxPanels).map((panel) => {
      const bySeries = groupBy(panel, ({ row }) => (seriesDimension === null ? '' : idOf(seriesDimension.keys, row)));
      return {
        label: describeRow(rest, panel[0]!.row),
        series: seriesValues.map((series, s) => {
          const byX = groupBy(bySeries.get(series.id) ?? [], ({ row }) => idOf(xDimension.keys, row));
          return xDimension.values.flatMap(({ id }, i) => point(byX.get(id) ?? [], i, s));
        }),
      };
    }),
    panelCount: panels.length,
    oracle: spec.oracle ?? null,
    reference: spec.y === 'slowdown' ? { value: 1, label: 'the lower bound' } : null,
  };
}

/** The dimensions, less the keys that the chart shows or that those settle. */
function heldDimensions(records: readonly CellRecord[], view: SweepView, shownKeys: readonly string[]): Dimension[] {
  return view.dimensions
    .map(({ keys }) => keys.filter((key) => !shownKeys.includes(key) && !isDetermined(records, key, shownKeys)))
    .filter((keys) => keys.length > 0)
    .map((keys) => dimension(records, keys));
}

/** What a closed form says of a column in these runs. */
const closedForms = (records: readonly CellRecord[], oracle: OracleName, column: string): number[] =>
  records.flatMap(({ theory }) => {
    const value = theory?.[oracle]?.[column];
    return typeof value === 'number' ? [value] : [];
  });

/** The dimensions of the facets first, in their order. */
function facetsFirst(dimensions: readonly Dimension[], facets: readonly string[]): Dimension[] {
  const rank = ({ keys }: Dimension): number => {
    const at = facets.findIndex((facet) => keys.includes(facet));
    return at < 0 ? facets.length : at;
  };
  return dimensions.toSorted((a, b) => rank(a) - rank(b));
}

/** On a category axis the series stand side by side; on a numeric one at the value itself. */
function placing(x: Axis, of: Dimension, seriesCount: number): (valueIndex: number, series: number) => number {
  if (x.kind !== 'category') return (valueIndex) => of.values[valueIndex]!.number!;
  const step = Math.min(0.16, 0.7 / seriesCount);
  return (valueIndex, series) => valueIndex + (series - (seriesCount - 1) / 2) * step;
}

const isKnown = (name: string, records: readonly CellRecord[]): boolean =>
  records.length === 0 || name.split('+').every((key) => records.some(({ row }: { row: Row }) => key in row));

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
