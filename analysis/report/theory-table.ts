import type { SweepView } from '../charts/dimensions.ts';
import { columnName, formatMeasure, formatNumber, measureOfColumn } from '../charts/format.ts';
import { LEVEL, theoryChecks } from '../theory-checks.ts';
import type { Html } from './html.ts';
import { foldingList, tag, text } from './html.ts';

/** Points that are listed openly; the others fold away. */
const LISTED = 6;

/** Closed forms against the runs that they predict; null where there are none with several seeds. */
export function theoryTable(view: SweepView): Html | null {
  const checks = theoryChecks(view);
  if (checks.length === 0) return null;
  const rows = checks.map(({ oracle, column, points, unseen, largest, failing }) => [
    oracle,
    columnName(column),
    String(points),
    String(points - failing.length),
    String(unseen),
    points === 0 ? '–' : `${formatNumber(100 * largest.deviation, 2)} %`,
    largest.where,
  ]);
  const head = ['closed form', 'column', 'points', 'agree', 'never seen', 'largest deviation', 'where'];
  const numeric = [2, 3, 4, 5];
  const cell = (name: 'td' | 'th', shown: string, i: number): Html =>
    tag(name, { class: numeric.includes(i) ? 'number' : null, scope: name === 'th' ? 'col' : null }, text(shown));
  const failing = checks.flatMap(({ column, failing: of }) => of.map((point) => ({ column, ...point })));
  const show = (column: string, value: number): string => formatMeasure(value, measureOfColumn(column));
  const listed =
    failing.length === 0
      ? ''
      : tag('p', {}, 'They differ at:') +
        foldingList(failing.length, LISTED, 'more', 'answer', (i) => {
          const { column, where, expected, mean } = failing[i]!;
          return tag('li', {}, text(`${where}: ${columnName(column)} ${show(column, mean)}, closed form ${show(column, expected)}`));
        });
  const table = tag(
    'table',
    {},
    tag('thead', {}, tag('tr', {}, ...head.map((title, i) => cell('th', title, i)))),
    tag('tbody', {}, ...rows.map((row) => tag('tr', {}, ...row.map((shown, i) => cell('td', shown, i))))),
  );
  return [
    tag('div', { class: 'scroll summary', tabindex: '0', role: 'region', 'aria-label': 'Closed forms against simulation' }, table),
    listed,
    tag(
      'p',
      { class: 'note' },
      `Each combination of swept values is a point: Student's t over its seeds, all points together at the ${100 * LEVEL} % level by Holm's ` +
        'method. “Never seen”: the runs were too short for something so rare to happen once.',
    ),
  ].join('');
}
