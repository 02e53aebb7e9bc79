import { formatNumber } from '../charts/format.ts';
import { BASELINE, INTEGRATED, type OperatingPoint } from './architectures.ts';
import type { Difference, EqualEnergy, EqualEnergyVerdict } from './equal-energy.ts';
import { atEqualEnergy } from './equal-energy.ts';

/** An architecture at an operating point, against the baseline there. */
export interface ArchitectureStanding {
  readonly point: string;
  readonly kind: string;
  readonly result: EqualEnergy;
}

/** Every architecture against the baseline at its energy, the integrated one first; points without the baseline have none. */
export function standings(points: readonly OperatingPoint[]): ArchitectureStanding[] {
  return points.flatMap(({ label, architectures }) => {
    const reference = architectures.find(({ kind }) => kind === BASELINE)?.settings[0];
    if (reference === undefined) return [];
    const others = architectures.filter(({ kind }) => kind !== BASELINE);
    return others
      .toSorted((a, b) => Number(b.kind === INTEGRATED) - Number(a.kind === INTEGRATED))
      .map(({ kind, settings }) => ({ point: label, kind, result: atEqualEnergy(reference, settings) }));
  });
}

/** At how many of its points the integrated architecture wins, and where it does not; null where it is not compared. */
export function integratedVerdict(
  all: readonly ArchitectureStanding[],
): { readonly sentence: string; readonly others: readonly string[] } | null {
  const of = all.filter(({ kind }) => kind === INTEGRATED);
  if (of.length === 0) return null;
  const losses = of.filter(({ result }) => result.verdict !== 'better');
  const wins = of.length - losses.length;
  const where = of.length === 1 ? '' : ` at ${wins} of ${of.length} operating points`;
  const claim = 'integrated beats layered in PSNR at equal energy with 95 % confidence';
  const sentence =
    wins === 0
      ? `Nowhere ${claim.replace('integrated beats', 'does integrated beat')}.`
      : `${claim.charAt(0).toUpperCase()}${claim.slice(1)}${where}.`;
  return {
    sentence,
    others: losses.map(({ point, result }) => `${point === '' ? 'all runs' : point}: ${verdictWords(result)}`),
  };
}

const WORDS: Readonly<Record<EqualEnergyVerdict, string>> = {
  better: 'better',
  worse: 'worse',
  undecided: 'not decided',
  'one-seed': 'one seed: not decided',
  'over-budget': 'needs more energy',
  'no-pairs': 'no common seed',
};

export const verdictWord = ({ verdict }: EqualEnergy): string => WORDS[verdict];

/** `worse, -1.32 dB (-1.61 to -1.03)`. */
function verdictWords(result: EqualEnergy): string {
  const { verdict, difference, energyChange } = result;
  if (verdict === 'over-budget') return `its cheapest setting takes ${percentChange(energyChange!)} energy`;
  if (difference === null) return verdictWord(result);
  const range = intervalText(difference);
  return `${verdictWord(result)}, ${decibel(difference.mean)} dB${range === '' ? '' : ` (${range})`}`;
}

/** Two digits behind the point and a sign. */
export function decibel(db: number): string {
  const text = Math.abs(db).toFixed(2);
  return Number(text) === 0 ? text : `${db < 0 ? '−' : '+'}${text}`;
}

/** Both ends; empty for one seed. */
export const intervalText = ({ interval }: Difference): string =>
  interval === null ? '' : `${decibel(interval.low)} to ${decibel(interval.high)}`;

export function percentChange(share: number): string {
  const size = formatNumber(Math.abs(100 * share), 2);
  return Math.abs(share) < 5e-4 ? '0 %' : `${share < 0 ? '−' : '+'}${size} %`;
}

/** `integrated, energyWeight 30` for 62 %, the next one for the rest. */
export const mixText = ({ mix }: EqualEnergy): string =>
  mix.map(({ label, share }) => (mix.length === 1 ? label : `${Math.round(100 * share)} % ${label}`)).join(' + ');
