import { createHash } from 'node:crypto';
import type { Row } from '../analysis/rows.ts';
import { ConfigErrors } from '../sim/base/errors.ts';
import type { Scenario } from '../sim/base/scenario.ts';
import { fabricOf, isWireless, type AnyScenario } from './any-scenario.ts';
import type { WorkloadSpec } from '../sim/base/workload-spec.ts';
import type { Combination } from './config/combinations.ts';
import type { LoadedConfig } from './config/load.ts';
import { problem } from './config/problem.ts';
import { resolvedConfig } from './config/resolved-config.ts';
import type { Json, JsonBlock, MapNode, Place } from './config/tree.ts';
import { parsePath, placeOfValue } from './config/tree.ts';
import { resolvedWirelessConfig, wirelessIdentity } from './config/wireless-resolved.ts';
import { cellLabel } from './labels.ts';
import { MODEL_VERSION } from './version.ts';

/** What identifies a cell's row: its content address and the labels it carries in this sweep. */
export interface CellKey {
  /** 12 hexadecimal digits: equal exactly for equal runs, whatever file they come from. */
  readonly runId: string;
  readonly seed: number;
  /** Swept values under their dotted keys, as the row shows them. */
  readonly swept: Row;
}

/** One run of a sweep: plain data, so that it can be sent to a worker. */
export interface Cell<S extends AnyScenario = Scenario> extends CellKey {
  readonly index: number;
  /** Swept values as written in the config. */
  readonly overrides: Readonly<Record<string, Json>>;
  /** This run as a config of its own, without a sweep. */
  readonly config: JsonBlock;
  readonly scenario: S;
}

/** One run of a fabric or of a wireless cell. */
export type AnyCell = Cell<AnyScenario>;

/** The cells of a sweep. Of a long one only the keys are held: a cell is derived when it is asked for. */
export interface CellList {
  /** In the order of the rows; no two with the same `runId`. */
  readonly keys: readonly CellKey[];
  /** Derives cell `index`, below `keys.length`. */
  at(index: number): AnyCell;
}

/** Cells that are there already as a list of cells. */
export const listOf = (cells: readonly AnyCell[]): CellList => ({ keys: cells, at: (index) => cells[index]! });

/**
 * The cells of a config, in order: grid, zip and list multiply in the order in which they are written, the last grid key fastest, and
 * within each combination repeat i runs with seed + i. A config without a sweep has one cell.
 *
 * @throws ConfigErrors when two cells are the same run
 */
export function cellsOf(loaded: LoadedConfig): CellList {
  const { combinations, repeat } = loaded;
  const combinationOf = (index: number): Combination => combinations.at(Math.floor(index / repeat));
  const scenarioOf = (index: number): AnyScenario => {
    const { scenario } = combinationOf(index);
    return { ...scenario, seed: scenario.seed + (index % repeat) };
  };
  const keys = Array.from({ length: combinations.length * repeat }, (_, index): CellKey => {
    const scenario = scenarioOf(index);
    return { runId: runIdOf(scenario), seed: scenario.seed, swept: combinationOf(index).swept };
  });
  const cells: CellList = {
    keys,
    at(index) {
      const scenario = scenarioOf(index);
      return { ...keys[index]!, index, overrides: combinationOf(index).overrides, config: configOf(scenario), scenario };
    },
  };
  refuseSameRuns(cells, loaded);
  return cells;
}

/**
 * `cellsOf` of a fabric with all cells derived, for programs that look at each.
 *
 * @throws ConfigErrors when two cells are the same run; ConfigError when it is no fabric
 */
export async function expandCells(loaded: LoadedConfig): Promise<Cell[]> {
  const cells = cellsOf(loaded);
  return cells.keys.map((_, index) => fabricCell(cells.at(index)));
}

const fabricCell = (cell: AnyCell): Cell => ({ ...cell, scenario: fabricOf(cell.scenario, 'this') });

/**
 * Refuses a config with a sweep, for `netsim run`.
 *
 * @throws ConfigErrors
 */
export function refuseSweep({ document, source }: LoadedConfig): void {
  const sweep = document.entries.get('sweep');
  if (sweep === undefined) return;
  throw new ConfigErrors([
    problem('sweepInRun', sweep.keyAt, 'sweep', 'this config has a sweep', `run it with: netsim sweep ${source.file}`),
  ]);
}

