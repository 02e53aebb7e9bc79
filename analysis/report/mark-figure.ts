import type { Mark, MarkChart } from '../charts/mark-chart.ts';
import { HALF_BAR } from '../charts/mark-chart.ts';
import { seriesStyle } from '../charts/palette.ts';
import type { Figure, Trace } from './figures.ts';
import { frame, plotHeight, plotlyText, short } from './figures.ts';

/** Points or bars with their intervals as an interactive chart. */
export function markFigure(chart: MarkChart, id: string): Figure {
  return {
    id,
    title: chart.title,
    description: chart.subtitle,
    height: plotHeight(chart.seriesLabels.length),
    panels: chart.panels.map(({ label }) => label),
    traces: chart.panels.map(({ series, line }) => [
      ...series.map((marks, s) => ({
        ...traceOf(marks, s, chart.marks === 'bars' ? { color: ON_BARS } : {}),
        ...(chart.marks === 'bars' ? bars() : points(marks, s)),
        name: chart.seriesLabels[s]!,
      })),
      ...(line.length < 2 ? [] : [frontTrace(line)]),
    ]),
    layouts: chart.panels.map(({ x, y }) => ({ ...frame(x, y, chart.seriesTitle), barmode: 'overlay' })),
  };
}

/** Seen on bars of every colour, on light and on dark pages. */
const ON_BARS = '#858d96';

const traceOf = (marks: readonly Mark[], series: number, errorStyle: object): Trace => ({
  series,
  x: marks.map(({ x }) => short(x)),
  y: marks.map(({ y }) => short(y)),
  error_y: {
    type: 'data',
    symmetric: false,
    array: marks.map(({ y, high }) => short(high - y)),
    arrayminus: marks.map(({ y, low }) => short(y - low)),
    thickness: 1.4,
    width: 3,
    ...errorStyle,
  },
  hovertext: marks.map(({ detail }) => detail.map(plotlyText).join('<br>')),
  hovertemplate: '%{hovertext}<extra></extra>',
  showlegend: true,
});

const bars = (): object => ({ type: 'bar', width: 2 * HALF_BAR, marker: { opacity: 0.75 } });

const points = (marks: readonly Mark[], series: number): object => ({
  type: 'scatter',
  mode: 'markers+text',
  marker: { symbol: seriesStyle(series).plotlySymbol, size: 9 },
  text: marks.map(({ label }) => plotlyText(label)),
  textposition: 'bottom right',
  textfont: { size: 11 },
});

const frontTrace = (line: readonly { readonly x: number; readonly y: number }[]): Trace => ({
  // Of no architecture: the colour of text.
  series: 6,
  type: 'scatter',
  mode: 'lines',
  name: 'Pareto front',
  x: line.map(({ x }) => short(x)),
  y: line.map(({ y }) => short(y)),
  line: { dash: 'dash', width: 1.4 },
  hoverinfo: 'skip',
  showlegend: true,
});
