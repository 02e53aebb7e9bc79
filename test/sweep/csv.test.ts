import { expect, test } from 'vitest';
import { fc } from '@fast-check/vitest';
import { RESULT_COLUMNS } from '../../analysis/rows.ts';
import { tableColumns, toCsv } from '../../sweep/csv.ts';

test('columns are the key columns, the swept keys, the results, in that order', () => {
  expect(tableColumns(['balancer', 'workload.size'])).toEqual([
    'run_id',
    'seed',
    'fidelity',
    'balancer',
    'workload.size',
    ...RESULT_COLUMNS,
  ]);
});

test('a swept key that is a key column stands once', () => {
  expect(tableColumns(['fidelity', 'seed', 'balancer'])).toEqual(['run_id', 'seed', 'fidelity', 'balancer', ...RESULT_COLUMNS]);
});

test('fields with comma, quote or line end are quoted, quotes doubled; null and absent values are empty; lines end with LF', () => {
  const row = { a: 'ecmp-split(k=4, x)', b: 'say "hi"', c: 'two\nlines', d: null, e: true, f: false };
  expect(toCsv(['a', 'b', 'c', 'd', 'e', 'f', 'g'], [row])).toBe(
    'a,b,c,d,e,f,g\n"ecmp-split(k=4, x)","say ""hi""","two\nlines",,true,false,\n',
  );
});

test('a number in a table reads back as the same double', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0)),
      (x) => {
        const [, field] = toCsv(['x'], [{ x }]).split('\n');
        expect(Number(field)).toBe(x);
      },
    ),
  );
});
