import { groupBy } from '../statistics.ts';
import { formatNumber } from './format.ts';
import type { Direction, LinkLoads } from './link-loads.ts';
import { DIRECTIONS, largestRatio } from './link-loads.ts';
import { loadColour, loadScaleTop } from './palette.ts';
import { MAX_PANELS } from './panels.ts';
import type { SvgTheme } from './svg.ts';
import { element, round, STANDALONE_THEME, svgDocument, textElement, wrapText } from './svg.ts';

const MARGIN = 16;
const LEFT = 46;
const HEADING = 22;
const RUN_HEADING = 18;
const BOTTOM = 40;
const SHADES = 48;

/** Leaf-by-spine loads, up and down, one row a run; all runs share one colour scale. `runs` not empty. */
export function heatMapSvg(runs: readonly LinkLoads[]): string {
  const theme = STANDALONE_THEME;
  const shown = runs.slice(0, MAX_PANELS);
  const most = shown.reduce((size, { leaves, spines }) => Math.max(size, leaves, spines), 1);
  const cell = Math.max(3, Math.min(16, Math.floor(260 / most)));
  const top = loadScaleTop(Math.max(...shown.map(largestRatio)));
  const mapWidth = Math.max(150, Math.max(...shown.map(({ spines }) => spines)) * cell);
  const width = 2 * MARGIN + 2 * (LEFT + mapWidth) + MARGIN + 90;
  const title = 'Link loads, leaf by spine';
  const scenario = shown[0]!.scenarioLabel;
  const leftOut = runs.length - shown.length;
  const subtitle = [scenario, 'first seed', leftOut > 0 ? `${shown.length} of ${runs.length} runs are drawn` : '']
    .filter((part) => part !== '')
    .join(' · ');
  const subtitleLines = wrapText(subtitle, Math.floor((width - 2 * MARGIN) / 6.4), 3);
  const body = [
    textElement(MARGIN, MARGIN + 14, title, { size: 15, bold: true }),
    textElement(MARGIN, MARGIN + 32, subtitleLines, { size: 11, fill: theme.muted }),
  ];
  let y = MARGIN + 32 + subtitleLines.length * 14 + 6;
  const scale = { top: y + HEADING, height: Math.max(80, Math.min(220, shown[0]!.leaves * cell)) };
  body.push(drawScale(width - MARGIN - 76, scale.top, scale.height, top, theme));
  for (const run of shown) {
    if (run.seriesLabel !== '') {
      body.push(textElement(MARGIN, y + 14, wrapText(run.seriesLabel, Math.floor((width - 110) / 7), 1), { bold: true }));
      y += RUN_HEADING;
    }
    DIRECTIONS.forEach((direction, i) => {
      const x = MARGIN + LEFT + i * (LEFT + mapWidth + MARGIN);
      const heading = direction === 'up' ? 'up (leaf to spine)' : 'down (spine to leaf)';
      body.push(textElement(x, y + 14, heading, { size: 11, fill: theme.muted }));
      body.push(drawMap(run, run[direction], x, y + HEADING, cell, top, theme));
    });
    y += HEADING + run.leaves * cell + BOTTOM;
  }
  const description = `Load of every link between leaves and spines over the ideal load of the busiest link, ${shown.length} runs`;
  return svgDocument({ width, height: Math.max(y, scale.top + scale.height + 60) + MARGIN / 2 }, title, description, theme, body);
}

function drawMap(run: LinkLoads, { ratio }: Direction, left: number, top: number, cell: number, scaleTop: number, theme: SvgTheme): string {
  const colour = loadColour(scaleTop);
  const gap = cell >= 8 ? 1 : 0;
  const cells = ratio.flatMap((value, i) => (value === null ? [] : [{ i, shade: Math.round((value / scaleTop) * SHADES) }]));
  // One path a shade instead of one rectangle a link: a large fabric has thousands.
  const paths = [...groupBy(cells, ({ shade }) => String(shade))].map(([shade, of]) => {
    const d = of.map(({ i }) => square(left + (i % run.spines) * cell, top + Math.floor(i / run.spines) * cell, cell - gap)).join('');
    return element('path', { d, fill: colour((Number(shade) / SHADES) * scaleTop) });
  });
  const dead = ratio.flatMap((value, i) =>
    value === null ? [cross(left + (i % run.spines) * cell, top + Math.floor(i / run.spines) * cell, cell - gap)] : [],
  );
  if (dead.length > 0)
    paths.push(
      element('path', { class: 'dead', d: dead.join(''), stroke: theme.text, 'stroke-width': cell < 8 ? 1.4 : 0.8, fill: 'none' }),
    );
  const labels: string[] = [];
  const step = (count: number): number => Math.max(1, Math.ceil(22 / cell), Math.ceil(count / 8));
  for (let leaf = 0; leaf < run.leaves; leaf += step(run.leaves)) {
    labels.push(textElement(left - 5, top + (leaf + 0.5) * cell + 3.5, String(leaf), { size: 10, anchor: 'end' }));
  }
  for (let spine = 0; spine < run.spines; spine += step(run.spines)) {
    labels.push(textElement(left + (spine + 0.5) * cell, top + run.leaves * cell + 12, String(spine), { size: 10, anchor: 'middle' }));
  }
  const middle = top + (run.leaves * cell) / 2;
  labels.push(
    textElement(left + (run.spines * cell) / 2, top + run.leaves * cell + 27, 'spine', { size: 11, anchor: 'middle', fill: theme.muted }),
  );
  labels.push(textElement(left - 28, middle, 'leaf', { size: 11, anchor: 'middle', fill: theme.muted, rotate: -90 }));
  return element('g', { class: 'heat-map' }, ...paths, ...labels);
}

const square = (x: number, y: number, size: number): string => `M${round(x)} ${round(y)}h${size}v${size}h-${size}z`;

const cross = (x: number, y: number, size: number): string =>
  `M${round(x)} ${round(y)}l${size} ${size}M${round(x + size)} ${round(y)}l-${size} ${size}`;

/** The colour scale with its ends, the ideal, and what the crosses mean. */
function drawScale(left: number, top: number, height: number, scaleTop: number, theme: SvgTheme): string {
  const colour = loadColour(scaleTop);
  const slices = Array.from({ length: SHADES }, (_, i) => {
    const ratio = ((i + 0.5) / SHADES) * scaleTop;
    return element('rect', {
      x: left,
      y: top + height * (1 - (i + 1) / SHADES),
      width: 14,
      height: height / SHADES + 0.5,
      fill: colour(ratio),
    });
  });
  const label = (ratio: number, text: string): string =>
    textElement(left + 19, top + height * (1 - ratio / scaleTop) + 4, text, { size: 10 });
  const marks = [label(0, '0'), label(1, '1 = ideal'), label(scaleTop, formatNumber(scaleTop, 3))];
  const note = textElement(left - 4, top + height + 22, ['load / ideal', '', '× dead link'], { size: 10, fill: theme.muted });
  return element('g', { class: 'scale' }, ...slices, ...marks, note);
}
