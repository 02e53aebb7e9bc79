import { BALANCERS } from '../../sim/balancing/catalogue.ts';

const BEGIN = '<!-- the table: written by `npm run schema` from sim/balancing/catalogue.ts -->';
const END = '<!-- end of the table -->';

/** All balancers as a Markdown table, with columns as wide as their widest cell (as prettier has it). */
export function balancerTable(): string {
  const head = ['kind', 'decides', 'keeps a path', 'goes by', 'state a flow', 'reorders', 'source'];
  const rows = Object.entries(BALANCERS).map(([kind, { point, granularity, feedback, state, reorders, source }]) => [
    `\`${kind}\``,
    point,
    granularity,
    feedback,
    state,
    reorders,
    source,
  ]);
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/**
 * docs/balancers.md with its table as it should be.
 *
 * @throws Error where the page has lost the comments around the table
 */
export function withBalancerTable(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('docs/balancers.md has no comments around its table');
  return `${page.slice(0, begin)}${BEGIN}\n\n${balancerTable()}\n\n${page.slice(end)}`;
}
