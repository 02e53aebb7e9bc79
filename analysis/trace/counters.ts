import { linkName } from '../../sim/base/link-name.ts';
import type { ProbeSeries, ProbeTables } from '../../sim/base/probe-tables.ts';
import type { Topology } from '../../sim/base/topology.ts';

/** A measure that a probe has recorded, as counters. */
export interface CounterSeries {
  readonly series: ProbeSeries;
  /** Node whose process the counter of a place belongs to. */
  readonly nodeOf: (place: number) => number;
  readonly nameOf: (place: number) => string;
  /** The name of the value; it carries the unit. */
  readonly unit: string;
  readonly shown: (value: number) => number;
}

/** What probes have recorded, measure by measure. A link belongs to the node that it leaves. */
export function counterSeries(probes: ProbeTables | null, topology: Topology): CounterSeries[] {
  if (probes === null) return [];
  const { queueBytes, utilisation, pausedPs, reorderPackets } = probes;
  const names = new Map<number, string>();
  const link = (number: number): string => {
    const name = names.get(number) ?? linkName(topology, number);
    names.set(number, name);
    return name;
  };
  const ofLinks = (word: string, series: ProbeSeries | null, unit: string, shown = (value: number): number => value): CounterSeries[] =>
    series === null ? [] : [{ series, nodeOf: (l) => topology.linkFrom[l]!, nameOf: (l) => `${word} ${link(l)}`, unit, shown }];
  return [
    ...ofLinks('queue', queueBytes, 'bytes'),
    ...ofLinks('utilisation', utilisation, 'share'),
    ...ofLinks('paused', pausedPs, 'us', (ps) => ps / 1e6),
    ...(reorderPackets === null
      ? []
      : [
          {
            series: reorderPackets,
            nodeOf: (h: number) => h,
            nameOf: (h: number) => `reordered ${topology.nodeNames[h]!}`,
            unit: 'packets',
            shown: (value: number) => value,
          },
        ]),
  ];
}
