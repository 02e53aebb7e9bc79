import { compareToBest } from '../comparison.ts';
import type { Standing } from '../comparison.ts';
import type { SweepView } from '../charts/dimensions.ts';
import { describeRow, idOf } from '../charts/dimensions.ts';
import { columnName, formatMeasure, formatNumber, measureOfColumn } from '../charts/format.ts';
import { type CellRecord, isWireless } from '../rows.ts';
import { groupBy, summarize } from '../statistics.ts';
import { architectureAnswer } from './architecture-table.ts';
import type { Html } from './html.ts';
import { foldingList, tag, text } from './html.ts';

/** Scenarios that are listed openly; the others fold away. */
const LISTED = 12;

/** The answer at the top: in each scenario, what each balancer costs against the best one. */
export function answerSection(records: readonly CellRecord[], view: SweepView): Html {
  if (records.length === 0) return tag('p', {}, 'No run has ended, so there is nothing to compare.');
  const series = view.series;
  if (series === null || !series.keys.some((key) => key.split('.')[0] === 'balancer')) return overallSentence(records, view);

  const scenarioKeys = view.others.flatMap(({ keys }) => keys);
  const scenarios = [...groupBy(records, ({ row }) => idOf(scenarioKeys, row)).values()].map((of) => {
    const bySeries = groupBy(of, ({ row }) => idOf(series.keys, row));
    const candidates = series.values.flatMap(({ id, label }) => (bySeries.has(id) ? [candidate(bySeries.get(id)!, label)] : []));
    return { label: describeRow(view.others, of[0]!.row), standings: compareToBest(candidates), records: of };
  });
  const item = (index: number): Html => {
    const { label, standings, records: of } = scenarios[index]!;
    const name = tag('span', { class: 'scenario' }, text(label === '' ? 'All runs' : label));
    return tag('li', {}, name, ': ', scenarioSentence(standings, of));
  };
  return [
    tally(scenarios.map(({ standings }) => standings).filter(isComparison)),
    foldingList(scenarios.length, LISTED, 'more scenarios', 'answer', item),
    method(scenarios.flatMap(({ standings }) => standings)),
  ].join('');
}

function candidate(own: readonly CellRecord[], label: string): Standing['candidate'] {
  const values = own.flatMap(({ row }) => {
    const value = row['completion_time_us'];
    return typeof value === 'number' ? [[Number(row['seed']), value] as const] : [];
  });
  return { label, values: new Map(values), runs: own.length };
}

/** One sentence: the best with its mean and spread, then the others against it, nearest first. */
function scenarioSentence(standings: readonly Standing[], records: readonly CellRecord[]): Html {
  const best = standings.find(({ verdict }) => verdict === 'best');
  const incomplete = standings.filter(({ verdict }) => verdict === 'incomplete');
  if (best === undefined) return tag('strong', {}, 'no balancer finished all its runs, so none is compared.');
  const { n, mean, min, max } = summarize([...best.candidate.values.values()]);
  const spread = n === 1 ? 'one seed' : min === max ? `the same for all ${n} seeds` : `${n} seeds, ${time(min)} to ${time(max)}`;
  const bounds = records.map(({ row }) => row['bound_us']).filter((value) => typeof value === 'number');
  const overBound = bounds.length === 0 ? '' : `, ${formatNumber(mean / summarize(bounds).mean, 3)} times the lower bound`;
  const others = standings.filter(({ ratio, verdict }) => ratio !== null && verdict !== 'best').toSorted((a, b) => a.ratio! - b.ratio!);
  const clauses = others.map((standing) => `${tag('b', {}, text(standing.candidate.label))} ${text(against(standing))}`);
  const unfinished = incomplete.map(({ candidate: { label, runs, values } }) => {
    const why = values.size < runs ? `did not finish ${runs - values.size} of ${runs} runs` : 'shares no seed with the others';
    return tag('strong', { class: 'bad' }, text(`${label} ${why}`));
  });
  return [
    (others.length === 0 ? 'nothing to compare with ' : 'lowest mean: ') +
      tag('b', {}, text(best.candidate.label)) +
      text(`, ${time(mean)} (${spread}${overBound})`),
    ...clauses,
    ...unfinished,
  ]
    .join('; ')
    .concat('.');
}

