import type { Axis } from '../charts/axes.ts';
import { fittingTicks, spanAxis, valueAxis } from '../charts/axes.ts';
import type { CdfChart } from '../charts/cdf-data.ts';
import type { LineChart, LinePanel } from '../charts/line-data.ts';
import type { TimeChart } from '../charts/time-data.ts';
import { textWidth, wrapText } from '../charts/svg.ts';
import { seriesStyle } from '../charts/palette.ts';

/** An interactive chart as plain data for Plotly; the page adds what depends on its colour scheme. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** For those who do not see it. */
  readonly description: string;
  /** In pixels. */
  readonly height: number;
  /** Labels of the panels, of which one is shown at a time; `traces` has one list for each. */
  readonly panels: readonly string[];
  readonly traces: readonly (readonly Trace[])[];
  /** One for each panel: the axes fit what is shown. */
  readonly layouts: readonly Readonly<Record<string, unknown>>[];
}

/** A Plotly trace; `series` tells the page which colour it takes. */
export type Trace = Readonly<Record<string, unknown>> & { readonly series: number };

/** Width in pixels that tick labels are thinned out for. */
const NARROW = 460;

/** The toolbar stands in the right margin: above the plotting area it would cover the end of the legend. In pixels. */
const TOOLBAR_WIDTH = 40;

export function lineFigure(chart: LineChart, id: string): Figure {
  const separate = chart.x.kind === 'category';
  const shapes =
    chart.reference === null
      ? []
      : [
          {
            type: 'line',
            xref: 'paper',
            x0: 0,
            x1: 1,
            y0: chart.reference.value,
            y1: chart.reference.value,
            line: { dash: 'dash', width: 1 },
          },
        ];
  return {
    id,
    title: chart.title,
    description: `${chart.y.title} against ${chart.x.title}; the summary table holds the same means.`,
    height: plotHeight(chart.seriesLabels.length),
    panels: chart.panels.map(({ label }) => label),
    traces: chart.panels.map(({ series }) => [
      ...series.map((points, s) => ({
        series: s,
        type: 'scatter',
        mode: separate || points.some(({ theory }) => theory !== null) ? 'markers' : 'lines+markers',
        name: plotlyText(chart.seriesLabels[s]!),
        x: points.map(({ x }) => short(x)),
        y: points.map(({ mean }) => short(mean)),
        error_y: {
          type: 'data',
          symmetric: false,
          array: points.map(({ mean, high }) => short(high - mean)),
          arrayminus: points.map(({ mean, low }) => short(mean - low)),
          thickness: 1.4,
          width: 3,
        },
        marker: { symbol: seriesStyle(s).plotlySymbol, size: 9 },
        // Beside closed forms a dashed line is one.
        line: { dash: chart.oracle === null ? seriesStyle(s).plotlyDash : 'solid', width: 1.8 },
        text: points.map(({ detail }) => detail.map(plotlyText).join('<br>')),
        hovertemplate: `%{text}${nameBox(chart)}`,
        showlegend: chart.seriesTitle !== null,
      })),
      ...(chart.oracle === null ? [] : series.map(closedFormTrace)),
    ]),
    layouts: chart.panels.map((panel) => ({ ...frame(chart.x, panelAxis(chart, panel), chart.seriesTitle), shapes })),
  };
}

/** The dashed line of a closed form in the colour of its series. */
function closedFormTrace(points: LinePanel['series'][number], s: number): Trace {
  const known = points.filter(({ theory }) => theory !== null);
  return {
    series: s,
    type: 'scatter',
    mode: 'lines',
    x: known.map(({ x }) => short(x)),
    y: known.map(({ theory }) => short(theory!)),
    line: { dash: 'dash', width: 1.4 },
    hoverinfo: 'skip',
    showlegend: false,
  };
}

export function cdfFigure(chart: CdfChart, id: string): Figure {
  return {
    id,
    title: chart.title,
    description: `${chart.y.title} against flow completion time.`,
    height: plotHeight(chart.seriesLabels.length),
    panels: chart.panels.map(({ label }) => label),
    traces: chart.panels.map(({ unit, series }) =>
      series.map(({ times, shares, detail }, s) => ({
        series: s,
        type: 'scatter',
        mode: 'lines',
        name: plotlyText(chart.seriesLabels[s]!),
        x: times.map(short),
        y: shares,
        line: { dash: seriesStyle(s).plotlyDash, width: 2 },
        hovertemplate: `%{y} % of the flows within %{x:.4~g} ${unit}<br>${plotlyText(detail)}${nameBox(chart)}`,
        showlegend: chart.seriesTitle !== null,
      })),
    ),
    layouts: chart.panels.map(({ x }) => frame(x, chart.y, chart.seriesTitle)),
  };
}

