import { basename, extname } from 'node:path';
import { RESULT_COLUMNS } from '../../analysis/rows.ts';
import type { Row } from '../../analysis/rows.ts';
import { ConfigError, ConfigErrors } from '../../sim/base/errors.ts';
import type { NetsimError } from '../../sim/base/errors.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { ConfigSource, ReportRequest } from '../manifest.ts';
import type { Assignment } from './assign.ts';
import { assign, covers } from './assign.ts';
import { BlockValidator, isComplete } from './blocks.ts';
import { checkCharts } from './charts.ts';
import type { ReadFile } from './files.ts';
import { readFailure, readFileFromDisk } from './files.ts';
import { applyOverrides, overwrittenOverrides } from './overrides.ts';
import { CODES, inFileOrder, problem } from './problem.ts';
import type { BlockName, Config } from './schema/config.ts';
import { BLOCKS } from './schema/config.ts';
import type { SweepPlan } from './sweep-plan.ts';
import { NO_SWEEP, planSweep } from './sweep-plan.ts';
import { sweptValue } from './swept-value.ts';
import { toScenario } from './to-scenario.ts';
import type { Json, MapNode } from './tree.ts';
import { nodeAt, parsePath, placeOfKey, placeOfValue, plain } from './tree.ts';
import { WorkloadFiles } from './workload-files.ts';
import { decodeText, MAX_CONFIG_BYTES, parseYaml } from './yaml.ts';

/** One combination of swept values, valid, with the seed of its first repeat. */
export interface Combination {
  readonly swept: Row;
  /** What the sweep set, as written. */
  readonly overrides: Readonly<Record<string, Json>>;
  readonly scenario: Scenario;
  readonly document: MapNode;
}

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
  readonly combinations: readonly Combination[];
}

export interface LoadOptions {
  /** `key=value` of each `--set`, in order. */
  readonly set?: readonly string[];
  /** `--seed`, in place of the config's. */
  readonly seed?: number;
  /** The file system by default. */
  readonly readFile?: ReadFile;
}

/** Enough to see what is wrong; a sweep could repeat it a hundred thousand times. */
const MAX_ERRORS = 100;
/** Errors that a value may have for want of another one. */
const CONSEQUENCES: readonly string[] = [CODES.missingKey, CODES.contradiction];
const RUN_BLOCKS = (Object.keys(BLOCKS) as BlockName[]).filter((name) => name !== 'sweep' && name !== 'report');

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
  refuseWireless(document);

  const validator = new BlockValidator();
  const frame = validator.validate(document, ['name', 'seed', 'sweep', 'report']);
  const found = [...errors, ...frame.errors];
  const sweepEntry = document.entries.get('sweep');
  const repeat = frame.config.sweep?.repeat ?? 1;
  const plan = sweepEntry === undefined || frame.config.sweep === undefined ? NO_SWEEP : planSweep(sweepEntry, repeat);
  found.push(...plan.errors, ...overwrittenOverrides(assignments, plan.keys.map(parsePath)));
  const report = document.entries.get('report')?.value;
  if (report?.kind === 'map') found.push(...checkCharts(report, plan.keys, RESULT_COLUMNS));

  const name = frame.config.name ?? nameOfFile(path);
  const files = new WorkloadFiles(path, readFile);
  const { combinations, errors: wrong } = await combine(document, plan, repeat, validator, files, name);
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
    combinations,
  };
}

/** The row of a run has its seed already. */
const hasColumn = (key: string): boolean => key !== 'seed';

/** The file name without its extension where that can be a name. */
function nameOfFile(path: string): string {
  const parsed = BLOCKS.name.safeParse(basename(path, extname(path)));
  return parsed.data ?? 'config';
}

const chartSpec = ({ x, y, series }: { x: string; y: string; series?: string | undefined }) => ({ x, y, series: series ?? null });

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

function refuseWireless(document: MapNode): void {
  const kind = nodeAt(document, ['kind']);
  if (kind?.kind !== 'scalar' || kind.value !== 'wireless') return;
  const message = 'wireless comes in a later version';
  throw new ConfigErrors([problem('notAvailable', kind.at, 'kind', message, 'this version simulates kind: fabric')]);
}

