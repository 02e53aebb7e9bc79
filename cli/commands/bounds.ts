import { Command } from 'commander';
import type { Row, Value } from '../../analysis/rows.ts';
import { formatValue } from '../../analysis/charts/dimensions.ts';
import { toCsv } from '../../sweep/csv.ts';
import { sweptKeys } from '../../sweep/labels.ts';
import { humanValue } from '../human-value.ts';
import { loadSweep } from '../load.ts';
import type { ConfigOptions, OutputOptions } from '../options.ts';
import { formatOf, withConfigOptions, withOutputOptions, withSamplesOption } from '../options.ts';
import { jsonDocument } from '../print-rows.ts';
import type { Terminal } from '../terminal.ts';
import { alignedTable, markdownTable } from '../text-table.ts';

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
  withOutputOptions(command, ['table', 'csv', 'json', 'markdown']);
  return command.action(async (config: string, options: BoundsCommandOptions) => {
    const input = await loadSweep(config, options);
    const { bounds } = await import('../../sim/bounds.ts');
    const { cells } = input;
    const limits = options.samples === undefined ? {} : { samples: options.samples };
    const results = cells.map((cell) => snakeCased(bounds(cell.scenario, limits)));
    const rows = cells.map((cell, i): Row => ({ run_id: cell.runId, seed: cell.seed, ...cell.swept, ...results[i]! }));
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const format = formatOf(options);
    if (format === 'json') return terminal.out(jsonDocument(input.isSweep ? rows : rows[0]));
    if (format === 'csv') return terminal.out(toCsv(columns, rows));
    const keys = sweptKeys(cells);
    const shown = input.isSweep ? ['seed', ...keys.filter((key) => key !== 'seed')] : [];
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

/** The fields of a result under the names of their columns: `boundUs` is `bound_us`. */
const snakeCased = (result: object): Row =>
  Object.fromEntries(
    Object.entries(result).map(([key, value]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value as Value]),
  );
