import type { ConfigError } from '../../sim/base/errors.ts';
import { problem } from './problem.ts';
import { nearest } from './suggest.ts';
import type { MapNode } from './tree.ts';

/** The charts of a report name swept keys and result columns. */
export function checkCharts(report: MapNode, swept: readonly string[], resultColumns: readonly string[]): ConfigError[] {
  const axes = [...swept, 'seed', 'fidelity', ...resultColumns];
  const charts = report.entries.get('charts')?.value;
  if (charts?.kind !== 'list') return [];
  return charts.items.flatMap((chart, i) =>
    (['x', 'y', 'series'] as const).flatMap((key) => {
      const node = chart.kind === 'map' ? chart.entries.get(key)?.value : undefined;
      if (node?.kind !== 'scalar' || typeof node.value !== 'string') return [];
      const names = key === 'y' ? resultColumns : axes;
      if (names.includes(node.value)) return [];
      const what = key === 'y' ? 'a result column' : 'a swept key or a result column';
      const near = nearest(node.value, names);
      const sweptHere = key === 'y' ? '' : `swept here: ${swept.length === 0 ? 'nothing' : swept.join(', ')}; `;
      const hint = near === undefined ? `${sweptHere}columns such as completion_time_us or slowdown` : `did you mean "${near}"?`;
      return [problem('badReport', node.at, `report.charts[${i}].${key}`, `"${node.value}" is not ${what}`, hint)];
    }),
  );
}