/** Validates every combination of the sweep; of a sweep that is wrong only the first ones, for what is wrong with its keys and values. */
async function combine(
  document: MapNode,
  plan: SweepPlan,
  repeat: number,
  validator: BlockValidator,
  files: WorkloadFiles,
  name: string,
): Promise<{ readonly combinations: readonly Combination[]; readonly errors: readonly ConfigError[] }> {
  const found = plan.keys.length > 0 ? shadowedErrors(document, plan, validator) : [];
  const combinations: Combination[] = [];
  const distinct = new Set<string>();
  const report = (...errors: readonly ConfigError[]): void => {
    found.push(...errors);
    for (const error of errors) distinct.add(error.describe());
  };
  const last = plan.errors.length === 0 ? plan.combinations : Math.min(plan.combinations, MAX_ERRORS);
  for (let i = 0; i < last && distinct.size < MAX_ERRORS; i++) {
    const assignments = plan.assignments(i);
    const cell = assignAll(document, assignments);
    if (cell instanceof ConfigError) {
      report(cell);
      continue;
    }
    const { root, errors, config } = validator.validate(cell, RUN_BLOCKS);
    report(...errors);
    const lastSeed = (config.seed ?? 0) + (repeat - 1);
    if (!Number.isSafeInteger(lastSeed)) {
      const message = `the last repeat would run with seed ${lastSeed}`;
      report(problem('outOfRange', placeOfValue(root, ['seed']), 'seed', message, 'at most 2^53 - 1'));
    }
    const whole = { ...config, sweep: undefined, report: undefined };
    if (errors.length > 0 || !isComplete(whole)) continue;
    const inputs = await files.load(whole, root);
    if (inputs instanceof ConfigError) {
      report(inputs);
      continue;
    }
    combinations.push({
      swept: sweptRow(plan.keys.filter(hasColumn), assignments, whole, cell),
      overrides: Object.fromEntries(assignments.map(({ key, value }) => [key, plain(value)])),
      scenario: toScenario(whole, name, inputs),
      document: cell,
    });
  }
  return { combinations, errors: found };
}

function sweptRow(keys: readonly string[], assignments: readonly Assignment[], config: Config, cell: MapNode): Row {
  const written = new Map(assignments.map(({ key, value }) => [key, value]));
  return Object.fromEntries(
    keys.map((key) => {
      const path = parsePath(key);
      return [key, sweptValue(config, path, written.get(key) ?? nodeAt(cell, path))];
    }),
  );
}

function assignAll(document: MapNode, assignments: readonly Assignment[]): MapNode | ConfigError {
  let cell = document;
  for (const assignment of assignments) {
    const next = assign(cell, assignment);
    if (next instanceof ConfigError) return next;
    cell = next;
  }
  return cell;
}

/** Mistakes in values that every combination replaces: nobody would see them otherwise. */
function shadowedErrors(document: MapNode, plan: SweepPlan, validator: BlockValidator): ConfigError[] {
  const swept = plan.keys.map(parsePath);
  const { errors } = validator.validate(document, RUN_BLOCKS);
  const hidden = errors.filter((error) => !CONSEQUENCES.includes(error.code));
  return hidden.filter((error) => swept.some((path) => covers(path, parsePath(error.where?.path ?? ''))));
}

/**
 * Gives an error that knows only its config key the place of that key in the file, or of the nearest block around it.
 *
 * @param cell index of the cell it was thrown for: swept keys then have their place in the sweep
 */
export function locate(error: NetsimError, loaded: LoadedConfig, cell = 0): NetsimError {
  const path = error.where?.path;
  if (!(error instanceof ConfigError) || path === undefined || error.where?.file !== undefined) return error;
  const document = loaded.combinations[Math.floor(cell / loaded.repeat)]?.document ?? loaded.document;
  const place = placeOfNearest(document, parsePath(path));
  return new ConfigError(error.code, error.message, {
    where: { ...place, path },
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}

const placeOfNearest = (document: MapNode, path: readonly string[]) => nodeAt(document, path)?.at ?? placeOfKey(document, path);
