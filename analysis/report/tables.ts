import type { CellGroup, SweepView } from '../charts/dimensions.ts';
import { formatValue } from '../charts/dimensions.ts';
import { columnName, columnUnit, displayUnit, formatMeasure, formatNumber, measureOfColumn } from '../charts/format.ts';
import { type CellRecord, isWireless, type Value } from '../rows.ts';
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
  const records = view.groups.flatMap((group) => group.records);
  const results = records.some(isWireless) ? [FINISHED, ...wirelessColumns(records)] : [FINISHED, ...FABRIC_SUMMARY];
  const columns = [...sweptColumns(sweptKeys, view.groups), ...results];
  const head = columns.map(({ title, hint, numeric }) =>
    tag(
      'th',
      { scope: 'col', title: hint, class: numeric ? 'number' : null },
      tag('button', { type: 'button', class: 'sort' }, text(title).replaceAll('.', '.<wbr>'), tag('span', { 'aria-hidden': 'true' })),
    ),
  );
  const shown = view.groups.slice(0, SUMMARY_LINES);
  const rows = shown.map((group) => {
    const cells = columns.map(({ cell, numeric }) => {
      const { shown, key } = cell(group);
      return tag(
        'td',
        { class: numeric ? 'number' : shown.length > 24 ? 'long' : null, 'data-key': key === null ? '' : String(key) },
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
const breakable = (name: string): Html => (name.length > 24 ? text(name).replace(/[(,.]/g, '$&<wbr>') : text(name));

/** A column a swept key; those that only some lines of a list set share one. */
function sweptColumns(sweptKeys: readonly string[], groups: readonly CellGroup[]): Column[] {
  const keys = sweptKeys.filter((key) => key !== 'seed');
  const valueOf = ({ records }: CellGroup, key: string): Value => records[0]!.row[key] ?? null;
  const partial = keys.filter((key) => groups.some((group) => valueOf(group, key) === null));
  if (partial.length < 2) return keys.map((key) => sweptColumn(key, groups));
  const shownOf = (group: CellGroup): string =>
    partial.flatMap((key) => (valueOf(group, key) === null ? [] : [`${key} ${formatValue(key, valueOf(group, key))}`])).join(', ');
  return [
    ...keys.filter((key) => !partial.includes(key)).map((key) => sweptColumn(key, groups)),
    {
      title: 'also set',
      hint: 'swept keys that only some lines set',
      numeric: false,
      cell: (group) => ({ shown: shownOf(group), key: shownOf(group) }),
    },
  ];
}

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

const FINISHED: Column = {
  title: 'finished',
  hint: 'runs that finished, of all with these values',
  numeric: true,
  cell: ({ records }) => {
    const finished = records.filter(({ row }) => row['finished'] === true).length;
    return { shown: `${finished} of ${records.length}`, key: finished / records.length };
  },
};

/** Half of the 95 % t-interval of a column's mean. */
const halfInterval = (column: string, hint: string, show: (half: number, mean: number) => string): Column => ({
  title: '± 95 %',
  hint,
  numeric: true,
  cell: (group) => {
    const known = values(group, column);
    const interval = known.length === 0 ? null : summarize(known).interval;
    if (interval === null) return NONE;
    const half = (interval.high - interval.low) / 2;
    return { shown: half === 0 ? '0' : show(half, averageOf(known)), key: half };
  },
});

/** What a wireless run is asked for first; columns that no run has are left out. */
const WIRELESS_SUMMARY = [
  'psnr_db',
  'mos',
  'spectral_efficiency',
  'goodput_bps',
  'packet_error_rate',
  'residual_loss',
  'packet_loss',
  'delay_p99_ms',
  'deadline_miss',
  'energy_per_bit_j',
  'jain_index',
  'friendliness',
];

function wirelessColumns(records: readonly CellRecord[]): Column[] {
  // A user alone is treated fairly.
  const isTold = (column: string, value: Value | undefined): boolean =>
    typeof value === 'number' && !(column === 'jain_index' && value === 1);
  const known = WIRELESS_SUMMARY.filter((column) => records.some(({ row }) => isTold(column, row[column])));
  return known.flatMap((column) => {
    const measure = measureOfColumn(column);
    const unit = columnUnit(column, displayUnit(measure, 0));
    const title = columnName(column) + (measure === 'plain' && unit !== '' ? ` (${unit})` : '');
    const show = (value: number): string => formatMeasure(value, measure);
    const mean = statistic(title, `mean of ${column} over the seeds`, column, averageOf, show);
    return column === 'psnr_db' ? [mean, halfInterval(column, 'half of the 95 % t-interval of the mean PSNR', show)] : [mean];
  });
}

const FABRIC_SUMMARY: readonly Column[] = [
  statistic('mean completion', 'mean of completion_time_us over the seeds', 'completion_time_us', averageOf, showTime),
  halfInterval('completion_time_us', 'half of the 95 % t-interval of the mean completion time, and as a share of it', (half, mean) => {
    return `${showTime(half)} (${formatNumber((100 * half) / mean, 2)} %)`;
  }),
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
