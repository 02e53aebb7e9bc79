import { line } from 'd3';
import { drawXAxis, drawYAxis, positionOn, xAxisHeight, yAxisWidth } from './axes.ts';
import type { CdfChart } from './cdf-data.ts';
import { drawLegend, legendHeight } from './legend.ts';
import { seriesStyle } from './palette.ts';
import { drawPanels } from './panels.ts';
import { element, STANDALONE_THEME, svgDocument } from './svg.ts';

/** The distributions as a file of its own. */
export function cdfChartSvg(chart: CdfChart): string {
  const theme = STANDALONE_THEME;
  const legend = { title: chart.seriesTitle, labels: chart.seriesLabels };
  const { size, body } = drawPanels(
    {
      title: chart.title,
      subtitle: 'each percentile is the mean over the seeds',
      panelLabels: chart.panels.map(({ label }) => label),
      panelCount: chart.panelCount,
      leftWidth: yAxisWidth(chart.y),
      bottomHeight: (width) => Math.max(...chart.panels.map(({ x }) => xAxisHeight(x, width))),
      legendHeight: (width) => legendHeight(legend, width),
      drawLegend: (left, top, width) => drawLegend(legend, left, top, width, theme),
      drawPanel: (index, box) => {
        const panel = chart.panels[index]!;
        const x = positionOn(panel.x, box.left, box.left + box.width);
        const y = positionOn(chart.y, box.top + box.height, box.top);
        const lines = panel.series.map(({ times, shares }, s) => {
          const style = seriesStyle(s);
          const path = line<number>(
            (time) => x(time),
            (_, i) => y(shares[i]!),
          ).digits(2)(times);
          const drawn = element('path', {
            d: path,
            fill: 'none',
            stroke: style.light,
            'stroke-width': 1.8,
            'stroke-dasharray': style.dash,
          });
          return element('g', { class: 'series' }, drawn);
        });
        return [drawYAxis(chart.y, box, theme, true), drawXAxis(panel.x, box, theme), ...lines].join('');
      },
    },
    theme,
  );
  const description = `${chart.y.title} against flow completion time, ${chart.seriesLabels.length} series, ${chart.panelCount} panels`;
  return svgDocument(size, chart.title, description, theme, body);
}
