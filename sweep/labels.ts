import type { Row } from '../analysis/rows.ts';
import { plainValue } from './csv.ts';

/** The swept keys of a list of cells, in the order of their first appearance; cells of a `list` may differ in theirs. */
export const sweptKeys = (cells: readonly { readonly swept: Row }[]): readonly string[] => [
  ...new Set(cells.flatMap((cell) => Object.keys(cell.swept))),
];

/** A cell in a person's words: `balancer=ecmp workload.size=1048576 seed=3`. */
export function cellLabel(cell: { readonly swept: Row; readonly seed: number }): string {
  return Object.entries({ ...cell.swept, seed: cell.seed })
    .map(([key, value]) => `${key}=${plainValue(value)}`)
    .join(' ');
}