/** Charts over time that show the same of different runs: one is shown at a time. */
export function timeFigure(charts: readonly TimeChart[], id: string): Figure {
  const { title, y } = charts[0]!;
  return {
    id,
    title,
    description: `${y.title} of the busiest links against time.`,
    height: plotHeight(Math.max(...charts.map(({ lines }) => lines.length))),
    panels: charts.map(({ label }) => label),
    traces: charts.map(({ lines }) =>
      lines.map(({ label, times, values }, s) => ({
        series: s,
        type: 'scatter',
        mode: 'lines',
        name: plotlyText(label),
        x: times.map(short),
        y: values.map(short),
        line: { dash: seriesStyle(s).plotlyDash, width: 1.4 },
        showlegend: true,
      })),
    ),
    layouts: charts.map(({ x, y }) => frame(x, y, 'link')),
  };
}

/** Plotly's box beside the hover text: the name of the series, if there are several. */
const nameBox = ({ seriesTitle }: { readonly seriesTitle: string | null }): string =>
  seriesTitle === null ? '<extra></extra>' : '<extra>%{fullData.name}</extra>';

/** The vertical axis of the chart, cut to one panel; a panel without points keeps the whole. */
function panelAxis({ y, yColumn, reference }: LineChart, { series }: LinePanel): Axis {
  const points = series.flat();
  if (points.length === 0) return y;
  const low = points.reduce((least, point) => Math.min(least, point.low, point.theory ?? Infinity), Infinity);
  const high = points.reduce((most, point) => Math.max(most, point.high, point.theory ?? -Infinity), -Infinity);
  return yColumn.endsWith('_db') ? spanAxis(y.title, low, high) : valueAxis(y.title, low, high, reference?.value ?? 0);
}

/** The legend stands above the plotting area and must not eat it up. */
export const plotHeight = (series: number): number => 400 + 10 * Math.max(0, series - 6);

export function frame(x: Axis, y: Axis, seriesTitle: string | null): Record<string, unknown> {
  return {
    xaxis: plotlyAxis(x, true),
    yaxis: plotlyAxis(y, false),
    margin: { l: 64, r: TOOLBAR_WIDTH, t: 8, b: 56 },
    modebar: { orientation: 'v' },
    legend: {
      orientation: 'h',
      x: 0,
      y: 1.02,
      yanchor: 'bottom',
      title: { text: seriesTitle === null ? '' : `${plotlyText(seriesTitle)}: `, font: { size: 12 } },
    },
    hovermode: 'closest',
  };
}

function plotlyAxis(axis: Axis, horizontal: boolean): Record<string, unknown> {
  const range = axis.kind === 'log' ? axis.domain.map((value) => Math.log10(value)) : axis.domain;
  const common = {
    title: { text: plotlyText(axis.title), standoff: 12, font: { size: 13 } },
    type: axis.kind === 'log' ? 'log' : 'linear',
    range,
    automargin: true,
    zeroline: false,
  };
  if (!horizontal) return axis.kind === 'log' ? { ...common, ...ticks(axis, axis.ticks) } : common;
  const band = Math.floor(NARROW / axis.ticks.length / 6.4);
  const shown = axis.kind === 'category' ? axis.ticks : fittingTicks(axis, NARROW, ({ label }) => textWidth(label, 12));
  const labels =
    axis.kind === 'category' && band >= 8 ? shown.map(({ value, label }) => ({ value, label: wrapText(label, band).join('\n') })) : shown;
  return { ...common, ...ticks(axis, labels), showgrid: axis.kind !== 'category' };
}

const ticks = (axis: Axis, shown: Axis['ticks']): Record<string, unknown> => ({
  tickmode: 'array',
  tickvals: shown.map(({ value }) => value),
  ticktext: shown.map(({ label }) => label.split('\n').map(plotlyText).join('<br>')),
  tickangle: axis.kind === 'category' && NARROW / axis.ticks.length < 52 ? -45 : 0,
});

/** Plotly reads a few HTML elements in its texts: names from a config must not become one. */
export const plotlyText = (plain: string): string => plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Eight significant digits: more than a chart shows, and half the size of the page. */
export const short = (value: number): number => Number(value.toPrecision(8));
