import type { CellGroup, SweepView } from '../charts/dimensions.ts';
import { formatValue } from '../charts/dimensions.ts';
import { formatMeasure, formatNumber } from '../charts/format.ts';
import type { Row } from '../rows.ts';
import { summarize } from '../statistics.ts';
import type { Html } from './html.ts';
import { tag, text } from './html.ts';

/** Lines at most, as in the summary. */
const LINES = 2000;

const microseconds = (us: number): string => formatMeasure(us, 'microseconds');

const FIGURES = [
  { title: 'completion', column: 'completion_time_us', show: microseconds },
  { title: 'slowdown', column: 'slowdown', show: formatNumber },
  { title: 'mean FCT', column: 'fct_mean_us', show: microseconds },
  { title: 'p99 FCT', column: 'fct_p99_us', show: microseconds },
] as const;

/** One line a combination of swept values and a job, means over the seeds; null where no run has several jobs. */
export function jobTable(view: SweepView, sweptKeys: readonly string[]): Html | null {
  const lines = view.groups.flatMap((group) => jobLines(group).map(([name, jobs]) => ({ group, name, jobs })));
  if (lines.length === 0) return null;
  const keys = sweptKeys.filter((key) => key !== 'seed');
  const head = [...keys, 'job', ...FIGURES.map(({ title }) => title), 'flows'].map((title) => tag('th', { scope: 'col' }, text(title)));
  const rows = lines.slice(0, LINES).map(({ group, name, jobs }) => {
    const swept = keys.map((key) => tag('td', {}, text(formatValue(key, group.records[0]!.row[key] ?? null))));
    const figures = FIGURES.map(({ column, show }) => tag('td', { class: 'number' }, text(meanOf(jobs, column, show))));
    const flows = tag('td', { class: 'number' }, text(meanOf(jobs, 'flows', formatNumber)));
    const allFinished = jobs.every((job) => job['finished'] === true);
    return tag('tr', { class: allFinished ? null : 'bad' }, ...swept, tag('td', {}, text(name)), ...figures, flows);
  });
  const some = lines.length > LINES ? ` Only the first ${LINES} of ${lines.length} lines are here.` : '';
  const caption = tag('caption', {}, `Means over the seeds. The completion of a run is that of its jobs without the background.${some}`);
  const table = tag('table', {}, caption, tag('thead', {}, tag('tr', {}, ...head)), tag('tbody', {}, ...rows));
  return tag('div', { class: 'scroll summary', tabindex: '0', role: 'region', 'aria-label': 'Table of jobs' }, table);
}

/** The lines of each job of a group, by its name. */
function jobLines({ records }: CellGroup): (readonly [name: string, jobs: readonly Row[]])[] {
  const byName = new Map<string, Row[]>();
  for (const job of records.flatMap(({ jobs }) => jobs)) {
    const name = String(job['job']);
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [job]);
    else known.push(job);
  }
  return [...byName];
}

function meanOf(jobs: readonly Row[], column: string, show: (value: number) => string): string {
  const known = jobs.map((job) => job[column]).filter((value) => typeof value === 'number');
  return known.length === 0 ? '–' : show(summarize(known).mean);
}
