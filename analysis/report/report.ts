import { cdfChart } from '../charts/cdf-data.ts';
import { sweepView } from '../charts/dimensions.ts';
import type { SweepView } from '../charts/dimensions.ts';
import { fabricPictureSvg } from '../charts/fabric-picture.ts';
import { chartSpecs, lineChart } from '../charts/line-data.ts';
import { largestRatio, linkLoads } from '../charts/link-loads.ts';
import type { LinkLoads } from '../charts/link-loads.ts';
import { loadColourStops, loadScaleTop, seriesStyle } from '../charts/palette.ts';
import { FONT_FAMILY, INLINE_THEME } from '../charts/svg.ts';
import { timeCharts } from '../charts/time-data.ts';
import { crossLayerCharts } from '../cross-layer/charts.ts';
import { groupBy } from '../statistics.ts';
import { type CellRecord, isWireless, type Value } from '../rows.ts';
import { answerSection } from './answer.ts';
import { cdfFigure, lineFigure, timeFigure } from './figures.ts';
import type { Figure } from './figures.ts';
import type { Html } from './html.ts';
import { foldingList, jsonForScript, programForScript, tag, text } from './html.ts';
import type { ReportInput } from './input.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE, PAGE_THEMES } from './page-style.ts';
import { markFigure } from './mark-figure.ts';
import { jobTable } from './job-table.ts';
import { theoryTable } from './theory-table.ts';
import { summaryTable, troubles } from './tables.ts';

/** Link loads that the page embeds at most; beyond it the runs that are left out are counted. 64 x 32 switches: 29 runs. */
const EMBEDDED_LINKS = 120_000;
const EMBEDDED_LOAD_RUNS = 200;
/** Panels of a chart that can be chosen, and runs in the table of all: beyond it a browser is no place to look at them. */
const EMBEDDED_PANELS = 200;
const EMBEDDED_RUNS = 10_000;
/** Runs whose probes can be chosen. */
const EMBEDDED_TIME_RUNS = 20;
const SERIES_COLOURS = 28;
/** Troubles that are listed openly; the others fold away. */
const LISTED_TROUBLES = 20;
const PRINT_WIDTH = 680;
/** Nothing may be fetched: the page must be the same offline, and tells nobody that it is read. */
const CONTENT_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

/** What the page's program reads. */
interface PageData {
  readonly font: string;
  readonly themes: typeof PAGE_THEMES;
  readonly printWidth: number;
  readonly seriesColours: readonly { readonly light: string; readonly dark: string }[];
  readonly figures: readonly Figure[];
  readonly loads: {
    readonly top: number;
    readonly colours: readonly (readonly [number, string])[];
    readonly runs: readonly (Pick<LinkLoads, 'leaves' | 'spines' | 'up' | 'down'> & { readonly picture: string })[];
  } | null;
  readonly rows: { readonly columns: readonly string[]; readonly values: readonly (readonly Value[])[] };
}

/**
 * The report of a sweep as one HTML file that needs nothing else: it works from disk and offline. The same input gives the same bytes.
 * Pure: the caller writes the file, and passes the Plotly bundle in.
 */
export const renderReport = (input: ReportInput): string => [...reportParts(input)].join('');

