import type { ProbeLine } from '../probe-lines.ts';
import type { CellRecord } from '../rows.ts';
import type { Axis } from './axes.ts';
import { valueAxis } from './axes.ts';
import { describeRow } from './dimensions.ts';
import type { SweepView } from './dimensions.ts';
import { displayUnit } from './format.ts';

/** What probes have recorded in one run: one line for each of the busiest links. */
export interface TimeChart {
  readonly name: 'queue-depth' | 'link-utilisation';
  readonly title: string;
  /** What the run is, for a person; empty for the only one. */
  readonly label: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly TimeLine[];
}

/** Times and values in the units of the axes. */
export interface TimeLine {
  readonly label: string;
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** The charts of the first seed of each combination of swept values that has probes; at most `most` of each. */
export function timeCharts(view: SweepView, most: number): TimeChart[] {
  const charts: TimeChart[] = [];
  let drawn = 0;
  for (const { records } of view.groups) {
    const record = records[0]!;
    if (drawn === most) break;
    if (record.probes === undefined) continue;
    drawn++;
    charts.push(...chartsOf(record, describeRow(view.dimensions, record.row)));
  }
  return charts;
}

function chartsOf({ probes }: CellRecord, label: string): TimeChart[] {
  const { queueBytes, utilisation } = probes!;
  const mostBytes = queueBytes.reduce((most, { values }) => values.reduce((a, b) => Math.max(a, b), most), 0);
  const bytes = displayUnit('bytes', mostBytes);
  const queues = {
    name: 'queue-depth',
    title: 'Queue depth over time',
    label,
    y: linearAxis(`queue (${bytes.symbol})`, mostBytes / bytes.factor),
  } as const;
  const use = {
    name: 'link-utilisation',
    title: 'Link utilisation over time',
    label,
    y: linearAxis('utilisation (part of the capacity)', 1),
  } as const;
  return [
    ...(queueBytes.length === 0 ? [] : [{ ...queues, ...overTime(queueBytes, bytes.factor) }]),
    ...(utilisation.length === 0 ? [] : [{ ...use, ...overTime(utilisation, 1) }]),
  ];
}

function overTime(lines: readonly ProbeLine[], factor: number): Pick<TimeChart, 'x' | 'lines'> {
  const endUs = lines[0]!.timesUs.at(-1)!;
  const unit = displayUnit('microseconds', endUs);
  return {
    x: linearAxis(`time (${unit.symbol})`, endUs / unit.factor),
    lines: lines.map(({ link, timesUs, values }) => ({
      label: link,
      times: timesUs.map((us) => us / unit.factor),
      values: values.map((value) => value / factor),
    })),
  };
}

/** From 0. */
const linearAxis = (title: string, most: number): Axis => valueAxis(title, 0, most, 0);
