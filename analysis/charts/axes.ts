import { scaleLinear, scaleLog } from 'd3';
import type { Dimension } from './dimensions.ts';
import { columnName, columnUnit, displayUnit, formatNumber, measureOfColumn } from './format.ts';
import type { DisplayUnit } from './format.ts';
import { element, LINE_HEIGHT, textElement, textWidth, wrapText } from './svg.ts';
import type { SvgTheme } from './svg.ts';

/** An axis before anything is drawn: the SVG charts and the interactive ones share it. */
export interface Axis {
  /** With the unit in brackets. */
  readonly title: string;
  /** `category`: value i stands at i. */
  readonly kind: 'linear' | 'log' | 'category';
  readonly domain: readonly [number, number];
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** The plotting area, in the coordinates of the picture. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const TICK_SIZE = 11;
const GAP = 6;

/** A ratio of largest to smallest from which positive quantities are drawn on a logarithmic axis. */
const DECADE = 10;

/** The horizontal axis of a swept dimension: its own values are the ticks. */
export function dimensionAxis(dimension: Dimension): Axis {
  const numbers = dimension.values.map(({ number }) => number);
  if (numbers.length < 2 || !numbers.every((number) => number !== null)) {
    return categoryAxis(
      dimension.title,
      dimension.values.map(({ label }) => label),
    );
  }
  const ticks = dimension.values.map(({ number, label }) => ({ value: number!, label }));
  const [low, high] = [numbers[0]!, numbers.at(-1)!];
  // The labels of quantities carry their unit (`1 MiB`); other numbers have none.
  if (low > 0 && high / low >= DECADE) {
    const margin = (high / low) ** 0.06;
    return { title: dimension.title, kind: 'log', domain: [low / margin, high * margin], ticks };
  }
  const margin = (high - low) * 0.06;
  return { title: dimension.title, kind: 'linear', domain: [low - margin, high + margin], ticks };
}

export const categoryAxis = (title: string, labels: readonly string[]): Axis => ({
  title,
  kind: 'category',
  domain: [-0.5, labels.length - 0.5],
  ticks: labels.map((label, value) => ({ value, label })),
});

/**
 * The axis of a result column for `values` in its base unit, not empty, and the unit it is shown in. Logarithmic when positive values
 * span a decade; else from 0, or from 1 for a slowdown, which cannot be less.
 */
export function columnAxis(column: string, values: readonly number[]): { axis: Axis; unit: DisplayUnit } {
  const high = values.reduce((a, b) => Math.max(a, b));
  const low = values.reduce((a, b) => Math.min(a, b));
  const unit = displayUnit(measureOfColumn(column), high);
  const inBrackets = columnUnit(column, unit);
  const title = columnName(column) + (inBrackets === '' ? '' : ` (${inBrackets})`);
  // Decibels have no zero that means anything.
  if (column.endsWith('_db')) return { axis: spanAxis(title, low, high), unit };
  return { axis: valueAxis(title, low / unit.factor, high / unit.factor, column === 'slowdown' ? 1 : 0), unit };
}

/** An axis for shown values from `low` to `high`; a linear one starts at `origin` or below. */
export function valueAxis(title: string, low: number, high: number, origin: number): Axis {
  if (low > 0 && high / low >= DECADE) {
    const domain = [low / 1.15, high * 1.15] as const;
    return { title, kind: 'log', domain, ticks: logTicks(domain) };
  }
  const floor = Math.min(origin, low);
  const span = high > floor ? high - floor : Math.max(Math.abs(high), 1);
  const domain = [floor === 0 ? 0 : floor - span * 0.04, floor + span * 1.08] as const;
  const ticks = scaleLinear(domain, [0, 1])
    .ticks(5)
    .map((value) => ({ value, label: formatNumber(value, 6) }));
  return { title, kind: 'linear', domain, ticks };
}

/** A linear axis that just holds the values from `low` to `high`, wherever 0 is. */
export function spanAxis(title: string, low: number, high: number): Axis {
  const margin = high > low ? (high - low) * 0.08 : Math.max(Math.abs(high) * 0.08, 1e-12);
  const domain = [low - margin, high + margin] as const;
  const ticks = scaleLinear(domain, [0, 1])
    .ticks(5)
    .map((value) => ({ value, label: formatNumber(value, 6) }));
  return { title, kind: 'linear', domain, ticks };
}

/** Powers of ten; with 2 and 5 times them where fewer than four powers are in sight. */
function logTicks([low, high]: readonly [number, number]): Tick[] {
  const ticks: Tick[] = [];
  const powers = Math.floor(Math.log10(high)) - Math.ceil(Math.log10(low)) + 1;
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++) {
    for (const digit of powers < 4 ? [1, 2, 5] : [1]) {
      const value = Number(`${digit}e${exponent}`);
      if (value >= low && value <= high) ticks.push({ value, label: formatNumber(value) });
    }
  }
  return ticks;
}

/** Position of a value on an axis that is drawn from `start` to `end`. */
export function positionOn(axis: Axis, start: number, end: number): (value: number) => number {
  const scale = axis.kind === 'log' ? scaleLog(axis.domain, [start, end]) : scaleLinear(axis.domain, [start, end]);
  return (value) => scale(value);
}

