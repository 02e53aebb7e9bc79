import type { SweepView } from '../charts/dimensions.ts';
import type { MarkChart } from '../charts/mark-chart.ts';
import type { CellRecord } from '../rows.ts';
import { ablationChart } from './ablation-chart.ts';
import { operatingPoints } from './architectures.ts';
import { frontChart } from './front-chart.ts';

/** The charts that every sweep over wireless architectures has: quality against energy, and the worth of signals that were switched off. */
export function crossLayerCharts(records: readonly CellRecord[], view: SweepView, maxPanels: number): MarkChart[] {
  const points = operatingPoints(records, view);
  return [frontChart(points, maxPanels), ablationChart(points, maxPanels)].filter((chart) => chart !== null);
}
