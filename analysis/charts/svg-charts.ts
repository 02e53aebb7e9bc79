import { crossLayerCharts } from '../cross-layer/charts.ts';
import { cdfChartSvg } from './cdf-chart.ts';
import { cdfChart } from './cdf-data.ts';
import { sweepView } from './dimensions.ts';
import { fabricPictureSvg } from './fabric-picture.ts';
import { heatMapSvg } from './heat-map.ts';
import type { ChartInput } from './input.ts';
import { lineChartSvg } from './line-chart.ts';
import { chartSpecs, lineChart } from './line-data.ts';
import { firstScenarioLoads } from './link-loads.ts';
import { markChartSvg } from './mark-chart.ts';
import { MAX_PANELS } from './panels.ts';
import { STANDALONE_THEME } from './svg.ts';
import { timeChartSvg } from './time-chart.ts';
import { timeCharts } from './time-data.ts';

/** File systems take names of 255 bytes, of which a file that is being written takes some more. */
const LONGEST_NAME = 120;

/**
 * The charts of a sweep as SVG files, by file name: the line charts (`completion_time_us-by-workload.size.svg`), `fct-cdf.svg`,
 * `psnr-by-power.svg` and `psnr-by-signal.svg` of wireless architectures,
 * `queue-depth.svg` and `link-utilisation.svg` of runs with probes, `link-load-heat-map.svg` and a `fabric-<series>.svg` for each value of the series; the last two show the first combination of the
 * other swept values, first seed. A chart without data (no run finished, no flow times, no leaf-spine fabric) is left out.
 */
export function renderSvgCharts(input: ChartInput): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const add = (stem: string, svg: string): void => {
    const clean = stem
      .replace(/[^A-Za-z0-9._+-]+/g, '-')
      .slice(0, LONGEST_NAME)
      .replace(/-+$/, '');
    let name = `${clean}.svg`;
    for (let copy = 2; files.has(name); copy++) name = `${clean}-${copy}.svg`;
    files.set(name, svg);
  };
  const view = sweepView(input);
  for (const spec of chartSpecs(input, view)) {
    const chart = lineChart(input, view, spec, MAX_PANELS);
    if (typeof chart !== 'string') add(chart.name, lineChartSvg(chart));
  }
  for (const chart of crossLayerCharts(input.records, view, MAX_PANELS)) add(chart.name, markChartSvg(chart));
  const cdf = cdfChart(input.records, view, MAX_PANELS);
  if (cdf !== null) add('fct-cdf', cdfChartSvg(cdf));
  for (const chart of timeCharts(view, MAX_PANELS)) {
    add(chart.label === '' ? chart.name : `${chart.name}-${chart.label}`, timeChartSvg(chart));
  }
  const first = firstScenarioLoads(view);
  if (first.length > 0) add('link-load-heat-map', heatMapSvg(first));
  for (const run of first.slice(0, MAX_PANELS)) {
    add(run.seriesLabel === '' ? 'fabric' : `fabric-${run.seriesLabel}`, fabricPictureSvg(run, STANDALONE_THEME));
  }
  return files;
}
