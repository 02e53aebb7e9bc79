import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { ConfigError } from '../sim/base/errors.ts';
import type { WallLimit } from './wall-limit.ts';
import { parseWallLimit } from './wall-limit.ts';

/** Forms of a table on standard output that any command can print. */
export type RowsFormat = 'table' | 'csv' | 'json' | 'markdown';

/** Those of nccl-tests and rccl-tests, for collectives. */
export type NcclTestsForm = 'nccl-tests' | 'nccl-tests-json' | 'rccl-csv';

export type Format = RowsFormat | NcclTestsForm;

export interface ConfigOptions {
  readonly set: readonly string[];
  readonly seed?: number;
  readonly strict?: true;
}

export interface OutputOptions {
  readonly json?: true;
  readonly format?: RowsFormat | 'nccl-tests' | 'rccl-csv';
}

export interface FolderOptions {
  readonly out?: string;
  readonly resume?: true;
  readonly dryRun?: true;
}

export interface ThreadsOptions {
  readonly threads?: number;
}

export interface LimitOptions {
  readonly wallLimit?: WallLimit;
}

/** A whole number of at least `least`, written with digits only. */
function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** An empty variable of a shell script is a mistake, not the current folder. */
function folderName(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must name a folder.');
  return text;
}

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

/** `--strict`: what an importer warns of is wrong. */
export const withStrictOption = (command: Command): Command => command.option('--strict', 'take warnings about imported files as errors');

/** `--set`, `--seed`: what changes a config before it is read; `--strict`. */
export function withConfigOptions(command: Command): Command {
  return withStrictOption(command)
    .addOption(
      new Option('--set <key=value>', 'override a config key, such as workload.size=4MiB (repeatable)')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--seed <n>', "run with this seed instead of the config's", wholeNumber(0));
}

const ROWS_FORMATS: readonly RowsFormat[] = ['table', 'csv', 'json', 'markdown'];

/** `--json`, `--format`: the form of the result on standard output. */
export const withOutputOptions = (command: Command): Command =>
  command
    .addOption(new Option('--json', 'print one JSON document and nothing else').conflicts('format'))
    .addOption(new Option('--format <form>', 'form of the result').choices(ROWS_FORMATS));

/** The same with the forms of nccl-tests, which is the only one that has a JSON form of its own. */
export const withCollectiveOutputOptions = (command: Command): Command =>
  command
    .addOption(new Option('--json', 'print one JSON document and nothing else; beside --format nccl-tests its JSON'))
    .addOption(new Option('--format <form>', 'form of the result').choices([...ROWS_FORMATS, 'nccl-tests', 'rccl-csv']));

/** `--out`, `--resume`, `--dry-run`: the result folder. */
export function withFolderOptions(command: Command, outDefault: string): Command {
  return command
    .option('--out <dir>', `result folder; without it: ${outDefault}`, folderName)
    .option('--resume', 'go on with the result folder: what it holds is not run again')
    .option('--dry-run', 'list the cells, their seeds and which are there already; run and write nothing');
}

/** `--wall-limit`: the clock of the person who waits; `stop` in the config ends a run at the same place every time. */
export const withLimitOption = (command: Command): Command =>
  command.option('--wall-limit <time>', 'end after this wall time, such as 90s, 10m or 2h, with what there is', parseWallLimit);

/** `--threads`: on how many threads one cell runs. */
export const withThreadsOption = (command: Command): Command =>
  command.option('--threads <n>', 'threads of the run; the result is the same, byte for byte (default: 1)', wholeNumber(1));

/** `-j`: how many cells run at once. */
export const withJobsOption = (command: Command, description: string): Command =>
  command.option('-j, --jobs <n>', description, wholeNumber(1));

export const withSamplesOption = (command: Command): Command =>
  command.option('--samples <n>', 'also the loads of a hashed balancer over this many seeds: mean and percentiles', wholeNumber(1));

/** `--quiet`, `--debug`, `--no-color`: options of every command. */
export function withGeneralOptions(command: Command): Command {
  return command
    .option('--quiet', 'no progress and no notices on standard error')
    .option('--debug', 'show the stack trace of an error')
    .option('--no-color', 'no colours; the variable NO_COLOR does the same');
}

/** @throws ConfigError when the options ask for two forms */
export function formatOf({ json, format }: OutputOptions): Format {
  if (json !== true) return format ?? 'table';
  if (format === undefined) return 'json';
  if (format === 'nccl-tests') return 'nccl-tests-json';
  throw new ConfigError('E164', `--json beside --format ${format}`, { hint: 'one of the two; only nccl-tests has a JSON form of its own' });
}

export const isNcclTests = (format: Format): format is NcclTestsForm => !(ROWS_FORMATS as readonly Format[]).includes(format);
