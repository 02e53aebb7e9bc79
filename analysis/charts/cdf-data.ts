import type { CellRecord } from '../rows.ts';
import { groupBy } from '../statistics.ts';
import type { Axis } from './axes.ts';
import { valueAxis } from './axes.ts';
import { describeRow, idOf } from './dimensions.ts';
import type { SweepView } from './dimensions.ts';
import { displayUnit } from './format.ts';

/** Distributions of the flow completion times, one panel a combination of the other swept values. */
export interface CdfChart {
  readonly title: string;
  readonly y: Axis;
  readonly seriesTitle: string | null;
  readonly seriesLabels: readonly string[];
  /** The first of `panelCount`. */
  readonly panels: readonly CdfPanel[];
  readonly panelCount: number;
}

/** Each panel has its own axis of time: shapes are compared inside a panel, and scenarios may differ by decades. */
export interface CdfPanel {
  readonly label: string;
  readonly x: Axis;
  /** Of the times. */
  readonly unit: string;
  /** In the order of `seriesLabels`. */
  readonly series: readonly CdfSeries[];
}

/** One distribution: `times[i]` is the time within which `shares[i]` percent of the flows ended; empty if no run has flow times. */
export interface CdfSeries {
  readonly times: readonly number[];
  readonly shares: readonly number[];
  readonly detail: string;
}

/**
 * Every percentile, averaged over the seeds, of the first `maxPanels` panels; null if no run knows its flow times. Looks once at the flow
 * times of each run that is drawn: they may have to be read from somewhere.
 */
export function cdfChart(records: readonly CellRecord[], view: SweepView, maxPanels = Infinity): CdfChart | null {
  // Runs with a mean have percentiles too.
  const known = records.filter(({ row }) => typeof row['fct_mean_us'] === 'number');
  if (known.length === 0) return null;
  const { series } = view;
  const seriesValues = series?.values ?? [{ id: '', label: '', number: null }];
  const panels = [...groupBy(known, ({ row }) => JSON.stringify(view.others.map(({ keys }) => idOf(keys, row)))).values()];
  return {
    title: 'Flow completion times',
    y: {
      title: 'flows that ended within it (%)',
      kind: 'linear',
      domain: [0, 102],
      ticks: [0, 25, 50, 75, 100].map((value) => ({ value, label: String(value) })),
    },
    seriesTitle: series?.title ?? null,
    seriesLabels: seriesValues.map(({ label }) => label),
    panels: panels.slice(0, maxPanels).map((panel) => {
      const bySeries = groupBy(panel, ({ row }) => (series === null ? '' : idOf(series.keys, row)));
      return cdfPanel(
        describeRow(view.others, panel[0]!.row),
        seriesValues.map(({ id }) => averaged(bySeries.get(id) ?? [])),
      );
    }),
    panelCount: panels.length,
  };
}

/** Chooses the unit and the axis for times in microseconds. */
function cdfPanel(label: string, series: readonly CdfSeries[]): CdfPanel {
  const all = series.flatMap(({ times }) => times);
  const high = all.reduce((a, b) => Math.max(a, b));
  const low = all.reduce((a, b) => Math.min(a, b));
  const unit = displayUnit('microseconds', high);
  return {
    label,
    x: valueAxis(`flow completion time (${unit.symbol})`, low / unit.factor, high / unit.factor, low / unit.factor),
    unit: unit.symbol,
    series: series.map((one) => ({ ...one, times: one.times.map((time) => time / unit.factor) })),
  };
}

function averaged(records: readonly CellRecord[]): CdfSeries {
  const sums = new Float64Array(PERCENTILES);
  for (const { fctPercentilesUs } of records) fctPercentilesUs?.forEach((time, i) => (sums[i]! += time));
  if (records.length === 0) return { times: [], shares: [], detail: 'no flow times' };
  const times = Array.from(sums, (sum) => sum / records.length);
  return { times, shares: times.map((_, i) => i), detail: records.length === 1 ? '1 seed' : `mean of ${records.length} seeds` };
}

/** 0, 1, .. 100. */
const PERCENTILES = 101;