/** The ticks of which no label touches the one before it, given each label's length along the axis. */
export function fittingTicks(axis: Axis, length: number, labelLength: (tick: Tick) => number): Tick[] {
  const at = positionOn(axis, 0, length);
  const chosen: Tick[] = [];
  let end = -Infinity;
  for (const tick of axis.ticks) {
    const half = labelLength(tick) / 2;
    if (at(tick.value) - half < end + GAP) continue;
    chosen.push(tick);
    end = at(tick.value) + half;
  }
  return chosen;
}

interface CategoryLabels {
  readonly lines: readonly (readonly string[])[];
  readonly rotated: boolean;
  /** Every so many-th label is drawn. */
  readonly every: number;
}

/** Labels under their places: broken into lines where there is room, else turned and thinned out. */
function categoryLabels(axis: Axis, width: number): CategoryLabels {
  const band = width / axis.ticks.length;
  const limit = Math.floor((band - GAP) / (TICK_SIZE * 0.58));
  const longest = Math.max(...axis.ticks.map(({ label }) => label.length));
  if (limit >= Math.min(longest, 10)) return { lines: axis.ticks.map(({ label }) => wrapText(label, limit)), rotated: false, every: 1 };
  const short = axis.ticks.map(({ label }) => [label.length > 24 ? `${label.slice(0, 23)}…` : label]);
  return { lines: short, rotated: true, every: Math.ceil((TICK_SIZE * 1.3) / band) };
}

/** Height that the labels and the title of a horizontal axis take below the plotting area. */
export function xAxisHeight(axis: Axis, width: number): number {
  const title = 28;
  if (axis.kind !== 'category') return title + TICK_SIZE + GAP * 2;
  const { lines, rotated } = categoryLabels(axis, width);
  if (!rotated) return title + GAP * 2 + Math.max(...lines.map(({ length }) => length)) * TICK_SIZE * LINE_HEIGHT;
  return title + GAP * 2 + Math.max(...lines.map(([label]) => textWidth(label!, TICK_SIZE))) * 0.7;
}

/** Width that the labels and the title of a vertical axis take on its left. */
export const yAxisWidth = (axis: Axis): number => 30 + Math.max(...axis.ticks.map(({ label }) => textWidth(label, TICK_SIZE)), 0);

/** Labels, marks and title of the horizontal axis at the lower edge of `box`. */
export function drawXAxis(axis: Axis, box: Box, theme: SvgTheme): string {
  const at = positionOn(axis, box.left, box.left + box.width);
  const bottom = box.top + box.height;
  const parts = [element('line', { x1: box.left, x2: box.left + box.width, y1: bottom, y2: bottom, stroke: theme.muted })];
  const mark = (value: number): string =>
    element('line', { x1: at(value), x2: at(value), y1: bottom, y2: bottom + 4, stroke: theme.muted });
  if (axis.kind === 'category') {
    const { lines, rotated, every } = categoryLabels(axis, box.width);
    axis.ticks.forEach(({ value }, i) => {
      if (i % every !== 0) return;
      parts.push(mark(value));
      const style = rotated ? ({ size: TICK_SIZE, anchor: 'end', rotate: -45 } as const) : ({ size: TICK_SIZE, anchor: 'middle' } as const);
      parts.push(textElement(at(value), bottom + GAP + TICK_SIZE, lines[i]!, style));
    });
  } else {
    const shown = fittingTicks(axis, box.width, ({ label }) => textWidth(label, TICK_SIZE));
    parts.push(...axis.ticks.map(({ value }) => mark(value)));
    for (const { value, label } of shown) {
      parts.push(textElement(at(value), bottom + GAP + TICK_SIZE, label, { size: TICK_SIZE, anchor: 'middle' }));
    }
  }
  const titleY = bottom + xAxisHeight(axis, box.width) - 8;
  parts.push(textElement(box.left + box.width / 2, titleY, axis.title, { anchor: 'middle', fill: theme.muted }));
  return element('g', { class: 'x-axis' }, ...parts);
}

/** Grid lines, labels and, if `titled`, the title of the vertical axis at the left edge of `box`. */
export function drawYAxis(axis: Axis, box: Box, theme: SvgTheme, titled: boolean): string {
  const bottom = box.top + box.height;
  const at = positionOn(axis, bottom, box.top);
  const parts = fittingTicks(axis, box.height, () => TICK_SIZE).flatMap(({ value, label }) => [
    element('line', { x1: box.left, x2: box.left + box.width, y1: at(value), y2: at(value), stroke: theme.grid }),
    textElement(box.left - GAP, at(value) + TICK_SIZE * 0.35, label, { size: TICK_SIZE, anchor: 'end' }),
  ]);
  if (titled) {
    const x = box.left - yAxisWidth(axis) + 14;
    const y = box.top + box.height / 2;
    parts.push(textElement(x, y, axis.title, { anchor: 'middle', fill: theme.muted, rotate: -90 }));
  }
  return element('g', { class: 'y-axis' }, ...parts);
}