/**
 * The one cell of a config of a fabric.
 *
 * @throws ConfigErrors when the config has a sweep; ConfigError when it is no fabric
 */
export async function runSingle(loaded: LoadedConfig): Promise<Cell> {
  refuseSweep(loaded);
  return fabricCell(cellsOf(loaded).at(0));
}

/**
 * First 48 bits of the SHA-256 of what decides a run: its resolved config without the name, the content of its input files, and the
 * version of the models.
 */
export function runIdOf(scenario: AnyScenario): string {
  const { name: _name, ...config } = isWireless(scenario) ? wirelessIdentity(scenario) : resolvedConfig(scenario);
  const content = isWireless(scenario) ? config : withFileContents(config, scenario);
  const identity = { ...content, modelVersion: MODEL_VERSION };
  return createHash('sha256')
    .update(JSON.stringify(canonical(identity)))
    .digest('hex')
    .slice(0, 12);
}

/** The config of one run with every default. */
const configOf = (scenario: AnyScenario): JsonBlock => (isWireless(scenario) ? resolvedWirelessConfig(scenario) : resolvedConfig(scenario));

/** The content of files in place of their paths. */
function withFileContents(config: JsonBlock, { workload, jobs }: Scenario): JsonBlock {
  const contents = (block: JsonBlock, spec: WorkloadSpec): JsonBlock => {
    if (spec.kind === 'moe' && spec.routing.kind === 'trace') {
      const { kind, digest, sparse } = spec.routing;
      return { ...block, routing: { kind, digest, sparse } };
    }
    if (spec.kind !== 'file') return block;
    const { path: _path, ...others } = block;
    return { ...others, files: spec.digests };
  };
  if (jobs.length === 0) return { ...config, workload: contents(config['workload'] as JsonBlock, workload) };
  const blocks = (config['jobs'] as readonly JsonBlock[]).map((block, i) => ({
    ...block,
    workload: contents(block['workload'] as JsonBlock, jobs[i]!.workload),
  }));
  return { ...config, jobs: blocks };
}

/** The same value with the keys of every block sorted. */
function canonical(value: Json): Json {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, canonical(item)]));
}

function refuseSameRuns(cells: CellList, loaded: LoadedConfig): void {
  const first = new Map<string, number>();
  cells.keys.forEach(({ runId }, index) => {
    const earlier = first.get(runId);
    first.set(runId, index);
    if (earlier !== undefined) throw sameRun(cells.at(earlier), cells.at(index), loaded);
  });
}

function sameRun(earlier: AnyCell, later: AnyCell, loaded: LoadedConfig): ConfigErrors {
  const { at, key } = placeOfRepetition(loaded, earlier, later);
  const message = `cells ${earlier.index} (${labelAsWritten(earlier)}) and ${later.index} (${labelAsWritten(later)}) are the same run`;
  return new ConfigErrors([problem('sameRun', at, key, message, 'sweep each combination once')]);
}

/** The swept value by which the later cell seems to differ, or the sweep as a whole. */
function placeOfRepetition(loaded: LoadedConfig, earlier: AnyCell, later: AnyCell): { readonly at: Place; readonly key: string } {
  const documentOf = (cell: AnyCell): MapNode => loaded.combinations.at(Math.floor(cell.index / loaded.repeat)).document;
  const placeIn = (cell: AnyCell, key: string): Place => placeOfValue(documentOf(cell), parsePath(key));
  const key = Object.keys(later.overrides).find((name) => {
    const [a, b] = [placeIn(earlier, name), placeIn(later, name)];
    return a.line !== b.line || a.column !== b.column;
  });
  if (key !== undefined) return { at: placeIn(later, key), key };
  return { at: loaded.document.entries.get('sweep')?.keyAt ?? loaded.document.at, key: 'sweep' };
}

/** Values with their units, as they stand in the sweep. */
function labelAsWritten(cell: AnyCell): string {
  const written = Object.entries(cell.swept).map(([key, value]) => {
    const override = cell.overrides[key] ?? null;
    return [key, typeof override === 'object' ? value : override] as const;
  });
  return cellLabel({ swept: Object.fromEntries(written), seed: cell.seed });
}
