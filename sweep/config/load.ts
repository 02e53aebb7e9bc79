import { basename, extname } from 'node:path';
import type { ChartSpec } from '../../analysis/charts/input.ts';
import { ConfigError, ConfigErrors } from '../../sim/base/errors.ts';
import type { NetsimError } from '../../sim/base/errors.ts';
import type { ConfigSource, ReportRequest } from '../manifest.ts';
import { checkCharts } from './charts.ts';
import type { CombinationList } from './combinations.ts';
import { checkCombinations, combinationList, CONSEQUENCES, hasColumn, MAX_ERRORS } from './combinations.ts';
import type { OpenFile, ReadFile } from './files.ts';
import { readFailure, readFileFromDisk } from './files.ts';
import { FabricReader, openFileOf } from './fabric-reader.ts';
import { applyOverrides, overwrittenOverrides } from './overrides.ts';
import { inFileOrder, problem } from './problem.ts';
import type { Frame } from './run-reader.ts';
import { BLOCKS } from './schema/config.ts';
import { isWirelessDocument, systemOf } from './schema/systems.ts';
import { WirelessReader } from './wireless-reader.ts';
import { NO_SWEEP, planSweep } from './sweep-plan.ts';
import type { MapNode } from './tree.ts';
import { dottedPath, nodeAt, parsePath, placeOfKey } from './tree.ts';
import { decodeText, MAX_CONFIG_BYTES, parseYaml } from './yaml.ts';

/** A config file, read and valid in all its combinations. */
export interface LoadedConfig {
  readonly source: ConfigSource;
  readonly name: string;
  /** The document after `--set` and `--seed`, with places. */
  readonly document: MapNode;
  readonly hasSweep: boolean;
  readonly sweptKeys: readonly string[];
  readonly repeat: number;
  readonly report: ReportRequest;
  /** Of the trace of a run; null: there are none of this kind of config. */
  readonly trace: { readonly maxEvents: number } | null;
  readonly combinations: CombinationList;
}

export interface LoadOptions {
  /** `key=value` of each `--set`, in order. */
  readonly set?: readonly string[];
  /** `--seed`, in place of the config's. */
  readonly seed?: number;
  /** The file system by default. */
  readonly readFile?: ReadFile;
  /** For files of workloads; by default as `readFile`. */
  readonly openFile?: OpenFile;
}

/**
 * Reads and validates a config file (YAML or JSON): its own keys, every combination of its sweep, its report, and the files its
 * workload names.
 *
 * @throws ConfigErrors all that is wrong, in the order of the file, each with its place, the key, and what to do
 */
export async function loadConfig(path: string, options: LoadOptions = {}): Promise<LoadedConfig> {
  const readFile = options.readFile ?? readFileFromDisk;
  const text = await readText(path, readFile);
  const parsed = parseDocument(text, path);
  const { root: document, assignments, errors } = applyOverrides(parsed, options.set ?? [], options.seed);

  const reader = isWirelessDocument(document)
    ? new WirelessReader(nameOfFile(path))
    : new FabricReader(path, nameOfFile(path), readFile, openFileOf(options.readFile, options.openFile));
  const frame = reader.frame(document);
  const found = [...errors, ...frame.errors];
  const sweepEntry = document.entries.get('sweep');
  const repeat = frame.config.sweep?.repeat ?? 1;
  const plan = sweepEntry === undefined || frame.config.sweep === undefined ? NO_SWEEP : planSweep(sweepEntry, repeat);
  found.push(...plan.errors, ...overwrittenOverrides(assignments, plan.keys.map(parsePath)));
  const report = document.entries.get('report')?.value;
  if (report?.kind === 'map') found.push(...checkCharts(report, plan.keys, systemOf(document)));

  const name = frame.config.name ?? nameOfFile(path);
  const swept = { document, plan, repeat, reader };
  const wrong = await checkCombinations(swept);
  // What a sweep that is itself wrong leaves out is no second mistake.
  const isPlanned = plan.errors.length === 0 && (sweepEntry === undefined || frame.config.sweep !== undefined);
  found.push(...wrong.filter((error) => isPlanned || !CONSEQUENCES.includes(error.code)));
  if (found.length > 0) throw new ConfigErrors(inFileOrder(found).slice(0, MAX_ERRORS));
  return {
    source: { file: path, text, overrides: options.set ?? [], seed: options.seed ?? null },
    name,
    document,
    hasSweep: sweepEntry !== undefined,
    sweptKeys: plan.keys.filter(hasColumn),
    repeat,
    report: { title: frame.config.report?.title ?? null, charts: frame.config.report?.charts?.map(chartSpec) ?? null },
    trace: frame.config.trace ?? null,
    combinations: combinationList(swept),
  };
}