/** The same page in parts, in order: of a long sweep it is larger than what it is made of. */
export function* reportParts(input: ReportInput): Generator<string> {
  const view = sweepView(input);
  const { figures, notes } = drawFigures(input, view);
  const { loads, leftOut } = fittingLoads(view);
  const data: PageData = {
    font: FONT_FAMILY,
    themes: PAGE_THEMES,
    printWidth: PRINT_WIDTH,
    seriesColours: Array.from({ length: SERIES_COLOURS }, (_, i) => ({ light: seriesStyle(i).light, dark: seriesStyle(i).dark })),
    figures: figures.map(({ figure }) => figure),
    loads: loads.length === 0 ? null : embeddedLoads(loads),
    rows: allRows(input.records.slice(0, EMBEDDED_RUNS)),
  };
  yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
  yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n';
  yield `<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">\n`;
  yield `<title>${text(input.title)}</title>\n<style>${PAGE_STYLE}</style>\n</head>\n<body>\n`;
  yield header(input, view);
  yield '\n<main>\n';
  yield lines(partialBanner(input), troubleBanner(input));
  yield lines(section('answer', 'Answer', answerSection(input.records, view)));
  if (input.records.length > 0) yield lines(section('summary', 'Summary', summaryTable(view, input.sweptKeys)));
  const jobs = jobTable(view, input.sweptKeys);
  if (jobs !== null) yield lines(section('jobs', 'Jobs', jobs));
  yield lines(section('charts', 'Charts', chartsSection(figures, notes)));
  const theory = theoryTable(view);
  if (theory !== null) yield lines(section('theory', 'Theory', theory));
  if (!input.records.some(isWireless))
    yield lines(loads.length === 0 ? noLoads() : section('loads', 'Link loads', loadsSection(loads, leftOut)));
  yield lines(section('all-runs', 'All runs', allRunsSection(input.records.length)), section('config', 'Config', configSection(input)));
  yield '</main>\n';
  yield tag('footer', {}, text(`netsim ${input.manifest.netsimVersion} · config ${input.manifest.configHash}`));
  yield '\n<script type="application/json" id="report-data">';
  yield jsonForScript(data);
  yield '</script>\n<script>';
  yield programForScript(input.plotlyJs);
  yield `</script>\n<script>${PAGE_SCRIPT}</script>\n</body>\n</html>\n`;
}

/** Parts that are not empty, each with a line end. */
const lines = (...parts: readonly Html[]): Html => parts.flatMap((part) => (part === '' ? [] : [part, '\n'])).join('');

/** A chart that the page shows, and how many of its combinations can be chosen. */
interface DrawnFigure {
  readonly figure: Figure;
  readonly panelCount: number;
}

/** The charts, and in words those that cannot be drawn. */
function drawFigures(input: ReportInput, view: SweepView): { readonly figures: readonly DrawnFigure[]; readonly notes: readonly string[] } {
  const figures: DrawnFigure[] = [];
  const notes: string[] = [];
  for (const spec of chartSpecs(input, view)) {
    const chart = lineChart(input, view, spec, EMBEDDED_PANELS);
    if (typeof chart === 'string') notes.push(`${spec.y} by ${spec.x}: ${chart}`);
    else figures.push({ figure: lineFigure(chart, `chart-${figures.length}`), panelCount: chart.panelCount });
  }
  for (const chart of crossLayerCharts(input.records, view, EMBEDDED_PANELS)) {
    figures.push({ figure: markFigure(chart, chart.name), panelCount: chart.panelCount });
  }
  const cdf = cdfChart(input.records, view, EMBEDDED_PANELS);
  if (cdf !== null) figures.push({ figure: cdfFigure(cdf, 'fct'), panelCount: cdf.panelCount });
  const overTime = groupBy(timeCharts(view, EMBEDDED_TIME_RUNS), ({ name }) => name);
  for (const [name, charts] of overTime) figures.push({ figure: timeFigure(charts, name), panelCount: charts.length });
  return { figures, notes };
}

const section = (id: string, title: string, content: Html): Html =>
  tag('section', { id: `section-${id}`, 'aria-labelledby': `heading-${id}` }, tag('h2', { id: `heading-${id}` }, title), content);

function header(input: ReportInput, view: SweepView): Html {
  const seeds = new Set(input.records.map(({ row }) => row['seed'])).size;
  const swept = view.dimensions.map(({ title, values }) => `${title} (${values.length} values)`).join(', ');
  const counts = `${count(input.records.length, 'run')}: ${swept === '' ? 'nothing swept' : swept}, ${count(seeds, 'seed')}`;
  const { name = input.title, lines: facts = [] } = input.description ?? {};
  const lines = [...(name === input.title ? [] : [name]), ...facts, counts];
  return tag(
    'header',
    {},
    tag('h1', {}, text(input.title)),
    tag('div', { class: 'facts' }, ...lines.map((line) => tag('p', {}, text(line)))),
  );
}

