import type { Row } from '../../analysis/rows.ts';
import { ConfigError, InternalError } from '../../sim/base/errors.ts';
import type { AnyScenario } from '../any-scenario.ts';
import type { Assignment } from './assign.ts';
import { assign, covers } from './assign.ts';
import { CODES, problem } from './problem.ts';
import type { CheckedRun, RunReader } from './run-reader.ts';
import type { SweepPlan } from './sweep-plan.ts';
import { sweptValue } from './swept-value.ts';
import type { Json, MapNode } from './tree.ts';
import { nodeAt, parsePath, placeOfValue, plain } from './tree.ts';

/** One combination of swept values, valid, with the seed of its first repeat. */
export interface Combination {
  readonly swept: Row;
  /** What the sweep set, as written. */
  readonly overrides: Readonly<Record<string, Json>>;
  readonly scenario: AnyScenario;
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
  readonly reader: RunReader;
}

/** Enough to see what is wrong; a sweep could repeat it a hundred thousand times. */
export const MAX_ERRORS = 100;
/** Errors that a value may have for want of another one. */
export const CONSEQUENCES: readonly string[] = [CODES.missingKey, CODES.contradiction];

/** A combination and its document. */
interface Draft {
  readonly assignments: readonly Assignment[];
  readonly document: MapNode;
}

/**
 * Validates every combination of the sweep and loads the files of their workloads; of a sweep that is wrong only the first combinations,
 * for what is wrong with its keys and values. Keeps none of them.
 */
export async function checkCombinations(source: CombinationSource): Promise<readonly ConfigError[]> {
  const { plan, repeat, reader } = source;
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
    const { errors, seed, root } = await reader.checkWithFiles(draft.document);
    report(...errors);
    const lastSeed = seed + (repeat - 1);
    if (!Number.isSafeInteger(lastSeed)) {
      const message = `the last repeat would run with seed ${lastSeed}`;
      report(problem('outOfRange', placeOfValue(root, ['seed']), 'seed', message, 'at most 2^53 - 1'));
    }
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
  const run: CheckedRun | null = draft instanceof ConfigError ? null : source.reader.check(draft.document);
  if (draft instanceof ConfigError || run === null || run.config === null)
    throw new InternalError('E912', `combination ${index} is not valid`);
  const { assignments, document } = draft;
  return {
    swept: sweptRow(source.plan.keys.filter(hasColumn), assignments, run.config, document),
    overrides: Object.fromEntries(assignments.map(({ key, value }) => [key, plain(value)])),
    scenario: run.scenario(),
    document,
  };
}

function draftOf({ document, plan }: CombinationSource, index: number): Draft | ConfigError {
  const assignments = plan.assignments(index);
  const cell = assignAll(document, assignments);
  return cell instanceof ConfigError ? cell : { assignments, document: cell };
}

/** The row of a run has its seed already. */
export const hasColumn = (key: string): boolean => key !== 'seed';

function sweptRow(keys: readonly string[], assignments: readonly Assignment[], config: object, cell: MapNode): Row {
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
function shadowedErrors({ document, plan, reader }: CombinationSource): ConfigError[] {
  const swept = plan.keys.map(parsePath);
  const { errors } = reader.check(document);
  const hidden = errors.filter((error) => !CONSEQUENCES.includes(error.code));
  return hidden.filter((error) => swept.some((path) => covers(path, parsePath(error.where?.path ?? ''))));
}