/** The file name without its extension where that can be a name. */
function nameOfFile(path: string): string {
  const parsed = BLOCKS.name.safeParse(basename(path, extname(path)));
  return parsed.data ?? 'config';
}

type ChartConfig = NonNullable<NonNullable<Frame['config']['report']>['charts']>[number];

const chartSpec = ({ x, y, series, facet, oracle }: ChartConfig): ChartSpec => ({
  x,
  y,
  series: series ?? null,
  ...(facet === undefined ? {} : { facet: typeof facet === 'string' ? [facet] : facet }),
  ...(oracle === undefined ? {} : { oracle }),
});

async function readText(path: string, readFile: ReadFile): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path, MAX_CONFIG_BYTES);
  } catch (error) {
    const reason = readFailure(error);
    if (reason === undefined) throw error;
    const message = path === '' ? 'the path of the config is empty' : `cannot read the config: ${reason}`;
    const hint = path === '-' ? 'to read standard input, give /dev/stdin' : 'give the path of a YAML or JSON file';
    throw new ConfigErrors([problem('unreadable', { file: path }, '', message, hint)]);
  }
  const text = decodeText(bytes, path);
  if (text instanceof ConfigError) throw new ConfigErrors([text]);
  return text;
}

function parseDocument(text: string, file: string): MapNode {
  const { root, errors } = parseYaml(text, (line, column) => ({ file, line, column }));
  const start = { file, line: 1, column: 1 };
  const hint = 'a config is a block of keys such as topology: and workload:; netsim init writes one';
  if (errors.length > 0) throw new ConfigErrors(inFileOrder(errors));
  if (root === null || (root.kind === 'scalar' && root.value === null)) {
    throw new ConfigErrors([problem('notText', start, '', 'the config is empty', hint)]);
  }
  if (root.kind === 'map') return root;
  throw new ConfigErrors([
    problem('wrongType', root.at, '', `the config is ${root.kind === 'list' ? 'a list' : 'one value'}, not a block of keys`, hint),
  ]);
}

/**
 * Gives an error that knows only its config key the place of that key in the file, or of the nearest block around it.
 *
 * @param cell index of the cell it was thrown for: swept keys then have their place in the sweep
 */
export function locate(error: NetsimError, loaded: LoadedConfig, cell = 0): NetsimError {
  const path = error.where?.path;
  if (!(error instanceof ConfigError) || path === undefined || error.where?.file !== undefined) return error;
  const { document } = loaded.combinations.at(Math.floor(cell / loaded.repeat));
  const written = pathAsWritten(document, path);
  const place = placeOfNearest(document, written);
  return new ConfigError(error.code, error.message, {
    where: { ...place, path: dottedPath(written) },
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}

/** A key of user i of a cell (`users[i].channel.doppler`) is that of its entry in `users.mix`, or of the block that users share. */
function pathAsWritten(document: MapNode, path: string): string[] {
  const ofUser = /^users\[(\d+)\]\.(.+)$/.exec(path);
  if (ofUser === null) return parsePath(path);
  const shared = parsePath(ofUser[2]!);
  const mix = nodeAt(document, ['users', 'mix']);
  if (mix?.kind !== 'list') return shared;
  const own = ['users', 'mix', String(Number(ofUser[1]) % mix.items.length), ...shared];
  return nodeAt(document, own) === undefined ? shared : own;
}

const placeOfNearest = (document: MapNode, path: readonly string[]) => nodeAt(document, path)?.at ?? placeOfKey(document, path);
