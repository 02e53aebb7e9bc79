import { Command, Option } from 'commander';
import { humanValue } from '../human-value.ts';
import { refuseWarnings, showNotices } from '../notices.ts';
import type { ConfigOptions, OutputOptions } from '../options.ts';
import { withStrictOption } from '../options.ts';
import { jsonDocument } from '../print-rows.ts';
import type { Terminal } from '../terminal.ts';
import { alignedTable } from '../text-table.ts';

interface ImportCommandOptions extends Pick<ConfigOptions, 'set' | 'strict'>, Pick<OutputOptions, 'json'> {
  readonly format?: string;
}

/** `netsim import FILE`: reads a traffic, trace or topology file and says what is in it. */
export function importCommand(terminal: Terminal): Command {
  const command = new Command('import')
    .description('read a traffic, trace or topology file and say what is in it')
    .argument('<file>', 'file; of traces of several ranks the first, such as step.0.et')
    .option('--format <format>', 'htsim, chakra, goal, msccl-xml, simai, hpcc, astra-sim (default: told from the file)')
    .addOption(
      new Option('--set <key=value>', 'an option of the importer, such as htsim.startUnit=us (repeatable)')
        .default([], 'none')
        .argParser((text: string, before: readonly string[]) => [...before, text]),
    )
    .option('--json', 'print one JSON document and nothing else');
  withStrictOption(command);
  return command.action(async (file: string, { format, set, json, strict }: ImportCommandOptions) => {
    const { importFile } = await import('../../sweep/import-file.ts');
    const summary = await importFile(file, { set, ...(format === undefined ? {} : { format }) });
    if (strict === true) refuseWarnings(summary.notices);
    const { what, counts, notices } = summary;
    if (json === true) return terminal.out(jsonDocument({ file, what, format: summary.format, ...counts, notices }));
    const rows = Object.entries(counts).map(([name, value]) => [labelOf(name), humanValue(name, value, 15)]);
    terminal.out(alignedTable({ columns: [what, summary.format], rows }));
    showNotices(notices, terminal);
  });
}

/** The value has a unit of its own: `compute_max` for `compute_us_max`. */
const labelOf = (name: string): string => name.replace('_us', '');
