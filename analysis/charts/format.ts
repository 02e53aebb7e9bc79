import { formatQuantity } from '../../sim/base/quantity.ts';

/** What a column or a swept key measures, with the base unit of its numbers. */
export type Measure = 'microseconds' | 'picoseconds' | 'bytes' | 'bits-per-second' | 'joules' | 'watts' | 'plain';

/** A unit that numbers of a measure are shown in: shown = base value / factor. */
export interface DisplayUnit {
  readonly factor: number;
  /** Empty for plain numbers. */
  readonly symbol: string;
}

const UNITS: Readonly<Record<Measure, readonly DisplayUnit[]>> = {
  microseconds: [
    { factor: 1e-6, symbol: 'ps' },
    { factor: 1e-3, symbol: 'ns' },
    { factor: 1, symbol: 'µs' },
    { factor: 1e3, symbol: 'ms' },
    { factor: 1e6, symbol: 's' },
  ],
  picoseconds: [
    { factor: 1, symbol: 'ps' },
    { factor: 1e3, symbol: 'ns' },
    { factor: 1e6, symbol: 'µs' },
    { factor: 1e9, symbol: 'ms' },
    { factor: 1e12, symbol: 's' },
  ],
  bytes: [
    { factor: 1, symbol: 'B' },
    { factor: 2 ** 10, symbol: 'KiB' },
    { factor: 2 ** 20, symbol: 'MiB' },
    { factor: 2 ** 30, symbol: 'GiB' },
    { factor: 2 ** 40, symbol: 'TiB' },
  ],
  'bits-per-second': [
    { factor: 1, symbol: 'bit/s' },
    { factor: 1e3, symbol: 'kbit/s' },
    { factor: 1e6, symbol: 'Mbit/s' },
    { factor: 1e9, symbol: 'Gbit/s' },
    { factor: 1e12, symbol: 'Tbit/s' },
  ],
  joules: [
    { factor: 1e-12, symbol: 'pJ' },
    { factor: 1e-9, symbol: 'nJ' },
    { factor: 1e-6, symbol: 'µJ' },
    { factor: 1e-3, symbol: 'mJ' },
    { factor: 1, symbol: 'J' },
  ],
  watts: [
    { factor: 1e-3, symbol: 'mW' },
    { factor: 1, symbol: 'W' },
  ],
  plain: [{ factor: 1, symbol: '' }],
};

/** The largest unit in which `magnitude` is at least 1; the smallest one for 0. */
export function displayUnit(measure: Measure, magnitude: number): DisplayUnit {
  const units = UNITS[measure];
  return units.findLast((unit) => Math.abs(magnitude) >= unit.factor) ?? units[0]!;
}

/** Rounded to `digits` significant digits, without an exponent between 1e-6 and 1e15, thousands separated by commas. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Math.abs(value) >= 10 ** digits ? Math.round(value) : Number(value.toPrecision(digits));
  const text = String(Object.is(rounded, -0) ? 0 : rounded);
  if (text.includes('e')) return text;
  const [whole, fraction] = text.split('.') as [string, string | undefined];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** For reading: four significant digits in the unit that fits, `1.204 ms`. */
export function formatMeasure(value: number, measure: Measure): string {
  const unit = displayUnit(measure, value);
  return withUnit(formatNumber(value / unit.factor), unit.symbol);
}

/** For a swept value: exact, so that different values never look the same; `1 MiB`, `45760 B`, `500 ns`. */
export function formatExact(value: number, measure: Measure): string {
  switch (measure) {
    case 'bytes':
      return spaced(formatQuantity(value, 'bytes'));
    case 'picoseconds':
      return spaced(formatQuantity(value, 'time'));
    case 'bits-per-second':
      return spaced(formatQuantity(value, 'rate').replace('bps', 'bit/s'));
    case 'microseconds':
      return withUnit(String(value), 'µs');
    case 'joules':
      return withUnit(String(value), 'J');
    case 'watts':
      return withUnit(String(value), 'W');
    case 'plain':
      return String(value);
  }
}

const withUnit = (number: string, symbol: string): string => (symbol === '' ? number : `${number} ${symbol}`);

const spaced = (quantity: string): string => quantity.replace(/(?<=\d)(?=[A-Za-z])(?!e[+-]?\d)/, ' ').replace(/us$/, 'µs');

/** The measure of a result column, read off its unit suffix. */
export function measureOfColumn(column: string): Measure {
  if (column.endsWith('_us')) return 'microseconds';
  if (column.endsWith('_bytes')) return 'bytes';
  if (column.endsWith('_bps')) return 'bits-per-second';
  if (column.endsWith('_j')) return 'joules';
  if (column.endsWith('_w')) return 'watts';
  return 'plain';
}

const BYTES_KEY = /^(size|queue|mtu|header|ack|low|high|window|minPiece|.*(Window|Bytes|BytesPerToken))$/;
const RATE_KEY = /^(rate|.*Rate|.*Increase)$/;
const TIME_KEY = /^(delay|at|until|rto|converge|start|.*(Interval|Jitter|BatchWindow|batchWindow))$/;

/** The measure of a swept key, from the names of the config keys that carry a unit; the rows hold those in base units. */
export function measureOfKey(key: string): Measure {
  const last = key.slice(key.lastIndexOf('.') + 1);
  if (TIME_KEY.test(last)) return 'picoseconds';
  if (RATE_KEY.test(last)) return 'bits-per-second';
  if (BYTES_KEY.test(last)) return 'bytes';
  return 'plain';
}

const COLUMN_NAMES: Readonly<Record<string, string>> = {
  completion_time_us: 'completion time',
  bound_us: 'lower bound of the completion time',
  slowdown: 'slowdown',
  fct_mean_us: 'mean flow completion time',
  fct_p50_us: 'median flow completion time',
  fct_p99_us: '99th-percentile flow completion time',
  fct_max_us: 'largest flow completion time',
  max_link_load_bytes: 'load of the busiest link',
  ideal_link_load_bytes: 'ideal load of the busiest link',
  congestion_ratio: 'congestion ratio',
  worst_phase_congestion_ratio: 'congestion ratio of the worst phase',
  queue_max_bytes: 'longest queue',
  reorder_max_packets: 'largest reordering',
  psnr_db: 'PSNR',
  mos: 'mean opinion score',
  delay_mean_ms: 'mean delay',
  delay_p95_ms: '95th-percentile delay',
  delay_p99_ms: '99th-percentile delay',
  jitter_ms: 'jitter',
  energy_per_bit_j: 'energy per delivered bit',
  power_w: 'mean power',
};

/** What a plain column counts or divides: its axis says so in place of a unit. */
const COLUMN_UNITS: Readonly<Record<string, string>> = {
  slowdown: 'completion / lower bound',
  congestion_ratio: 'busiest link / ideal',
  worst_phase_congestion_ratio: 'busiest link / ideal',
  reorder_max_packets: 'packets',
  spectral_efficiency: 'bit/symbol',
  psnr_db: 'dB',
  delay_mean_ms: 'ms',
  delay_p95_ms: 'ms',
  delay_p99_ms: 'ms',
  jitter_ms: 'ms',
};

/** A column in words. */
export const columnName = (column: string): string =>
  COLUMN_NAMES[column] ?? column.replace(/_(us|bytes|bps|j|w)$/, '').replaceAll('_', ' ');

/** What stands in brackets behind the name of a column's axis; empty where the name says it all, as in `drops`. */
export const columnUnit = (column: string, unit: DisplayUnit): string => (unit.symbol === '' ? (COLUMN_UNITS[column] ?? '') : unit.symbol);
