/**
 * Quantities carry their unit: `400Gbps`, `500ns`, `64MiB`, `9kB`, `15dB`, `10Hz`. SI and IEC prefixes differ and are never guessed.
 * Rates are SI bits a second; times become integer picoseconds; sizes become whole bytes, packets of a link whole bits. Decibels, hertz,
 * watts, metres and metres a second may be fractions, and decibels negative.
 */

export type Dimension = 'bytes' | 'rate' | 'time' | 'bits' | 'decibels' | 'frequency' | 'power' | 'distance' | 'speed';

const UNITS: Record<Dimension, Readonly<Record<string, number>>> = {
  bytes: {
    B: 1,
    kB: 1e3,
    MB: 1e6,
    GB: 1e9,
    TB: 1e12,
    KiB: 2 ** 10,
    MiB: 2 ** 20,
    GiB: 2 ** 30,
    TiB: 2 ** 40,
  },
  rate: { bps: 1, kbps: 1e3, Mbps: 1e6, Gbps: 1e9, Tbps: 1e12 },
  time: { ps: 1, ns: 1e3, us: 1e6, ms: 1e9, s: 1e12 },
  bits: { bit: 1, kbit: 1e3 },
  decibels: { dB: 1 },
  frequency: { Hz: 1, kHz: 1e3, MHz: 1e6, GHz: 1e9 },
  power: { mW: 1e-3, W: 1 },
  distance: { m: 1, km: 1e3 },
  speed: { 'm/s': 1, 'km/h': 1 / 3.6 },
};

export const DIMENSIONS = Object.keys(UNITS) as readonly Dimension[];

const BASE_UNIT: Record<Dimension, string> = {
  bytes: 'bytes',
  rate: 'bits a second',
  time: 'picoseconds',
  bits: 'bits',
  decibels: 'dB',
  frequency: 'hertz',
  power: 'watts',
  distance: 'metres',
  speed: 'metres a second',
};

/** Dimensions whose values are whole numbers of their base unit. */
const WHOLE: readonly Dimension[] = ['bytes', 'rate', 'time', 'bits'];

/** Whether the values of a dimension are whole numbers of its base unit. */
export const isWhole = (dimension: Dimension): boolean => WHOLE.includes(dimension);

/** What is wrong with a quantity, and what to write instead. */
export class QuantityProblem {
  readonly message: string;
  readonly hint: string;

  constructor(message: string, hint: string) {
    this.message = message;
    this.hint = hint;
  }
}

/** The unit names of a dimension, smallest first. */
export const unitsOf = (dimension: Dimension): readonly string[] => Object.keys(UNITS[dimension]);

/**
 * Parses `text` into the base unit of `dimension`: bytes, bits a second, picoseconds, bits, decibels, hertz, watts, metres, metres a second.
 * The value must be finite, not negative but for decibels, and whole where its base unit is not divided (1.5KiB is 1536 bytes; 0.3B is
 * refused).
 */
export function parseQuantity(text: string, dimension: Dimension): number | QuantityProblem {
  const units = UNITS[dimension];
  const wanted = `write a number with one of ${Object.keys(units).join(', ')}`;
  const match = /^([+-]?(?:\d+(?:_\d+)*)?(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*([A-Za-z/]*)$/.exec(text.trim());
  if (match === null || match[1] === '') return new QuantityProblem(`"${text}" is not a quantity`, wanted);
  const value = Number(match[1]!.replaceAll('_', ''));
  const unit = match[2]!;
  if (unit === '') return new QuantityProblem(`"${text}" has no unit`, wanted);
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) {
    const nearest = Object.keys(units).find((name) => name.toLowerCase() === unit.toLowerCase());
    return new QuantityProblem(`unknown unit "${unit}" in "${text}"`, nearest === undefined ? wanted : `did you mean "${nearest}"?`);
  }
  if (!Number.isFinite(value)) return new QuantityProblem(`"${text}" is not a finite number`, wanted);
  if (value < 0 && dimension !== 'decibels') return new QuantityProblem(`"${text}" is negative`, wanted);
  // 98.2 mW is 98.2 / 1000 W: dividing rounds to the nearest double.
  const exact = factor < 1 ? value / (1 / factor) : value * factor;
  if (!isWhole(dimension)) return exact;
  const rounded = Math.round(exact);
  if (Math.abs(exact - rounded) > 1e-9 * Math.max(1, exact)) {
    return new QuantityProblem(`"${text}" is not a whole number of ${BASE_UNIT[dimension]}`, 'use a finer unit');
  }
  if (rounded > Number.MAX_SAFE_INTEGER) return new QuantityProblem(`"${text}" is too large`, `at most 2^53 - 1 ${BASE_UNIT[dimension]}`);
  return rounded;
}

/** Shortest exact spelling: 67108864 bytes is `64MiB`, 400e9 bits a second is `400Gbps`; fractions stand in the base unit. */
export function formatQuantity(value: number, dimension: Dimension): string {
  const units = UNITS[dimension];
  const candidates = Object.entries(units)
    .filter(([, factor]) => Number.isInteger(value / factor))
    .map(([unit, factor]) => `${value / factor}${unit}`);
  const base = `${value}${Object.keys(units).find((unit) => units[unit] === 1)!}`;
  return candidates.reduce((best, text) => (text.length < best.length ? text : best), base);
}
