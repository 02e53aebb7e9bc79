import type { CellGroup, SweepView } from '../charts/dimensions.ts';
import { formatValue } from '../charts/dimensions.ts';
import { formatMeasure, formatNumber } from '../charts/format.ts';
import type { CellRecord } from '../rows.ts';
import { summarize } from '../statistics.ts';
import type { Html } from './html.ts';
import { tag, text } from './html.ts';

/** A cell of a table: what is read, and what it is sorted by (null sorts last). */
interface TableCell {
  readonly shown: string;
  readonly key: number | string | null;
}

interface Column {
  readonly title: string;
  readonly hint: string;
  /** Its cells are numbers, at the right edge. */
  readonly numeric: boolean;
  readonly cell: (group: CellGroup) => TableCell;
}

/** Lines of the summary at most: a browser takes seconds to lay out more. */
const SUMMARY_LINES = 2000;

/** One line a combination of swept values, over its seeds; the headings sort. */
export function summaryTable(view: SweepView, sweptKeys: readonly string[]): Html {
  const columns = [...sweptKeys.filter((key) => key !== 'seed').map((key) => sweptColumn(key, view.groups)), ...RESULT_SUMMARY];
  const head = columns.map(({ title, hint, numeric }) =>
    tag(
      'th',
      { scope: 'col', title: hint, class: numeric ? 'number' : null },
      tag('button', { type: 'button', class: 'sort' }, text(title), tag('span', { 'aria-hidden': 'true' })),
    ),
  );
  const shown = view.groups.slice(0, SUMMARY_LINES);
  const rows = shown.map((group) => {
    const cells = columns.map(({ cell, numeric }) => {
      const { shown, key } = cell(group);
      return tag(
        'td',
        { class: numeric ? 'number' : null, 'data-key': key === null ? '' : String(key) },
        numeric ? text(shown) : breakable(shown),
      );
    });
    const allFinished = group.records.every(({ row }) => row['finished'] === true);
    return tag('tr', { class: allFinished ? null : 'bad' }, ...cells);
  });
  const all = view.groups.length;
  const some = shown.length === all ? '' : ` Only the first ${shown.length} of ${all} combinations are here.`;
  const caption = tag('caption', {}, `Runs that differ in their seed only share a line. Choose a heading to sort by it.${some}`);
  const table = tag('table', { class: 'sortable' }, caption, tag('thead', {}, tag('tr', {}, ...head)), tag('tbody', {}, ...rows));
  return tag('div', { class: 'scroll summary', tabindex: '0', role: 'region', 'aria-label': 'Summary table' }, table);
}

/** The runs that did not finish, each with the reason; null if there is none. */
export function troubles(
  records: readonly CellRecord[],
  sweptKeys: readonly string[],
): { readonly title: string; readonly count: number; readonly item: (index: number) => Html } | null {
  const open = records.filter(({ row }) => row['finished'] !== true);
  if (open.length === 0) return null;
  const item = (index: number): Html => {
    const { row, unfinishedReason } = open[index]!;
    const swept = sweptKeys.filter((key) => key !== 'seed').map((key) => `${key} ${formatValue(key, row[key] ?? null)}`);
    const name = [...swept, `seed ${String(row['seed'])}`].join(' · ');
    const reason = `: ${unfinishedReason ?? 'no reason was recorded'} (run ${String(row['run_id'])})`;
    return tag('li', {}, tag('b', {}, text(name)), text(reason));
  };
  return { title: `${open.length} of ${records.length} runs did not finish`, count: open.length, item };
}

/** Long names such as `all-reduce(algorithm=ring,size=1GiB)` may break behind their punctuation. */
const breakable = (name: string): Html => (name.length > 24 ? text(name).replace(/[(,]/g, '$&<wbr>') : text(name));

const sweptColumn = (key: string, groups: readonly CellGroup[]): Column => ({
  title: key,
  hint: 'swept key',
  numeric: groups.every(({ records }) => typeof records[0]!.row[key] === 'number'),
  cell: ({ records }) => {
    const value = records[0]!.row[key] ?? null;
    return { shown: formatValue(key, value), key: typeof value === 'number' ? value : formatValue(key, value) };
  },
});

const values = ({ records }: CellGroup, column: string): number[] =>
  records.map(({ row }) => row[column]).filter((value) => typeof value === 'number');

const NONE: TableCell = { shown: '–', key: null };

/** A column that puts one statistic of a result over the seeds. */
function statistic(title: string, hint: string, column: string, of: (values: number[]) => number, show: (value: number) => string): Column {
  return {
    title,
    hint,
    numeric: true,
    cell: (group) => {
      const known = values(group, column);
      return known.length === 0 ? NONE : { shown: show(of(known)), key: of(known) };
    },
  };
}

const averageOf = (of: number[]): number => summarize(of).mean;
const largestOf = (of: number[]): number => summarize(of).max;
const sumOf = (of: number[]): number => of.reduce((sum, value) => sum + value, 0);
const showTime = (us: number): string => formatMeasure(us, 'microseconds');
const showRatio = (ratio: number): string => formatNumber(ratio);

const RESULT_SUMMARY: readonly Column[] = [
  {
    title: 'finished',
    hint: 'runs that finished, of all with these values',
    numeric: true,
    cell: ({ records }) => {
      const finished = records.filter(({ row }) => row['finished'] === true).length;
      return { shown: `${finished} of ${records.length}`, key: finished / records.length };
    },
  },
  statistic('mean completion', 'mean of completion_time_us over the seeds', 'completion_time_us', averageOf, showTime),
  {
    title: '± 95 %',
    hint: 'half of the 95 % t-interval of the mean completion time, and as a share of it',
    numeric: true,
    cell: (group) => {
      const known = values(group, 'completion_time_us');
      const interval = known.length === 0 ? null : summarize(known).interval;
      if (interval === null) return NONE;
      const half = (interval.high - interval.low) / 2;
      const share = formatNumber((100 * half) / averageOf(known), 2);
      return { shown: half === 0 ? '0' : `${formatMeasure(half, 'microseconds')} (${share} %)`, key: half };
    },
  },
  {
    title: 'smallest – largest',
    hint: 'of completion_time_us over the seeds',
    numeric: true,
    cell: (group) => {
      const known = values(group, 'completion_time_us');
      if (known.length === 0) return NONE;
      const { min, max } = summarize(known);
      return { shown: `${showTime(min)} – ${showTime(max)}`, key: max - min };
    },
  },
  statistic('slowdown', 'mean of completion over lower bound', 'slowdown', averageOf, showRatio),
  statistic('congestion ratio', 'mean over the seeds: load of the busiest link over the ideal', 'congestion_ratio', averageOf, showRatio),
  statistic('worst phase', 'largest worst_phase_congestion_ratio over the seeds', 'worst_phase_congestion_ratio', largestOf, showRatio),
  statistic('99 % FCT', 'mean of fct_p99_us over the seeds', 'fct_p99_us', averageOf, showTime),
  statistic('longest queue', 'largest queue_max_bytes over the seeds', 'queue_max_bytes', largestOf, (value) =>
    formatMeasure(value, 'bytes'),
  ),
  statistic('drops', 'sum over the seeds', 'drops', sumOf, (value) => formatNumber(value)),
];
