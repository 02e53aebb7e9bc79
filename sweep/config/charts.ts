import type { ConfigError } from '../../sim/base/errors.ts';
import { problem } from './problem.ts';
import type { ConfigSystem } from './schema/systems.ts';
import { nearest } from './suggest.ts';
import type { MapNode, TreeNode } from './tree.ts';

/** The names in a chart, each with its key. */
function nodesOf(chart: TreeNode): (readonly [key: string, node: TreeNode | undefined])[] {
  if (chart.kind !== 'map') return [];
  const named = ['x', 'y', 'series'].map((key) => [key, chart.entries.get(key)?.value] as const);
  const facet = chart.entries.get('facet')?.value;
  const facets = facet?.kind === 'list' ? facet.items : facet === undefined ? [] : [facet];
  return [...named, ...facets.map((node) => ['facet', node] as const)];
}

/** The charts of a report name swept keys and result columns. */
export function checkCharts(report: MapNode, swept: readonly string[], { resultColumns, exampleColumns }: ConfigSystem): ConfigError[] {
  const axes = [...swept, 'seed', 'fidelity', ...resultColumns];
  const charts = report.entries.get('charts')?.value;
  if (charts?.kind !== 'list') return [];
  return charts.items.flatMap((chart, i) =>
    nodesOf(chart).flatMap(([key, node]) => {
      if (node?.kind !== 'scalar' || typeof node.value !== 'string') return [];
      const names = key === 'y' ? resultColumns : axes;
      if (names.includes(node.value)) return [];
      const what = key === 'y' ? 'a result column' : 'a swept key or a result column';
      const near = nearest(node.value, names);
      const sweptHere = key === 'y' ? '' : `swept here: ${swept.length === 0 ? 'nothing' : swept.join(', ')}; `;
      const hint = near === undefined ? `${sweptHere}columns such as ${exampleColumns.join(' or ')}` : `did you mean "${near}"?`;
      return [problem('badReport', node.at, `report.charts[${i}].${key}`, `"${node.value}" is not ${what}`, hint)];
    }),
  );
}
