import { Command } from 'commander';
import type { SeedSpread } from '../../analysis/bounds/hashed-statistics.ts';
import { formatValue } from '../../analysis/charts/dimensions.ts';
import type { Row } from '../../analysis/rows.ts';
import type { BoundsResult } from '../../sim/bounds.ts';
import { toCsv } from '../../sweep/csv.ts';
import { sweptKeys } from '../../sweep/labels.ts';
import { humanValue } from '../human-value.ts';
import { loadCells } from '../load.ts';
import type { ConfigOptions, OutputOptions } from '../options.ts';
import { formatOf, withConfigOptions, withOutputOptions, withSamplesOption } from '../options.ts';
import { jsonDocument } from '../print-rows.ts';
import type { Terminal } from '../terminal.ts';
import { alignedTable, markdownTable } from '../text-table.ts';

/** A cell has no completion time to bound. */
const WIRELESS_HINT =
  'a wireless run ends at run.duration; its closed forms are the dashed lines of the report, and netsim validate --wireless holds them against simulation';

interface BoundsCommandOptions extends ConfigOptions, OutputOptions {
  readonly samples?: number;
}

/** `netsim bounds CONFIG`: link loads and lower bounds without a simulation; one row a cell. */
export function boundsCommand(terminal: Terminal): Command {
  const command = new Command('bounds')
    .description('link loads and the lower bound of the completion time, by theory alone')
    .argument('<config>', 'YAML or JSON file');
  withConfigOptions(command);
  withSamplesOption(command);
  withOutputOptions(command);
  return command.action(async (config: string, options: BoundsCommandOptions) => {
    const input = await loadCells(config, options);
    const { bounds } = await import('../../sim/bounds.ts');
    const { fabricOf } = await import('../../sweep/any-scenario.ts');
    const { cells } = input;
    const samples = options.samples ?? 0;
    const rows = cells.keys.map((_, index): Row => {
      const cell = cells.at(index);
      const columns = boundsColumns(input.at(cell, () => bounds(fabricOf(cell.scenario, 'netsim bounds', WIRELESS_HINT), { samples })));
      return { run_id: cell.runId, seed: cell.seed, ...cell.swept, ...columns };
    });
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const format = formatOf(options);
    if (format === 'json') return terminal.out(jsonDocument(input.hasSweep ? rows : rows[0]));
    if (format === 'csv') return terminal.out(toCsv(columns, rows));
    const keys = sweptKeys(cells.keys);
    const shown = input.hasSweep ? ['seed', ...keys.filter((key) => key !== 'seed')] : [];
    const measured = columns.filter((column) => column !== 'run_id' && column !== 'seed' && !keys.includes(column));
    const table = {
      columns: [...shown, ...measured],
      rows: rows.map((row) => [
        ...shown.map((key) => formatValue(key, row[key] ?? null)),
        ...measured.map((column) => humanValue(column, row[column])),
      ]),
    };
    terminal.out(format === 'markdown' ? markdownTable(table) : alignedTable(table));
  });
}

/** A result under the names of its columns; a hashed balancer adds what its loads are over the sampled seeds. */
function boundsColumns(result: BoundsResult): Row {
  const { hashed } = result;
  return {
    max_link_load_bytes: result.maxLinkLoadBytes,
    ideal_link_load_bytes: result.idealLinkLoadBytes,
    congestion_ratio: result.congestionRatio,
    worst_phase_congestion_ratio: result.worstPhaseCongestionRatio,
    subflows: result.subflows,
    split_flows: result.splitFlows,
    bound_us: result.boundPs / 1e6,
    ...(hashed === null
      ? {}
      : {
          samples: hashed.samples,
          ...spreadColumns('max_link_load_bytes', hashed.maxLinkLoadBytes),
          ...spreadColumns('congestion_ratio', hashed.congestionRatio),
          ...spreadColumns('worst_phase_congestion_ratio', hashed.worstPhaseCongestionRatio),
        }),
  };
}

const spreadColumns = (column: string, spread: SeedSpread): Row => ({
  [`${column}_mean`]: spread.mean,
  [`${column}_p5`]: spread.p5,
  [`${column}_p50`]: spread.p50,
  [`${column}_p95`]: spread.p95,
  [`${column}_max`]: spread.max,
});
