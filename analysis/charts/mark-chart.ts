import { line, symbol } from 'd3';
import type { Axis, Box } from './axes.ts';
import { drawXAxis, drawYAxis, positionOn, xAxisHeight, yAxisWidth } from './axes.ts';
import { drawLegend, legendHeight } from './legend.ts';
import { seriesStyle } from './palette.ts';
import { drawPanels } from './panels.ts';
import type { SvgTheme } from './svg.ts';
import { element, escapeXml, round, STANDALONE_THEME, svgDocument, textElement } from './svg.ts';

/** Single marks, each with an interval: points in a plane, or bars over categories. Every panel has axes of its own. */
export interface MarkChart {
  /** The stem of its file name. */
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly marks: 'points' | 'bars';
  readonly seriesTitle: string;
  readonly seriesLabels: readonly string[];
  /** The first of `panelCount`. */
  readonly panels: readonly MarkPanel[];
  readonly panelCount: number;
}

export interface MarkPanel {
  readonly label: string;
  readonly x: Axis;
  readonly y: Axis;
  /** In the order of `seriesLabels`. */
  readonly series: readonly (readonly Mark[])[];
  /** A dashed line, such as a Pareto front; empty for none. */
  readonly line: readonly { readonly x: number; readonly y: number }[];
}

export interface Mark {
  readonly x: number;
  readonly y: number;
  /** Ends of its interval. */
  readonly low: number;
  readonly high: number;
  /** Written beside it; empty for none. */
  readonly label: string;
  readonly detail: readonly string[];
}

/** Half the width of a bar, in places of its category axis. */
export const HALF_BAR = 0.34;

/** The chart as a file of its own. */
export function markChartSvg(chart: MarkChart): string {
  const theme = STANDALONE_THEME;
  const legend = { title: chart.seriesTitle, labels: chart.seriesLabels };
  const { size, body } = drawPanels(
    {
      title: chart.title,
      subtitle: chart.subtitle,
      panelLabels: chart.panels.map(({ label }) => label),
      panelCount: chart.panelCount,
      leftWidth: Math.max(...chart.panels.map(({ y }) => yAxisWidth(y))),
      bottomHeight: (width) => Math.max(...chart.panels.map(({ x }) => xAxisHeight(x, width))),
      legendHeight: (width) => legendHeight(legend, width),
      drawLegend: (left, top, width) => drawLegend(legend, left, top, width, theme),
      drawPanel: (index, box) => drawPanel(chart, chart.panels[index]!, box, theme),
    },
    theme,
  );
  const { x, y } = chart.panels[0]!;
  return svgDocument(size, chart.title, `${y.title} against ${x.title}, ${chart.panelCount} panels`, theme, body);
}

function drawPanel(chart: MarkChart, panel: MarkPanel, box: Box, theme: SvgTheme): string {
  const x = positionOn(panel.x, box.left, box.left + box.width);
  const y = positionOn(panel.y, box.top + box.height, box.top);
  const parts = [drawYAxis(panel.y, box, theme, true), drawXAxis(panel.x, box, theme)];
  if (panel.line.length > 1) {
    const path = line<{ x: number; y: number }>(
      (point) => x(point.x),
      (point) => y(point.y),
    ).digits(2)(panel.line);
    parts.push(element('path', { d: path, fill: 'none', stroke: theme.muted, 'stroke-width': 1.4, 'stroke-dasharray': '6 4' }));
  }
  const draw = chart.marks === 'bars' ? drawBar : drawPoint;
  panel.series.forEach((marks, s) => {
    parts.push(element('g', { class: 'series' }, ...marks.map((mark) => draw(mark, s, x, y))));
  });
  return parts.join('');
}

type Scale = (value: number) => number;

function drawBar(mark: Mark, series: number, x: Scale, y: Scale): string {
  const title = element('title', {}, escapeXml(mark.detail.join('; ')));
  const [left, right] = [x(mark.x - HALF_BAR), x(mark.x + HALF_BAR)];
  const top = y(Math.max(0, mark.y));
  const height = y(Math.min(0, mark.y)) - top;
  const bar = element(
    'rect',
    { x: left, y: top, width: right - left, height, fill: seriesStyle(series).light, 'fill-opacity': 0.75 },
    title,
  );
  return bar + interval(mark, '#1c2127', x, y);
}

function drawPoint(mark: Mark, series: number, x: Scale, y: Scale): string {
  const style = seriesStyle(series);
  const title = element('title', {}, escapeXml(mark.detail.join('; ')));
  const transform = `translate(${round(x(mark.x))} ${round(y(mark.y))})`;
  const label = mark.label === '' ? '' : textElement(x(mark.x) + 7, y(mark.y) + 13, mark.label, { size: 10 });
  return (
    interval(mark, style.light, x, y) + element('path', { d: symbol(style.symbol, 52)(), transform, fill: style.light }, title) + label
  );
}

function interval({ x: at, low, high }: Mark, stroke: string, x: Scale, y: Scale): string {
  const [middle, bottom, top] = [round(x(at)), round(y(low)), round(y(high))];
  if (bottom - top <= 0.5) return '';
  const path = `M${round(middle - 4)},${top}h8M${middle},${top}V${bottom}M${round(middle - 4)},${bottom}h8`;
  return element('path', { d: path, stroke, 'stroke-width': 1.4, fill: 'none' });
}
