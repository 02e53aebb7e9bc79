import type { Row } from '../../analysis/rows.ts';
import { ConfigError, InternalError } from '../../sim/base/errors.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { Assignment } from './assign.ts';
import { assign, covers } from './assign.ts';
import type { BlockValidator } from './blocks.ts';
import { isComplete } from './blocks.ts';
import { CODES, problem } from './problem.ts';
import type { BlockName, Config } from './schema/config.ts';
import { BLOCKS } from './schema/config.ts';
import type { SweepPlan } from './sweep-plan.ts';
import { sweptValue } from './swept-value.ts';
import { toScenario } from './to-scenario.ts';
import type { Json, MapNode } from './tree.ts';
import { nodeAt, parsePath, placeOfValue, plain } from './tree.ts';
import type { WorkloadFiles } from './workload-files.ts';

/** One combination of swept values, valid, with the seed of its first repeat. */
export interface Combination {
  readonly swept: Row;
  /** What the sweep set, as written. */
  readonly overrides: Readonly<Record<string, Json>>;
  readonly scenario: Scenario;
  readonly document: MapNode;
}

/** Combinations that are derived when asked for: a sweep of 100,000 holds none of them. */
export interface CombinationList {
  readonly length: number;
  /** Derives combination `index`, below `length`. */
  at(index: number): Combination;
}

/** What combinations are derived from. */
export interface CombinationSource {
  readonly document: MapNode;
  readonly plan: SweepPlan;
  readonly repeat: number;
  readonly validator: BlockValidator;
  readonly files: WorkloadFiles;
  readonly name: string;
}

/** Enough to see what is wrong; a sweep could repeat it a hundred thousand times. */
export const MAX_ERRORS = 100;
/** Errors that a value may have for want of another one. */
export const CONSEQUENCES: readonly string[] = [CODES.missingKey, CODES.contradiction];
const RUN_BLOCKS = (Object.keys(BLOCKS) as BlockName[]).filter((name) => name !== 'sweep' && name !== 'report');

/** The document of a combination, as far as it is valid. */
interface Draft {
  readonly assignments: readonly Assignment[];
  /** As written. */
  readonly document: MapNode;
  /** With its bare words read as kinds. */
  readonly root: MapNode;
  readonly errors: readonly ConfigError[];
  readonly seed: number;
  /** null: there are errors. */
  readonly config: Config | null;
}

/**
 * Validates every combination of the sweep and loads the files of their workloads; of a sweep that is wrong only the first combinations,
 * for what is wrong with its keys and values. Keeps none of them.
 */
export async function checkCombinations(source: CombinationSource): Promise<readonly ConfigError[]> {
  const { plan, repeat, files } = source;
  const found = plan.keys.length > 0 ? shadowedErrors(source) : [];
  const distinct = new Set<string>();
  const report = (...errors: readonly ConfigError[]): void => {
    found.push(...errors);
    for (const error of errors) distinct.add(error.describe());
  };
  const last = plan.errors.length === 0 ? plan.combinations : Math.min(plan.combinations, MAX_ERRORS);
  for (let i = 0; i < last && distinct.size < MAX_ERRORS; i++) {
    const draft = draftOf(source, i);
    if (draft instanceof ConfigError) {
      report(draft);
      continue;
    }
    report(...draft.errors);
    const lastSeed = draft.seed + (repeat - 1);
    if (!Number.isSafeInteger(lastSeed)) {
      const message = `the last repeat would run with seed ${lastSeed}`;
      report(problem('outOfRange', placeOfValue(draft.root, ['seed']), 'seed', message, 'at most 2^53 - 1'));
    }
    if (draft.config === null) continue;
    const error = await files.load(draft.config, draft.root);
    if (error !== null) report(error);
  }
  return found;
}

/** The combinations of a sweep in which `checkCombinations` has found nothing wrong. The last one is kept: its repeats ask for it again. */
export function combinationList(source: CombinationSource): CombinationList {
  let last: { readonly index: number; readonly combination: Combination } | null = null;
  return {
    length: source.plan.combinations,
    at(index) {
      if (last?.index !== index) last = { index, combination: combinationAt(source, index) };
      return last.combination;
    },
  };
}

function combinationAt(source: CombinationSource, index: number): Combination {
  const draft = draftOf(source, index);
  if (draft instanceof ConfigError || draft.config === null) throw new InternalError('E912', `combination ${index} is not valid`);
  const { assignments, document, config } = draft;
  return {
    swept: sweptRow(source.plan.keys.filter(hasColumn), assignments, config, document),
    overrides: Object.fromEntries(assignments.map(({ key, value }) => [key, plain(value)])),
    scenario: toScenario(config, source.name, (workload, ranks) => source.files.loaded(workload, ranks)),
    document,
  };
}

function draftOf({ document, plan, validator }: CombinationSource, index: number): Draft | ConfigError {
  const assignments = plan.assignments(index);
  const cell = assignAll(document, assignments);
  if (cell instanceof ConfigError) return cell;
  const { root, errors, config } = validator.validate(cell, RUN_BLOCKS);
  const whole = { ...config, sweep: undefined, report: undefined };
  const isValid = errors.length === 0 && isComplete(whole);
  return { assignments, document: cell, root, errors, seed: config.seed ?? 0, config: isValid ? whole : null };
}

/** The row of a run has its seed already. */
export const hasColumn = (key: string): boolean => key !== 'seed';

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
function shadowedErrors({ document, plan, validator }: CombinationSource): ConfigError[] {
  const swept = plan.keys.map(parsePath);
  const { errors } = validator.validate(document, RUN_BLOCKS);
  const hidden = errors.filter((error) => !CONSEQUENCES.includes(error.code));
  return hidden.filter((error) => swept.some((path) => covers(path, parsePath(error.where?.path ?? ''))));
}
