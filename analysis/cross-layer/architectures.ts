import type { SweepView } from '../charts/dimensions.ts';
import { describeRow, dimension, formatValue, idOf } from '../charts/dimensions.ts';
import type { CellRecord, Row } from '../rows.ts';
import { groupBy } from '../statistics.ts';
import type { CostAndQuality, Setting } from './equal-energy.ts';

/** The architecture that knows of nothing beyond its own layer: the others are held against it. */
export const BASELINE = 'layered';
/** The architecture that knows of everything, and decides for all layers. */
export const INTEGRATED = 'integrated';

const KIND_KEY = 'controller.kind';
const SWITCH_KEY = /^controller\.signals\.(\w+)\.enabled$/;

/** One operating point of a sweep, such as an SNR: all that differs between its settings belongs to the controller. */
export interface OperatingPoint {
  /** Empty where there is only one. */
  readonly label: string;
  readonly architectures: readonly Architecture[];
}

export interface Architecture {
  readonly kind: string;
  /** With all its signals: how much energy it gives for quality differs. The one that gives least weight to energy first. */
  readonly settings: readonly Setting[];
  /** Settings with one signal switched off, each with the setting that it is a part of. */
  readonly ablations: readonly { readonly signal: string; readonly setting: Setting; readonly whole: Setting }[];
}

/**
 * The operating points of a sweep over architectures (`controller.kind`) that has PSNR and power of its runs, in the order of the records; none
 * where it compares no architectures. A run that did not finish counts for nothing.
 */
export function operatingPoints(records: readonly CellRecord[], { dimensions }: SweepView): OperatingPoint[] {
  const of = records.filter(({ row }) => typeof row[KIND_KEY] === 'string' && costAndQuality(row) !== null);
  if (new Set(of.map(({ row }) => row[KIND_KEY])).size < 2) return [];
  const own = dimensions
    .map(({ keys }) => keys.filter((key) => !key.startsWith('controller.')))
    .filter((keys) => keys.length > 0)
    .map((keys) => dimension(of, keys));
  const keys = own.flatMap((one) => one.keys);
  return [...groupBy(of, ({ row }) => idOf(keys, row)).values()].map((at) => ({
    label: describeRow(own, at[0]!.row),
    architectures: [...groupBy(at, ({ row }) => String(row[KIND_KEY]))].map(([kind, runs]) => architecture(kind, runs)),
  }));
}

function architecture(kind: string, records: readonly CellRecord[]): Architecture {
  const keys = [...new Set(records.flatMap(({ row }) => Object.keys(row)))].filter((key) => key.startsWith('controller.'));
  const switches = keys.filter((key) => SWITCH_KEY.test(key));
  const knobs = keys.filter((key) => key !== KIND_KEY && !switches.includes(key));
  const byKnobs = [...groupBy(records, ({ row }) => idOf(knobs, row)).values()].map((runs) => {
    const bySignals = groupBy(runs, ({ row }) => idOf(switches, row));
    const parts = [...bySignals.values()].map((part) => ({
      off: switches.filter((key) => part[0]!.row[key] === false).map((key) => SWITCH_KEY.exec(key)![1]!),
      setting: settingOf(kind, knobs, part),
    }));
    return { whole: parts.find(({ off }) => off.length === 0)?.setting, parts };
  });
  return {
    kind,
    settings: byKnobs.flatMap(({ whole }) => (whole === undefined ? [] : [whole])),
    ablations: byKnobs.flatMap(({ whole, parts }) =>
      whole === undefined ? [] : parts.flatMap(({ off, setting }) => (off.length === 1 ? [{ signal: off[0]!, setting, whole }] : [])),
    ),
  };
}

function settingOf(kind: string, knobs: readonly string[], records: readonly CellRecord[]): Setting {
  const row = records[0]!.row;
  // A knob at 0 is one that is not used, as in the architectures that do not have it.
  const used = knobs.filter((key) => row[key] !== null && row[key] !== 0);
  const name = used.map((key) => `${key.replace('controller.', '')} ${formatValue(key, row[key]!)}`);
  const runs = records.map(({ row: of }) => [Number(of['seed']), costAndQuality(of)!] as const);
  return { label: [kind, ...name].join(', '), runs: new Map(runs) };
}

function costAndQuality(row: Row): CostAndQuality | null {
  const { psnr_db: quality, power_w: powerW, finished } = row;
  return typeof quality === 'number' && typeof powerW === 'number' && finished === true ? { quality, powerW } : null;
}
