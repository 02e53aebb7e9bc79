import type { ConfigError } from '../../sim/base/errors.ts';
import type { Assignment } from './assign.ts';
import { covers } from './assign.ts';
import { describe } from './issues.ts';
import type { ProblemKind } from './problem.ts';
import { problem } from './problem.ts';
import { expandRange, RangeProblem } from './range.ts';
import type { Entry, Place, TreeNode } from './tree.ts';
import { parsePath } from './tree.ts';

export const MAX_CELLS = 100_000;

/** Values that are taken together: one key of a grid, a whole zip, a whole list. */
interface Axis {
  readonly points: readonly (readonly Assignment[])[];
}

/** All combinations of a sweep, in order: the blocks and grid keys as written, the last one fastest. */
export interface SweepPlan {
  /** Swept keys in written order, each once. */
  readonly keys: readonly string[];
  readonly combinations: number;
  /** Assignments of combination i, in written order. */
  assignments(i: number): readonly Assignment[];
  readonly errors: readonly ConfigError[];
}

/** The plan without a sweep: one combination that changes nothing. */
export const NO_SWEEP: SweepPlan = { keys: [], combinations: 1, assignments: () => [], errors: [] };

/** Not to be swept, and why. */
const FIXED_KEYS = new Map(
  Object.entries({
    name: 'it has no effect on a run',
    kind: 'one sweep is of one kind',
    sweep: 'a sweep does not sweep itself',
    report: 'there is one report of the whole sweep',
  }),
);

const BLOCKS = ['grid', 'zip', 'list'];

/** Lays out a `sweep` block that has the right shape (schema/sweep.ts) and names what is wrong with its keys, lists and ranges. */
export function planSweep(sweep: Entry, repeat: number): SweepPlan {
  const planner = new Planner();
  const entries = sweep.value.kind === 'map' ? [...sweep.value.entries] : [];
  const axes = entries.flatMap(([name, entry]) => (BLOCKS.includes(name) ? planner.axesOf(name, entry) : []));
  planner.checkOverlaps(axes);
  const combinations = axes.reduce((product, axis) => product * axis.points.length, 1);
  if (axes.length === 0 && repeat === 1 && planner.errors.length === 0) {
    planner.fail(sweep.keyAt, 'sweep', 'nothing is swept', 'give grid, zip, list or repeat');
  } else if (combinations * repeat > MAX_CELLS) {
    planner.fail(sweep.keyAt, 'sweep', countOf(combinations * repeat, 'cell'), `at most ${MAX_CELLS}`);
  }
  return {
    keys: [...new Set(axes.flatMap((axis) => axis.points.flatMap((point) => point.map(({ key }) => key))))],
    combinations,
    assignments(i) {
      let rest = i;
      return axes
        .toReversed()
        .map((axis) => {
          const point = axis.points[rest % axis.points.length]!;
          rest = Math.floor(rest / axis.points.length);
          return point;
        })
        .toReversed()
        .flat();
    },
    errors: planner.errors,
  };
}

/** The values of one key. */
interface Column {
  readonly at: Place;
  readonly place: string;
  readonly points: readonly Assignment[];
}

const countOf = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

class Planner {
  readonly errors: ConfigError[] = [];

  fail(at: Place, path: string, message: string, hint: string, kind: ProblemKind = 'badSweep'): void {
    this.errors.push(problem(kind, at, path, message, hint));
  }

  axesOf(name: string, { keyAt, value: block }: Entry): Axis[] {
    if (block.kind === 'list') {
      const points = block.items.map((item, i) => this.#point(item, `sweep.list[${i}]`));
      return [{ points }];
    }
    if (block.kind !== 'map') return [];
    if (block.entries.size === 0) this.fail(keyAt, `sweep.${name}`, 'no keys', 'give at least one dotted key');
    const columns = [...block.entries].flatMap(([key, entry]) => this.#column(key, entry, `sweep.${name}.${key}`) ?? []);
    if (name === 'grid') return columns.map(({ points }) => ({ points: points.map((assignment) => [assignment]) }));
    const [first] = columns;
    if (first === undefined) return [];
    for (const { at, place, points } of columns) {
      if (points.length === first.points.length) continue;
      const message = `${countOf(points.length, 'value')}, the first key has ${first.points.length}`;
      this.fail(at, place, message, 'lists of a zip have one length');
    }
    const shortest = Math.min(...columns.map(({ points }) => points.length));
    return [{ points: Array.from({ length: shortest }, (_, i) => columns.map(({ points }) => points[i]!)) }];
  }

  #point(item: TreeNode, place: string): Assignment[] {
    if (item.kind !== 'map') return [];
    if (item.entries.size === 0) this.fail(item.at, place, 'no keys', 'give at least one dotted key');
    return [...item.entries].flatMap(([key, entry]) => this.#key(key, entry.keyAt, `${place}.${key}`)?.(entry.value) ?? []);
  }

  /** null: something is wrong with the key or its values. */
  #column(key: string, entry: Entry, place: string): Column | null {
    const assignment = this.#key(key, entry.keyAt, place);
    const values = this.#values(entry.value, place);
    return assignment === null || values === null ? null : { at: entry.value.at, place, points: values.map(assignment) };
  }

  #values(node: TreeNode, place: string): readonly TreeNode[] | null {
    if (node.kind === 'list') return node.items;
    if (node.kind !== 'map') {
      this.fail(node.at, place, `expected a list or a range, got ${describe(node)}`, 'write [a, b] or { from, to, step | factor }');
      return null;
    }
    const values = expandRange(node, MAX_CELLS);
    if (!(values instanceof RangeProblem)) return values;
    this.fail(values.at, place, values.message, values.hint);
    return null;
  }

  /** Makes assignments of a key, or null if it cannot be swept. */
  #key(key: string, keyAt: Place, place: string): ((value: TreeNode) => Assignment) | null {
    const path = parsePath(key);
    const reason = FIXED_KEYS.get(path.length === 1 || path[0] === 'sweep' || path[0] === 'report' ? path[0]! : '');
    if (reason !== undefined) this.fail(keyAt, place, `${key} cannot be swept`, reason);
    else if (path.includes('') || path.includes('__proto__'))
      this.fail(keyAt, place, `"${key}" is not a dotted key`, 'such as workload.size');
    else return (value) => ({ key, path, keyAt, value });
    return null;
  }

  /** One axis must not undo what another one sets, nor a later key of a point an earlier one. */
  checkOverlaps(axes: readonly Axis[]): void {
    const seen: Assignment[] = [];
    for (const axis of axes) {
      const added: Assignment[] = [];
      for (const point of axis.points) {
        point.forEach((assignment, i) => {
          const same = seen.find(({ key }) => key === assignment.key);
          const undone = [...seen, ...point.slice(0, i)].find(({ path }) => covers(assignment.path, path));
          const label = `sweep: ${assignment.key}`;
          if (same !== undefined) this.fail(assignment.keyAt, label, 'the key is swept twice', 'name it in one place only');
          else if (undone !== undefined)
            this.fail(assignment.keyAt, label, `overwrites the swept ${undone.key}`, `write ${assignment.key} before ${undone.key}`);
          if (!added.some(({ key }) => key === assignment.key)) added.push(assignment);
        });
      }
      seen.push(...added);
    }
  }
}
