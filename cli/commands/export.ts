import { Command, Option } from 'commander';
import { ConfigError } from '../../sim/base/errors.ts';
import type { TimeUnit } from '../../sim/base/time-unit.ts';
import type { StartUnit } from '../../workloads/export/htsim-cm.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../sweep/export-formats.ts';
import type { LoadedCells } from '../load.ts';
import { loadSingle } from '../load.ts';
import { showNotices } from '../notices.ts';
import type { ConfigOptions } from '../options.ts';
import { withConfigOptions } from '../options.ts';
import { jsonDocument } from '../print-rows.ts';
import type { Terminal } from '../terminal.ts';

interface ExportOptions extends ConfigOptions {
  readonly to: ExportFormat | 'perfetto';
  readonly out?: string;
  readonly startUnit?: StartUnit;
  readonly timeUnit?: TimeUnit;
  readonly json?: true;
}

/** Of the files that were written, so many are named. */
const MOST_NAMED = 10;

/** Formats that a unit of time is written in. */
const WITH_START_UNIT: readonly string[] = ['htsim'];
const WITH_TIME_UNIT: readonly string[] = ['goal', 'goal-bin', 'chakra'];

/** `netsim export CONFIG --to FORMAT`: the scenario in another program's format, or the trace of its run. */
export function exportCommand(terminal: Terminal): Command {
  const command = new Command('export')
    .description("write a config's workload and fabric for another program, or run it and write its trace")
    .argument('<config>', 'YAML or JSON file')
    .addOption(
      new Option('--to <format>', 'what to write; perfetto is the trace of a run')
        .choices([...EXPORT_FORMATS, 'perfetto'])
        .makeOptionMandatory(),
    )
    .option('--out <path>', 'file to write, or the folder of several; without it: named after the config, here')
    .addOption(new Option('--start-unit <unit>', 'of start in an htsim connection matrix').choices(['us', 'ps']))
    .addOption(new Option('--time-unit <unit>', 'of computes in GOAL (without it: ns) and Chakra (us)').choices(['ps', 'ns', 'us']))
    .option('--json', 'print one JSON document and nothing else');
  withConfigOptions(command);
  return command.action(async (config: string, options: ExportOptions) => {
    checkUnits(options);
    const input = await loadSingle(config, options);
    const { to } = options;
    const files = to === 'perfetto' ? [await traceOf(input, options, terminal)] : await filesOf(input, to, options, terminal);
    if (options.json === true) terminal.out(jsonDocument({ files }));
  });
}

/** Nothing is silently ignored. */
function checkUnits({ to, startUnit, timeUnit, out }: ExportOptions): void {
  const refuse = (option: string, formats: readonly string[]): ConfigError =>
    new ConfigError('E182', `--${option} means nothing to ${to}`, { hint: `it is for ${formats.join(', ')}` });
  if (startUnit !== undefined && !WITH_START_UNIT.includes(to)) throw refuse('start-unit', WITH_START_UNIT);
  if (timeUnit !== undefined && !WITH_TIME_UNIT.includes(to)) throw refuse('time-unit', WITH_TIME_UNIT);
  if (out === '') throw new ConfigError('E182', '--out names nothing', { hint: 'give a file or a folder' });
}

async function filesOf(input: LoadedCells, format: ExportFormat, options: ExportOptions, terminal: Terminal): Promise<string[]> {
  const { fabricOf } = await import('../../sweep/any-scenario.ts');
  const { defaultOut, exportScenario, writeExport } = await import('../../sweep/export-files.ts');
  const cell = input.cells.at(0);
  const units = { start: options.startUnit ?? null, time: options.timeUnit ?? null };
  const exported = input.at(cell, () => exportScenario(format, fabricOf(cell.scenario, 'netsim export'), units));
  showNotices(exported.notices, terminal);
  const files = writeExport(exported, input.name, options.out ?? defaultOut(exported, input.name, format));
  for (const file of files.slice(0, MOST_NAMED)) terminal.note(`wrote ${file}`);
  if (files.length > MOST_NAMED) terminal.note(`and ${files.length - MOST_NAMED} more`);
  return files;
}

async function traceOf(input: LoadedCells, options: ExportOptions, terminal: Terminal): Promise<string> {
  const { checkTraceFile } = await import('../../sweep/trace-file.ts');
  const { fabricOf } = await import('../../sweep/any-scenario.ts');
  const { runUnstored } = await import('../run-unstored.ts');
  const path = options.out ?? `${input.name}.trace.json`;
  const cell = input.cells.at(0);
  input.at(cell, () => checkTraceFile(path, fabricOf(cell.scenario, 'a trace')));
  await runUnstored(input, {}, terminal, { path, maxEvents: input.trace!.maxEvents });
  return path;
}
