import { interpolateRgb, scaleLinear, symbolCircle, symbolCross, symbolDiamond, symbolSquare } from 'd3';
import type { SymbolType } from 'd3';

/** How a series looks. Colour is never alone: marker and dash differ too, for print and for colour-blind readers. */
export interface SeriesStyle {
  /** On a light and on a dark page. */
  readonly light: string;
  readonly dark: string;
  /** Marker: for d3, and Plotly's name of the same shape. */
  readonly symbol: SymbolType;
  readonly plotlySymbol: string;
  readonly dash: string | null;
  readonly plotlyDash: string;
}

/** The colour-blind safe set of Okabe and Ito (2008), less its yellow, which white hides; lightened for dark pages. */
const COLOURS: readonly (readonly [light: string, dark: string])[] = [
  ['#0072b2', '#4fa8e0'],
  ['#d55e00', '#ff8a3d'],
  ['#009e73', '#2cc79a'],
  ['#b0578d', '#e08fc0'],
  ['#c98b00', '#f0b83c'],
  ['#3a9fd6', '#8fd0f5'],
  ['#4d4d4d', '#c4c9cf'],
];

const SYMBOLS: readonly (readonly [SymbolType, string])[] = [
  [symbolCircle, 'circle'],
  [symbolSquare, 'square'],
  [symbolDiamond, 'diamond'],
  [symbolCross, 'cross'],
];

const DASHES: readonly (readonly [string | null, string])[] = [
  [null, 'solid'],
  ['8 4', 'dash'],
  ['2 3', 'dot'],
  ['8 3 2 3', 'dashdot'],
];

/** The style of series number `index`; 28 series differ. */
export function seriesStyle(index: number): SeriesStyle {
  const [light, dark] = COLOURS[index % COLOURS.length]!;
  const [symbol, plotlySymbol] = SYMBOLS[index % SYMBOLS.length]!;
  const [dash, plotlyDash] = DASHES[index % DASHES.length]!;
  return { light, dark, symbol, plotlySymbol, dash, plotlyDash };
}

/** Loads below, at and above the ideal: blue, grey, orange to dark red. Neither end can be taken for the other by colour-blind readers. */
export const LOAD_COLOURS = { none: '#2b6ca3', ideal: '#c9ced4', above: '#e07b28', far: '#8c1c13' } as const;

/** A number that a busy link's ratio is shown against: colours run to at least twice the ideal. */
export const loadScaleTop = (largestRatio: number): number => Math.max(2, largestRatio);

/** Stops of the load colours on [0, 1], for ratios from 0 to `top`. */
export const loadColourStops = (top: number): [number, string][] => [
  [0, LOAD_COLOURS.none],
  [1 / top, LOAD_COLOURS.ideal],
  [(1 + (top - 1) / 2) / top, LOAD_COLOURS.above],
  [1, LOAD_COLOURS.far],
];

/** Colour of a load ratio between 0 and `top`. */
export function loadColour(top: number): (ratio: number) => string {
  const stops = loadColourStops(top);
  const scale = scaleLinear<string>()
    .domain(stops.map(([at]) => at * top))
    .range(stops.map(([, colour]) => colour))
    .interpolate(interpolateRgb)
    .clamp(true);
  return (ratio) => scale(ratio);
}

/** Steps of the load ratio in the picture of the fabric: coarse enough to tell apart in a thin line. */
export interface LoadStep {
  readonly upTo: number;
  readonly label: string;
  readonly colour: string;
  readonly width: number;
}

export const LOAD_STEPS: readonly LoadStep[] = [
  { upTo: 0, label: 'unused', colour: '#9fb4c7', width: 0.5 },
  { upTo: 0.5, label: '≤ 0.5', colour: '#2b6ca3', width: 0.8 },
  { upTo: 0.95, label: '≤ 0.95', colour: '#78a5c9', width: 1 },
  { upTo: 1.05, label: 'ideal ± 5 %', colour: '#949ba3', width: 1.2 },
  { upTo: 1.5, label: '≤ 1.5', colour: '#e8a35c', width: 1.7 },
  { upTo: 2, label: '≤ 2', colour: '#de7a22', width: 2.2 },
  { upTo: 3, label: '≤ 3', colour: '#bd4316', width: 2.8 },
  { upTo: Infinity, label: '> 3', colour: '#8c1c13', width: 3.4 },
];

/** Index of the step that `ratio` (not negative) belongs to. */
export const loadStep = (ratio: number): number => LOAD_STEPS.findIndex((step) => ratio <= step.upTo);
