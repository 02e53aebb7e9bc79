import type { Dimension } from '../../sim/base/quantity.ts';
import { DIMENSIONS, formatQuantity, isWhole, parseQuantity } from '../../sim/base/quantity.ts';
import type { MapNode, Place, TreeNode } from './tree.ts';
import { scalarNode } from './tree.ts';

/** What is wrong with a range, and where. */
export class RangeProblem {
  readonly at: Place;
  readonly message: string;
  readonly hint: string;

  constructor(at: Place, message: string, hint: string) {
    this.at = at;
    this.message = message;
    this.hint = hint;
  }
}

interface Measured {
  readonly value: number;
  /** null: a bare number. */
  readonly dimension: Dimension | null;
}

function measure(node: TreeNode): Measured | null {
  if (node.kind !== 'scalar') return null;
  const { value } = node;
  if (typeof value === 'number') return Number.isFinite(value) ? { value, dimension: null } : null;
  if (typeof value !== 'string') return null;
  for (const dimension of DIMENSIONS) {
    const parsed = parseQuantity(value, dimension);
    if (typeof parsed === 'number') return { value: parsed, dimension };
  }
  return null;
}

/**
 * Values of `{ from, to, step | factor }`: from, from + step, .. or from, from * factor, .. up to `to`, which is the last value if
 * it is hit. Fractions are rounded to 12 digits, so that steps of 0.1 stay what they look like.
 */
export function expandRange(range: MapNode, maxValues: number): TreeNode[] | RangeProblem {
  const entry = (key: string): TreeNode | undefined => range.entries.get(key)?.value;
  const from = entry('from');
  const to = entry('to');
  const step = entry('step');
  const factor = entry('factor');
  if (from === undefined || to === undefined)
    return new RangeProblem(range.at, 'a range without from or to', 'write { from, to, step } or { from, to, factor }');
  if ((step === undefined) === (factor === undefined)) {
    return new RangeProblem(range.at, 'a range has either step or factor', 'write { from, to, step } or { from, to, factor }');
  }
  const first = measure(from);
  if (first === null) return new RangeProblem(from.at, 'not a number or quantity', 'such as 1MiB');
  const last = measure(to);
  if (last === null || last.dimension !== first.dimension)
    return new RangeProblem(to.at, 'not a number or quantity like from', 'the same unit family as from');
  const change = measure((step ?? factor)!);
  const changeAt = (step ?? factor)!.at;
  if (change === null || change.dimension !== (step === undefined ? null : first.dimension)) {
    return new RangeProblem(
      changeAt,
      step === undefined ? 'factor is a bare number' : 'step is not of the kind of from',
      'such as step: 1MiB, or factor: 2',
    );
  }
  const next = step === undefined ? multiplied(first.value, change.value) : (i: number): number => first.value + i * change.value;
  const rises = last.value >= first.value;
  const moves = rises ? next(1) > first.value : next(1) < first.value;
  if (!moves && last.value !== first.value)
    return new RangeProblem(
      changeAt,
      'the range never reaches its end',
      `choose a ${step === undefined ? 'factor' : 'step'} that leads from ${first.value} to ${last.value}`,
    );
  const values: TreeNode[] = [];
  const slack = 1e-12 * Math.abs(last.value);
  for (let i = 0; rises ? next(i) <= last.value + slack : next(i) >= last.value - slack; i++) {
    if (values.length === maxValues) return new RangeProblem(range.at, `more than ${maxValues} values`, 'choose a larger step');
    const value = next(i);
    if (first.dimension === null) {
      values.push(scalarNode(Number(value.toPrecision(12)), range.at));
    } else if (!isWhole(first.dimension)) {
      values.push(scalarNode(formatQuantity(Number(value.toPrecision(12)), first.dimension), range.at));
    } else if (Number.isInteger(value)) {
      values.push(scalarNode(formatQuantity(value, first.dimension), range.at));
    } else {
      return new RangeProblem(
        changeAt,
        `${value} is not a whole number of ${first.dimension === 'time' ? 'picoseconds' : first.dimension}`,
        'choose another factor',
      );
    }
    if (last.value === first.value) break;
  }
  return values;
}

/** The i-th value by repeated multiplication: powers of two stay exact. */
function multiplied(first: number, factor: number): (i: number) => number {
  const values = [first];
  return (i) => {
    while (values.length <= i) values.push(values.at(-1)! * factor);
    return values[i]!;
  };
}
