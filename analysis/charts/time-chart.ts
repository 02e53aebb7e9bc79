import { line } from 'd3';
import { drawXAxis, drawYAxis, positionOn, xAxisHeight, yAxisWidth } from './axes.ts';
import { drawLegend, legendHeight } from './legend.ts';
import { seriesStyle } from './palette.ts';
import { drawPanels } from './panels.ts';
import { element, STANDALONE_THEME, svgDocument } from './svg.ts';
import type { TimeChart } from './time-data.ts';

/** What probes have recorded as a file of its own. */
export function timeChartSvg(chart: TimeChart): string {
  const theme = STANDALONE_THEME;
  const legend = { title: 'link', labels: chart.lines.map(({ label }) => label) };
  const { size, body } = drawPanels(
    {
      title: chart.title,
      subtitle: `the busiest links, first seed${chart.label === '' ? '' : `; ${chart.label}`}`,
      panelLabels: [''],
      panelCount: 1,
      leftWidth: yAxisWidth(chart.y),
      bottomHeight: (width) => xAxisHeight(chart.x, width),
      legendHeight: (width) => legendHeight(legend, width),
      drawLegend: (left, top, width) => drawLegend(legend, left, top, width, theme),
      drawPanel: (_, box) => {
        const x = positionOn(chart.x, box.left, box.left + box.width);
        const y = positionOn(chart.y, box.top + box.height, box.top);
        const drawn = chart.lines.map(({ times, values }, i) => {
          const style = seriesStyle(i);
          const path = line<number>(
            (time) => x(time),
            (_, at) => y(values[at]!),
          ).digits(2)(times);
          const stroke = { stroke: style.light, 'stroke-width': 1.4, 'stroke-dasharray': style.dash };
          return element('g', { class: 'series' }, element('path', { d: path, fill: 'none', ...stroke }));
        });
        return [drawYAxis(chart.y, box, theme, true), drawXAxis(chart.x, box, theme), ...drawn].join('');
      },
    },
    theme,
  );
  return svgDocument(size, chart.title, `${chart.y.title} against ${chart.x.title}, ${chart.lines.length} links`, theme, body);
}
