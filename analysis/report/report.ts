import { cdfChart } from '../charts/cdf-data.ts';
import { sweepView } from '../charts/dimensions.ts';
import type { SweepView } from '../charts/dimensions.ts';
import { fabricPictureSvg } from '../charts/fabric-picture.ts';
import { chartSpecs, lineChart } from '../charts/line-data.ts';
import { largestRatio, linkLoads } from '../charts/link-loads.ts';
import type { LinkLoads } from '../charts/link-loads.ts';
import { loadColourStops, loadScaleTop, seriesStyle } from '../charts/palette.ts';
import { FONT_FAMILY, INLINE_THEME } from '../charts/svg.ts';
import type { CellRecord, Value } from '../rows.ts';
import { answerSection } from './answer.ts';
import { cdfFigure, lineFigure } from './figures.ts';
import type { Figure } from './figures.ts';
import type { Html } from './html.ts';
import { jsonForScript, programForScript, tag, text } from './html.ts';
import type { ReportInput } from './input.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE, PAGE_THEMES } from './page-style.ts';
import { summaryTable, troubles } from './tables.ts';

/** Link loads that the page embeds at most; beyond it the runs that are left out are named. 64 x 32 switches: 29 runs. */
const EMBEDDED_LINKS = 120_000;
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
export function renderReport(input: ReportInput): string {
  const view = sweepView(input);
  const figures: Figure[] = [];
  const undrawn: string[] = [];
  for (const spec of chartSpecs(input, view)) {
    const chart = lineChart(input, view, spec);
    if (typeof chart === 'string') undrawn.push(`${spec.y} by ${spec.x}: ${chart}`);
    else figures.push(lineFigure(chart, `chart-${figures.length}`));
  }
  const cdf = cdfChart(input.records, view);
  if (cdf !== null) figures.push(cdfFigure(cdf, 'fct'));
  const allLoads = linkLoads(view);
  const loads = fitting(allLoads);
  const data: PageData = {
    font: FONT_FAMILY,
    themes: PAGE_THEMES,
    printWidth: PRINT_WIDTH,
    seriesColours: Array.from({ length: SERIES_COLOURS }, (_, i) => ({ light: seriesStyle(i).light, dark: seriesStyle(i).dark })),
    figures,
    loads: loads.length === 0 ? null : embeddedLoads(loads),
    rows: allRows(input.records),
  };
  const main = [
    partialBanner(input),
    troubleBanner(input),
    section('answer', 'Answer', answerSection(input.records, view)),
    input.records.length === 0 ? '' : section('summary', 'Summary', summaryTable(view, input.sweptKeys)),
    section('charts', 'Charts', chartsSection(figures, undrawn)),
    loads.length === 0 ? noLoads() : section('loads', 'Link loads', loadsSection(loads, allLoads.length)),
    section('all-runs', 'All runs', allRunsSection(input.records.length)),
    section('config', 'Config', configSection(input)),
  ];
  return [
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    `<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">\n`,
    `<title>${text(input.title)}</title>\n<style>${PAGE_STYLE}</style>\n</head>\n<body>\n`,
    header(input, view),
    `\n<main>\n${main.filter((part) => part !== '').join('\n')}\n</main>\n`,
    tag('footer', {}, text(`netsim ${input.manifest.netsimVersion} · config ${input.manifest.configHash}`)),
    `\n<script type="application/json" id="report-data">${jsonForScript(data)}</script>\n`,
    `<script>${programForScript(input.plotlyJs)}</script>\n<script>${PAGE_SCRIPT}</script>\n</body>\n</html>\n`,
  ].join('');
}

const section = (id: string, title: string, content: Html): Html =>
  tag('section', { id: `section-${id}`, 'aria-labelledby': `heading-${id}` }, tag('h2', { id: `heading-${id}` }, title), content);

function header(input: ReportInput, view: SweepView): Html {
  const seeds = new Set(input.records.map(({ row }) => row['seed'])).size;
  const swept = view.dimensions.map(({ title, values }) => `${title} (${values.length} values)`).join(', ');
  const counts = `${count(input.records.length, 'run')}: ${swept === '' ? 'nothing swept' : swept}, ${count(seeds, 'seed')}`;
  const lines = [...(input.description === undefined ? [] : [input.description.name, ...input.description.lines]), counts];
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
  const list = (items: readonly Html[]): Html => {
    const rest = items.slice(LISTED_TROUBLES);
    const more = rest.length === 0 ? '' : tag('details', {}, tag('summary', {}, `${rest.length} more`), tag('ul', {}, ...rest));
    return tag('ul', {}, ...items.slice(0, LISTED_TROUBLES)) + more;
  };
  const unfinished = troubles(records, sweptKeys);
  const failed = failures.map(({ cell, message, repeat }) =>
    tag('li', {}, tag('b', {}, text(cell)), text(`: ${message}`), repeat === null ? '' : `<br>repeat it: ${tag('code', {}, text(repeat))}`),
  );
  return [
    failed.length === 0 ? '' : alert(`${count(failed.length, 'run')} failed`, list(failed)),
    unfinished === null ? '' : alert(unfinished.title, list(unfinished.items)),
  ].join('');
}

function selector(id: string, label: string, options: readonly (readonly [value: string, label: string])[]): Html {
  const choices = options.map(([value, shown]) => tag('option', { value }, text(shown)));
  return tag('label', { for: id }, text(label), tag('select', { id }, ...choices));
}

function chartsSection(figures: readonly Figure[], undrawn: readonly string[]): Html {
  const drawn = figures.map(({ id, title, description, height, panels }) => {
    const options = panels.map((label, i) => [String(i), label] as const);
    const controls = panels.length < 2 ? '' : tag('div', { class: 'controls' }, selector(`${id}-panel`, 'Shown:', options));
    const plot = tag('div', { class: 'plot', id, style: `height: ${height}px`, role: 'img', 'aria-label': `${title}. ${description}` });
    return tag('figure', {}, tag('h3', {}, text(title)), controls, plot);
  });
  const notes = undrawn.map((problem) => tag('p', { class: 'alert' }, text(`Not drawn: ${problem}.`)));
  if (drawn.length + notes.length === 0) return tag('p', {}, 'There is nothing to draw: nothing was swept and no flow times are known.');
  return [
    tag(
      'p',
      { class: 'note' },
      'Markers are means over the seeds, bars run from the smallest to the largest. Drag to zoom, double-click to go back.',
    ),
    ...notes,
    tag('div', { class: 'figures' }, ...drawn),
  ].join('');
}

const noLoads = (): Html => section('loads', 'Link loads', tag('p', {}, 'No run has links between leaves and spines to show.'));

function loadsSection(loads: readonly LinkLoads[], all: number): Html {
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
  const leftOut = loads.length === all ? '' : ` ${all - loads.length} of ${all} combinations are left out to keep this page small.`;
  return [
    tag(
      'p',
      { class: 'note' },
      'Payload of first transmissions on each link, first seed of each combination. “Load / ideal” is relative to the busiest link under ' +
        "perfect spraying (where rates differ, load over rate): its largest value is the run's congestion ratio, 1 is the best possible." +
        `${dead}${bundles}${leftOut}`,
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
  return tag('details', { id: 'runs' }, tag('summary', {}, `Every column of ${count(runs, 'run')}`), table);
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

/** As many runs as fit, in order. */
function fitting(loads: readonly LinkLoads[]): LinkLoads[] {
  let links = 0;
  return loads.filter(({ leaves, spines }) => (links += 2 * leaves * spines) <= EMBEDDED_LINKS);
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
