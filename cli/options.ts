import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { WallLimit } from './wall-limit.ts';
import { parseWallLimit } from './wall-limit.ts';

/** Forms of a table on standard output. */
export type Format = 'table' | 'csv' | 'json' | 'markdown' | 'nccl-tests';

export interface ConfigOptions {
  readonly set: readonly string[];
  readonly seed?: number;
  readonly strict?: true;
}

export interface OutputOptions {
  readonly json?: true;
  readonly format?: Format;
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

/** `--json`, `--format`: the form of the result on standard output. */
export function withOutputOptions(command: Command, formats: readonly Format[]): Command {
  return command
    .addOption(new Option('--json', 'print one JSON document and nothing else').conflicts('format'))
    .addOption(new Option('--format <form>', 'form of the result').choices(formats));
}

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

export const formatOf = (options: OutputOptions): Format => (options.json === true ? 'json' : (options.format ?? 'table'));
