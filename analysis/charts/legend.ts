import { symbol } from 'd3';
import { seriesStyle } from './palette.ts';
import type { SvgTheme } from './svg.ts';
import { element, round, textElement, textWidth } from './svg.ts';

export interface Legend {
  readonly title: string | null;
  readonly labels: readonly string[];
}

const ROW = 20;
const KEY = 30;
const LONGEST = 60;

/** Where each entry stands, line after line; nothing for a single series, which needs no legend. */
function places({ title, labels }: Legend, width: number): { label: string; x: number; row: number }[] {
  if (title === null) return [];
  let x = textWidth(`${title}:`) + 12;
  let row = 0;
  return labels.map((full) => {
    const label = full.length > LONGEST ? `${full.slice(0, LONGEST - 1)}…` : full;
    const needed = KEY + textWidth(label) + 16;
    if (x + needed > width && x > 0) {
      x = 0;
      row += 1;
    }
    const place = { label, x, row };
    x += needed;
    return place;
  });
}

export const legendHeight = (legend: Legend, width: number): number =>
  legend.title === null ? 0 : ((places(legend, width).at(-1)?.row ?? 0) + 1) * ROW;

/** Line, marker and name of each series. */
export function drawLegend(legend: Legend, left: number, top: number, width: number, theme: SvgTheme): string {
  if (legend.title === null) return '';
  const entries = places(legend, width).map(({ label, x, row }, i) => {
    const style = seriesStyle(i);
    const middle = top + row * ROW + 8;
    const key = left + x;
    return element(
      'g',
      { class: 'legend-entry' },
      element('line', {
        x1: key,
        x2: key + 24,
        y1: middle,
        y2: middle,
        stroke: style.light,
        'stroke-width': 1.8,
        'stroke-dasharray': style.dash,
      }),
      element('path', { d: symbol(style.symbol, 52)(), transform: `translate(${round(key + 12)} ${round(middle)})`, fill: style.light }),
      textElement(key + KEY, middle + 4, label),
    );
  });
  return element('g', { class: 'legend' }, textElement(left, top + 12, `${legend.title}:`, { fill: theme.muted }), ...entries);
}
