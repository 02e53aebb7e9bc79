import { line, scaleLinear } from 'd3';
import type { LinkLoads } from './link-loads.ts';
import { largestRatio } from './link-loads.ts';
import { formatNumber } from './format.ts';
import { LOAD_STEPS, loadStep } from './palette.ts';
import type { SvgTheme } from './svg.ts';
import { element, round, svgDocument, textElement, textWidth, wrapText } from './svg.ts';

const WIDTH = 960;
const LEFT = 86;
const RIGHT = 16;
/** Above this many pairs only the busiest links stand out, the others are a thin background: single lines could not be told apart. */
const DETAILED_PAIRS = 400;
const BUSIEST_SHOWN = 120;

interface Segment {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/**
 * The fabric unfolded, traffic running from top to bottom: sending leaves, spines, receiving leaves. Lines are coloured and weighted by
 * the step of their load ratio (LOAD_STEPS), the busiest drawn last; each switch carries the colour of its busiest link.
 */
export function fabricPictureSvg(run: LinkLoads, theme: SvgTheme): string {
  const title = `Fabric and its link loads: ${run.label}`;
  const heading = wrapText(title, 105, 3);
  const top = 20 + heading.length * 17 + 50;
  const depth = Math.min(190, 110 + run.leaves * 3);
  const rows = { senders: top + 20, spines: top + 20 + depth, receivers: top + 20 + 2 * depth };
  const leafX = columns(run.leaves);
  const spineX = columns(run.spines);
  const crowded = run.leaves * run.spines > DETAILED_PAIRS;

  const segment = {
    up: (leaf: number, spine: number): Segment => ({ x1: leafX(leaf), y1: rows.senders, x2: spineX(spine), y2: rows.spines }),
    down: (leaf: number, spine: number): Segment => ({ x1: spineX(spine), y1: rows.spines, x2: leafX(leaf), y2: rows.receivers }),
  };
  const standOutFrom = crowded ? standOutRatio(run) : 0;
  const background: Segment[][] = LOAD_STEPS.map(() => []);
  const foreground: Segment[][] = LOAD_STEPS.map(() => []);
  const dead: Segment[] = [];
  const busiest = { senders: new Float64Array(run.leaves), spines: new Float64Array(run.spines), receivers: new Float64Array(run.leaves) };
  for (const direction of ['up', 'down'] as const) {
    run[direction].ratio.forEach((ratio, pair) => {
      const [leaf, spine] = [Math.floor(pair / run.spines), pair % run.spines];
      const at = segment[direction](leaf, spine);
      if (ratio === null) {
        dead.push(at);
        return;
      }
      (ratio >= standOutFrom ? foreground : background)[loadStep(ratio)]!.push(at);
      const side = direction === 'up' ? busiest.senders : busiest.receivers;
      side[leaf] = Math.max(side[leaf]!, ratio);
      busiest.spines[spine] = Math.max(busiest.spines[spine]!, ratio);
    });
  }

  const layer = (name: string, of: readonly Segment[][], weight: number, opacity: number): string[] =>
    LOAD_STEPS.flatMap(({ colour, width }, i) => {
      if (of[i]!.length === 0) return [];
      const style = { stroke: colour, 'stroke-width': width * weight, 'stroke-opacity': opacity, fill: 'none' };
      return [element('path', { class: `links ${name} step-${i}`, d: pathOf(of[i]!), ...style })];
    });
  const links = [...layer('background', background, 0.3, 0.3), ...layer('foreground', foreground, crowded ? 0.7 : 1, 0.85)];
  if (dead.length > 0) {
    links.push(
      element('path', {
        class: 'links dead',
        d: pathOf(dead),
        fill: 'none',
        stroke: theme.text,
        'stroke-width': 1,
        'stroke-dasharray': '3 4',
      }),
    );
  }
  const body = [
    textElement(16, 24, heading, { size: 14, bold: true }),
    drawLegend(top - 44, dead.length > 0, theme),
    ...links,
    drawHosts(run.leaves, leafX, rows.senders, -1, theme),
    drawHosts(run.leaves, leafX, rows.receivers, 1, theme),
    drawRow('leaf', 'leaves', 'sending', leafX, rows.senders, busiest.senders, theme),
    drawRow('spine', 'spines', '', spineX, rows.spines, busiest.spines, theme),
    drawRow('leaf', 'leaves', 'receiving', leafX, rows.receivers, busiest.receivers, theme),
  ];
  const hottest = formatNumber(largestRatio(run));
  const note =
    `The busiest link carries ${hottest} times the ideal load.` +
    (run.linksPerPair > 1 ? ` Of ${run.linksPerPair} parallel links the busiest is drawn.` : '') +
    (crowded ? ' Only the busiest links stand out here; the heat map has each of them.' : '');
  body.push(textElement(16, rows.receivers + 52, wrapText(note, 150, 2), { size: 11, fill: theme.muted }));
  const description = `${run.leaves} leaves, ${run.spines} spines, ${run.deadLinks} dead links. ${note}`;
  return svgDocument({ width: WIDTH, height: rows.receivers + 80 }, title, description, theme, body);
}

/** The ratio from which links stand out of a crowd: at most BUSIEST_SHOWN links have it, unless more share the largest. */
function standOutRatio(run: LinkLoads): number {
  const ratios = [...run.up.ratio, ...run.down.ratio].filter((ratio) => ratio !== null).sort((a, b) => b - a);
  const limit = Math.max(1.05, ratios[BUSIEST_SHOWN] ?? 0);
  return ratios.findLast((ratio) => ratio > limit) ?? limit;
}

/** Middles of `count` switches that share the width. */
function columns(count: number): (index: number) => number {
  const scale = scaleLinear([-0.5, count - 0.5], [LEFT, WIDTH - RIGHT]);
  return (index) => scale(index);
}

function pathOf(segments: readonly Segment[]): string {
  const draw = line().digits(1);
  return segments
    .map(({ x1, y1, x2, y2 }) =>
      draw([
        [x1, y1],
        [x2, y2],
      ]),
    )
    .join('');
}

/** A row of switches, as wide as their spacing allows, numbered where the numbers fit. */
function drawRow(
  name: string,
  plural: string,
  role: string,
  at: (index: number) => number,
  y: number,
  busiest: Float64Array,
  theme: SvgTheme,
): string {
  const spacing = busiest.length === 1 ? 60 : at(1) - at(0);
  const width = Math.max(4, Math.min(34, spacing * 0.8));
  const height = 18;
  const numbered = textWidth(String(busiest.length - 1), 10) + 2 <= width ? 1 : Math.ceil((textWidth('000', 10) + 4) / spacing);
  const parts: string[] = [
    textElement(16, y + (role === '' ? 4 : -2), role === '' ? plural : [plural, role], { size: 11, fill: theme.muted }),
  ];
  busiest.forEach((ratio, index) => {
    const step = LOAD_STEPS[loadStep(ratio)]!;
    const hover = element('title', {}, `${name} ${index}: busiest link ${formatNumber(ratio)} times the ideal`);
    const box = { x: at(index) - width / 2, y: y - height / 2, width, height, rx: Math.min(4, width / 4), fill: step.colour };
    parts.push(element('rect', { ...box, stroke: theme.background ?? 'var(--page, #ffffff)', 'stroke-width': 1 }, hover));
    if (numbered === 1) {
      const dark = LOAD_STEPS.indexOf(step) === 1 || LOAD_STEPS.indexOf(step) >= 6;
      parts.push(textElement(at(index), y + 3.5, String(index), { size: 10, anchor: 'middle', fill: dark ? '#ffffff' : '#14181d' }));
    } else if (index % numbered === 0 && name === 'spine') {
      parts.push(textElement(at(index), y + 3.5, String(index), { size: 10, anchor: 'middle', fill: theme.text }));
    }
  });
  return element('g', { class: `row ${plural}` }, ...parts);
}

/** A hint of the hosts of each leaf: they are not what the picture is about. */
function drawHosts(leaves: number, at: (leaf: number) => number, y: number, side: -1 | 1, theme: SvgTheme): string {
  const spacing = leaves === 1 ? 60 : at(1) - at(0);
  const spread = Math.min(8, spacing * 0.3);
  const segments: Segment[] = [];
  for (let leaf = 0; leaf < leaves; leaf++) {
    for (const offset of [-spread, 0, spread]) {
      segments.push({ x1: at(leaf) + offset / 2, y1: y + side * 9, x2: at(leaf) + offset, y2: y + side * 20 });
    }
  }
  const label = textElement(16, y + side * 20 + (side < 0 ? 0 : 8), 'hosts', { size: 11, fill: theme.muted });
  return element(
    'g',
    { class: 'hosts' },
    element('path', { d: pathOf(segments), stroke: theme.muted, 'stroke-width': 0.8, fill: 'none' }),
    label,
  );
}

function drawLegend(top: number, hasDead: boolean, theme: SvgTheme): string {
  const parts = [textElement(16, top + 4, 'load / ideal:', { size: 11, fill: theme.muted })];
  let x = 16 + textWidth('load / ideal:', 11) + 10;
  const entry = (label: string, style: Record<string, string | number | null>): void => {
    parts.push(element('line', { x1: x, x2: x + 22, y1: top, y2: top, ...style }), textElement(x + 27, top + 4, label, { size: 11 }));
    x = round(x + 27 + textWidth(label, 11) + 12);
  };
  for (const { label, colour, width } of LOAD_STEPS) entry(label, { stroke: colour, 'stroke-width': width });
  if (hasDead) entry('dead', { stroke: theme.text, 'stroke-width': 1, 'stroke-dasharray': '3 4' });
  return element('g', { class: 'legend' }, ...parts);
}
