import { categoryAxis, spanAxis } from '../charts/axes.ts';
import type { Mark, MarkChart, MarkPanel } from '../charts/mark-chart.ts';
import { BASELINE, INTEGRATED, type OperatingPoint } from './architectures.ts';
import { decibel, intervalText, percentChange } from './comparison.ts';
import { type Difference, differenceOf, meanPoint, type Setting, sharedSeeds, verdictOf } from './equal-energy.ts';

/** What a signal is worth at an operating point. */
export interface SignalWorth {
  readonly signal: string;
  /** PSNR with all signals less PSNR without this one, in dB, seed by seed. */
  readonly worth: Difference;
  /** Power without it over power with it, less 1. */
  readonly energyChange: number;
}

/**
 * What each signal of the integrated architecture is worth: the same runs with that signal alone switched off, paired by seed, the one that
 * is worth most first. Worths of single signals do not add up: what two of them say may be the same.
 */
export function signalWorths({ architectures }: OperatingPoint): SignalWorth[] {
  const ablations = architectures.find(({ kind }) => kind === INTEGRATED)?.ablations ?? [];
  return ablations
    .flatMap(({ signal, setting, whole }) => worthOf(signal, setting, whole) ?? [])
    .toSorted((a, b) => b.worth.mean - a.worth.mean);
}

function worthOf(signal: string, without: Setting, whole: Setting): SignalWorth | null {
  const seeds = sharedSeeds([without, whole]);
  if (seeds.length === 0) return null;
  const worth = differenceOf(seeds.map((seed) => whole.runs.get(seed)!.quality - without.runs.get(seed)!.quality));
  return { signal, worth, energyChange: meanPoint(without, seeds).powerW / meanPoint(whole, seeds).powerW - 1 };
}

const SERIES = ['PSNR is lost without it', 'PSNR is won without it', 'not decided'];

/** A bar a signal, a panel an operating point, and last what all of them are worth: layered instead. Null where no signal was switched off. */
export function ablationChart(points: readonly OperatingPoint[], maxPanels: number): MarkChart | null {
  const worths = points.map((point) => ({ point, worths: signalWorths(point) })).filter((of) => of.worths.length > 0);
  if (worths.length === 0) return null;
  return {
    name: 'psnr-by-signal',
    title: 'What each signal is worth: PSNR that goes with it',
    subtitle: 'integrated less the same with one signal switched off, paired by seed; bars with the 95 % interval of the mean difference',
    marks: 'bars',
    seriesTitle: 'with 95 % confidence',
    seriesLabels: SERIES,
    panels: worths.slice(0, maxPanels).map(({ point, worths: of }) => panelOf(point, of)),
    panelCount: worths.length,
  };
}

function panelOf(point: OperatingPoint, worths: readonly SignalWorth[]): MarkPanel {
  const layered = point.architectures.find(({ kind }) => kind === BASELINE)?.settings[0];
  const whole = point.architectures.find(({ kind }) => kind === INTEGRATED)!.ablations[0]!.whole;
  const all = layered === undefined ? null : worthOf('all: layered', layered, whole);
  const shown = all === null ? worths : [...worths, all];
  const marks = shown.map(({ signal, worth, energyChange }, x): Mark => {
    const { mean: y, interval } = worth;
    const { low, high } = interval ?? { low: y, high: y };
    const range = interval === null ? [] : [`95 % interval ${intervalText(worth)} dB`];
    return {
      x,
      y,
      low,
      high,
      label: '',
      detail: [`${signal}: ${decibel(y)} dB`, ...range, `energy without it ${percentChange(energyChange)}`],
    };
  });
  const place = ({ worth }: SignalWorth): number => ['better', 'worse'].indexOf(verdictOf(worth));
  const series = SERIES.map((_, s) => marks.filter((_mark, i) => (place(shown[i]!) + SERIES.length) % SERIES.length === s));
  const ends = marks.flatMap(({ low, high }) => [low, high]);
  return {
    label: point.label,
    x: categoryAxis(
      'signal that is switched off',
      shown.map(({ signal }) => signal),
    ),
    y: spanAxis('PSNR that it is worth (dB)', Math.min(0, ...ends), Math.max(0, ...ends)),
    series,
    line: [],
  };
}