const alert = (title: string, ...content: readonly Html[]): Html =>
  tag('div', { class: 'alert', role: 'alert' }, tag('p', { class: 'title' }, text(title)), ...content);

function partialBanner({ records, expectedCells, failures = [] }: ReportInput): Html {
  const missing = expectedCells - records.length - failures.length;
  if (missing <= 0) return '';
  return alert(
    `Partial results: ${records.length} of ${expectedCells} runs`,
    tag('p', {}, `${missing} have not been run. Every figure on this page may change; netsim sweep with --resume goes on.`),
  );
}

function troubleBanner({ records, sweptKeys, failures = [] }: ReportInput): Html {
  const list = (count: number, made: (index: number) => Html): Html => foldingList(count, LISTED_TROUBLES, 'more', null, made);
  const unfinished = troubles(records, sweptKeys);
  const failed = (index: number): Html => {
    const { cell, message, repeat } = failures[index]!;
    const command = repeat === null ? '' : `<br>repeat it: ${tag('code', {}, text(repeat))}`;
    return tag('li', {}, tag('b', {}, text(cell)), text(`: ${message}`), command);
  };
  return [
    failures.length === 0 ? '' : alert(`${count(failures.length, 'run')} failed`, list(failures.length, failed)),
    unfinished === null ? '' : alert(unfinished.title, list(unfinished.count, unfinished.item)),
  ].join('');
}

function selector(id: string, label: string, options: readonly (readonly [value: string, label: string])[]): Html {
  const choices = options.map(([value, shown]) => tag('option', { value }, text(shown)));
  return tag('label', { for: id }, text(label), tag('select', { id }, ...choices));
}

function chartsSection(figures: readonly DrawnFigure[], undrawn: readonly string[]): Html {
  const drawn = figures.map(({ figure: { id, title, description, height, panels }, panelCount }) => {
    const options = panels.map((label, i) => [String(i), label] as const);
    const controls = panels.length < 2 ? '' : tag('div', { class: 'controls' }, selector(`${id}-panel`, 'Shown:', options));
    const plot = tag('div', { class: 'plot', id, style: `height: ${height}px`, role: 'img', 'aria-label': `${title}. ${description}` });
    const more =
      panels.length === panelCount ? '' : tag('p', { class: 'note' }, `${panels.length} of ${panelCount} combinations can be chosen.`);
    return tag('figure', {}, tag('h3', {}, text(title)), controls, plot, more);
  });
  const notes = undrawn.map((problem) => tag('p', { class: 'alert' }, text(`Not drawn: ${problem}.`)));
  if (drawn.length + notes.length === 0) return tag('p', {}, 'There is nothing to draw: nothing was swept and no flow times are known.');
  return [
    tag(
      'p',
      { class: 'note' },
      'Markers are means over the seeds, bars run from the smallest to the largest; where a closed form is drawn (dashed), bars are the 95 % ' +
        'intervals of the means. Drag to zoom, double-click to go back.',
    ),
    ...notes,
    tag('div', { class: 'figures' }, ...drawn),
  ].join('');
}

const noLoads = (): Html => section('loads', 'Link loads', tag('p', {}, 'No run has links between leaves and spines to show.'));