function against({ verdict, ratio, interval, pairs }: Standing): string {
  const change = percent(ratio!);
  switch (verdict) {
    case 'equal':
      return pairs === 1 ? 'the same (one seed)' : `the same for each of ${pairs} seeds`;
    case 'no-difference':
      return `no difference seen (${change}, interval ${range(interval!.low, interval!.high)})`;
    case 'different':
      return `${change} (${range(interval!.low, interval!.high)})`;
    case 'one-seed':
      return `${change} (one seed, spread unknown)`;
    case 'best':
    case 'incomplete':
      return '';
  }
}

/** At least two balancers finished all their runs. */
const isComparison = (standings: readonly Standing[]): boolean => standings.filter(({ ratio }) => ratio !== null).length > 1;

/** In how many scenarios each balancer was the lowest, or not seen to differ from it. */
function tally(scenarios: readonly (readonly Standing[])[]): Html {
  if (scenarios.length < 2) return '';
  const counts = new Map<string, { top: number; of: number }>();
  for (const { candidate: of, verdict } of scenarios.flat()) {
    const count = counts.get(of.label) ?? { top: 0, of: 0 };
    count.of += 1;
    if (verdict === 'best' || verdict === 'equal' || verdict === 'no-difference') count.top += 1;
    counts.set(of.label, count);
  }
  const parts = [...counts]
    .toSorted(([, a], [, b]) => b.top - a.top)
    .map(([label, { top, of }]) => `${tag('b', {}, text(label))} in ${top} of ${of}`);
  return tag('p', { class: 'lead' }, `Lowest completion time, or no difference seen to the lowest: ${parts.join(', ')} scenarios.`);
}

function method(standings: readonly Standing[]): Html {
  const pairs = standings.map((standing) => standing.pairs).filter((count) => count > 0);
  const few = pairs.some((count) => count > 1 && count < 5) ? ' Fewer than five seeds make wide and fragile intervals.' : '';
  return tag(
    'p',
    { class: 'note' },
    'Ratios of completion times are geometric means over the seeds, each run compared with the run of the best with the same seed. In ' +
      'brackets: the 95 % t-interval of that ratio; “no difference seen” where it holds 0 %. The intervals are not corrected for the ' +
      `number of comparisons.${few}`,
  );
}

function overallSentence(records: readonly CellRecord[], view: SweepView): Html {
  if (records.some(isWireless)) return architectureAnswer(records, view) + wirelessSentence(records);
  const values = records.map(({ row }) => row['completion_time_us']).filter((value) => typeof value === 'number');
  if (values.length === 0) return tag('p', { class: 'lead' }, 'No run finished.');
  const { n, min, max } = summarize(values);
  const span = min === max ? time(min) : `${time(min)} to ${time(max)}`;
  return tag('p', { class: 'lead' }, text(`Completion time of ${n === 1 ? 'the run' : `${n} runs`}: ${span}. No balancers were compared.`));
}

/** Of a wireless sweep no single column is the answer: its charts are. */
function wirelessSentence(records: readonly CellRecord[]): Html {
  const finished = records.filter(({ row }) => row['finished'] === true).length;
  const spans = ['spectral_efficiency', 'goodput_bps', 'residual_loss', 'psnr_db', 'deadline_miss'].flatMap((column) => {
    const values = records.map(({ row }) => row[column]).filter((value) => typeof value === 'number');
    if (values.length === 0) return [];
    const { min, max } = summarize(values);
    const show = (value: number): string => formatMeasure(value, measureOfColumn(column));
    return [`${columnName(column)} ${min === max ? show(min) : `${show(min)} to ${show(max)}`}`];
  });
  return tag('p', { class: 'lead' }, text(`${finished} of ${records.length} runs finished: ${spans.join('; ')}.`));
}

const time = (us: number): string => formatMeasure(us, 'microseconds');

/** A ratio as a signed change; finer steps near 1, where they matter. */
function percent(ratio: number): string {
  const change = (ratio - 1) * 100;
  const size = Math.abs(change);
  const digits = size < 0.1 ? 3 : size < 10 ? 1 : 0;
  return `${change < 0 ? '−' : '+'}${formatNumber(Number(size.toFixed(digits)), 6)} %`;
}

/** Both ends, or one number where they read the same. */
const range = (low: number, high: number): string =>
  percent(low) === percent(high) ? percent(low) : `${percent(low)} to ${percent(high)}`;
