import { line, symbol } from 'd3';
import type { Box } from './axes.ts';
import { drawXAxis, drawYAxis, positionOn, xAxisHeight, yAxisWidth } from './axes.ts';
import { drawLegend, legendHeight } from './legend.ts';
import type { LineChart, LinePoint } from './line-data.ts';
import { seriesStyle } from './palette.ts';
import { drawPanels } from './panels.ts';
import type { SvgTheme } from './svg.ts';
import { element, escapeXml, round, STANDALONE_THEME, svgDocument } from './svg.ts';

/** The chart as a file of its own: mean as a marker, smallest to largest over the seeds as a bar. */
export function lineChartSvg(chart: LineChart): string {
  const theme = STANDALONE_THEME;
  const legend = { title: chart.seriesTitle, labels: chart.seriesLabels };
  const dashed = chart.reference === null ? '' : `; dashed: ${chart.reference.label}`;
  const { size, body } = drawPanels(
    {
      title: chart.title,
      subtitle:
        chart.oracle === null
          ? `mean over the seeds; bars from the smallest to the largest${dashed}`
          : `markers: mean over the seeds with its 95 % interval; dashed: closed form (${chart.oracle})`,
      panelLabels: chart.panels.map(({ label }) => label),
      panelCount: chart.panelCount,
      leftWidth: yAxisWidth(chart.y),
      bottomHeight: (width) => xAxisHeight(chart.x, width),
      legendHeight: (width) => legendHeight(legend, width),
      drawLegend: (left, top, width) => drawLegend(legend, left, top, width, theme),
      drawPanel: (index, box) => drawPanel(chart, index, box, theme),
    },
    theme,
  );
  const description = `${chart.y.title} against ${chart.x.title}, ${chart.seriesLabels.length} series, ${chart.panelCount} panels`;
  return svgDocument(size, chart.title, description, theme, body);
}

function drawPanel(chart: LineChart, index: number, box: Box, theme: SvgTheme): string {
  const x = positionOn(chart.x, box.left, box.left + box.width);
  const y = positionOn(chart.y, box.top + box.height, box.top);
  const parts = [drawYAxis(chart.y, box, theme, true), drawXAxis(chart.x, box, theme)];
  const reference = chart.reference;
  if (reference !== null && reference.value >= chart.y.domain[0]) {
    const at = y(reference.value);
    parts.push(element('line', { x1: box.left, x2: box.left + box.width, y1: at, y2: at, stroke: theme.muted, 'stroke-dasharray': '4 3' }));
  }
  chart.panels[index]!.series.forEach((points, s) =>
    parts.push(drawSeries(points, s, chart.x.kind === 'category', chart.oracle !== null, x, y)),
  );
  return parts.join('');
}

function drawSeries(
  points: readonly LinePoint[],
  index: number,
  separate: boolean,
  hasTheory: boolean,
  x: (v: number) => number,
  y: (v: number) => number,
): string {
  const style = seriesStyle(index);
  const parts: string[] = [];
  const known = points.filter(({ theory }) => theory !== null && Number.isFinite(y(theory)));
  const path = (of: readonly LinePoint[], valueOf: (point: LinePoint) => number): string | null =>
    line<LinePoint>(
      (point) => x(point.x),
      (point) => y(valueOf(point)),
    )(of);
  if (known.length > 0) {
    const d = path(known, ({ theory }) => theory!);
    parts.push(element('path', { d, fill: 'none', stroke: style.light, 'stroke-width': 1.4, 'stroke-dasharray': '6 4' }));
  } else if (!separate) {
    const d = path(points, ({ mean }) => mean);
    // Beside closed forms a dashed line is one.
    const dash = hasTheory ? null : style.dash;
    parts.push(element('path', { d, fill: 'none', stroke: style.light, 'stroke-width': 1.8, 'stroke-dasharray': dash }));
  }
  for (const point of points) {
    const [at, low, high] = [round(x(point.x)), round(y(point.low)), round(y(point.high))];
    if (low - high > 0.5) {
      const bar = `M${round(at - 4)},${high}h8M${at},${high}V${low}M${round(at - 4)},${low}h8`;
      parts.push(element('path', { d: bar, stroke: style.light, 'stroke-width': 1.4, fill: 'none' }));
    }
    const title = element('title', {}, escapeXml(point.detail.join('; ')));
    const mark = { d: symbol(style.symbol, 52)(), transform: `translate(${at} ${round(y(point.mean))})`, fill: style.light };
    parts.push(element('path', mark, title));
  }
  return element('g', { class: 'series' }, ...parts);
}