function loadsSection(loads: readonly LinkLoads[], leftOut: number): Html {
  const map = (direction: 'up' | 'down', words: string): Html => {
    const label = `Heat map of the load of every link ${words}. Its largest value is the congestion ratio of the summary table.`;
    return tag(
      'figure',
      {},
      tag('h3', {}, `${direction === 'up' ? 'Up' : 'Down'}: ${words}`),
      tag('div', { class: 'plot', id: `loads-${direction}`, role: 'img', 'aria-label': label }),
    );
  };
  const dead = loads.some(({ deadLinks }) => deadLinks > 0) ? ' An empty square is a dead link.' : '';
  const bundles = loads.some(({ linksPerPair }) => linksPerPair > 1) ? ' Of parallel links the busiest is shown.' : '';
  const all = loads.length + leftOut;
  const missing = leftOut === 0 ? '' : ` ${leftOut} of ${all} combinations are left out to keep this page small.`;
  return [
    tag(
      'p',
      { class: 'note' },
      'Payload of first transmissions on each link, first seed of each combination. “Load / ideal” is relative to the busiest link under ' +
        "perfect spraying (where rates differ, load over rate): its largest value is the run's congestion ratio, 1 is the best possible." +
        `${dead}${bundles}${missing}`,
    ),
    tag(
      'div',
      { class: 'controls' },
      selector(
        'loads-run',
        'Run:',
        loads.map(({ label }, i) => [String(i), label] as const),
      ),
      selector('loads-measure', 'Colour:', [
        ['ratio', 'load / ideal'],
        ['bytes', 'load in bytes'],
      ]),
    ),
    tag('div', { class: 'figures' }, map('up', 'leaf to spine'), map('down', 'spine to leaf')),
    tag('div', { class: 'fabric scroll', id: 'loads-fabric', tabindex: '0', role: 'region', 'aria-label': 'Picture of the fabric' }),
  ].join('');
}

function allRunsSection(runs: number): Html {
  const table = tag('div', { class: 'scroll', id: 'runs-table', tabindex: '0', role: 'region', 'aria-label': 'All runs' });
  const shown = runs <= EMBEDDED_RUNS ? count(runs, 'run') : `the first ${EMBEDDED_RUNS} of ${runs} runs; results.csv has them all`;
  return tag('details', { id: 'runs' }, tag('summary', {}, `Every column of ${shown}`), table);
}

function configSection({ manifest }: ReportInput): Html {
  return tag(
    'details',
    {},
    tag('summary', {}, text(`The config, hash ${manifest.configHash}`)),
    tag('pre', {}, tag('code', {}, text(manifest.configText))),
  );
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** As many runs as fit, in order; and how many combinations were not looked at for want of space. */
function fittingLoads(view: SweepView): { readonly loads: readonly LinkLoads[]; readonly leftOut: number } {
  const loads: LinkLoads[] = [];
  let links = 0;
  for (const [index, group] of view.groups.entries()) {
    const run = linkLoads(view, group);
    if (run === null) continue;
    links += 2 * run.leaves * run.spines;
    if (links > EMBEDDED_LINKS || loads.length === EMBEDDED_LOAD_RUNS) return { loads, leftOut: view.groups.length - index };
    loads.push(run);
  }
  return { loads, leftOut: 0 };
}

function embeddedLoads(loads: readonly LinkLoads[]): NonNullable<PageData['loads']> {
  const top = loadScaleTop(Math.max(...loads.map(largestRatio)));
  const short = (values: readonly (number | null)[]): (number | null)[] =>
    values.map((value) => (value === null ? null : Number(value.toPrecision(6))));
  return {
    top,
    colours: loadColourStops(top),
    runs: loads.map((run) => ({
      leaves: run.leaves,
      spines: run.spines,
      up: { bytes: run.up.bytes, ratio: short(run.up.ratio) },
      down: { bytes: run.down.bytes, ratio: short(run.down.ratio) },
      picture: fabricPictureSvg(run, INLINE_THEME),
    })),
  };
}

/** All rows as lists of values: their keys are written once. */
function allRows(records: readonly CellRecord[]): PageData['rows'] {
  const columns = [...new Set(records.flatMap(({ row }) => Object.keys(row)))];
  return { columns, values: records.map(({ row }) => columns.map((column) => row[column] ?? null)) };
}
