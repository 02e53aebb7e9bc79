import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { linkName } from '../sim/base/link-name.ts';
import type { ProbeSeries, ProbeTables } from '../sim/base/probe-tables.ts';
import type { Topology } from '../sim/base/topology.ts';
import { csvLine } from './csv.ts';
import { writeAtomic } from './write-atomic.ts';

/** What probes have recorded, with the names that its files give to places. */
export interface ProbeRecord {
  readonly tables: ProbeTables;
  /** By link, and by host. */
  readonly linkNames: readonly string[];
  readonly hostNames: readonly string[];
  /** By link: 0 where it leaves a host, which queues no packets. */
  readonly hasQueue: Uint8Array;
}

export const probeRecord = (tables: ProbeTables, topology: Topology): ProbeRecord => ({
  tables,
  linkNames: Array.from({ length: topology.links }, (_, link) => linkName(topology, link)),
  hostNames: topology.nodeNames.slice(0, topology.hosts),
  hasQueue: Uint8Array.from(topology.linkFrom, (node) => (node < topology.hosts ? 0 : 1)),
});

/** Writes DIR/probes/<run_id>.links.csv and .reorder.csv, as far as they were asked for (docs/probes.md 2). */
export function writeProbes(dir: string, runId: string, { tables, linkNames, hostNames, hasQueue }: ProbeRecord): void {
  const folder = join(dir, 'probes');
  mkdirSync(folder, { recursive: true });
  const { queueBytes, utilisation, pausedPs, pauses, reorderPackets } = tables;
  const ofLinks = [
    column('queue_bytes', queueBytes, (bytes, link) => (hasQueue[link] === 1 ? bytes : null)),
    column('utilisation', utilisation),
    column('paused_us', pausedPs, (ps) => ps / 1e6),
    column('pauses', pauses),
  ].flat();
  const ofHosts = column('reorder_packets', reorderPackets);
  if (ofLinks.length > 0) writeAtomic(join(folder, `${runId}.links.csv`), lines('link', linkNames, ofLinks));
  if (ofHosts.length > 0) writeAtomic(join(folder, `${runId}.reorder.csv`), lines('host', hostNames, ofHosts));
}

/** A measure as a column of a file. */
interface Column {
  readonly name: string;
  readonly series: ProbeSeries;
  /** What the file has for a value at a place; null: empty. */
  readonly shown: (value: number, place: number) => number | null;
}

/** None where the measure was not asked for. */
const column = (name: string, series: ProbeSeries | null, shown: Column['shown'] = (value) => value): Column[] =>
  series === null ? [] : [{ name, series, shown }];

/** A line for every instant and place at which a column changes; each column is in this order, so they are merged. */
function* lines(placeColumn: string, names: readonly string[], columns: readonly Column[]): Generator<string> {
  yield csvLine(['time_us', placeColumn, ...columns.map(({ name }) => name)]);
  const next = columns.map(() => 0);
  const values = columns.map(() => new Float64Array(names.length));
  for (;;) {
    let timePs = Infinity;
    let place = 0;
    columns.forEach(({ series }, c) => {
      const at = next[c]!;
      if (at === series.timePs.length) return;
      const [ownPs, own] = [series.timePs[at]!, series.place[at]!];
      if (ownPs > timePs || (ownPs === timePs && own >= place)) return;
      timePs = ownPs;
      place = own;
    });
    if (timePs === Infinity) return;
    const fields = columns.map(({ series, shown }, c) => {
      const at = next[c]!;
      if (series.timePs[at] === timePs && series.place[at] === place) {
        values[c]![place] = series.value[at]!;
        next[c] = at + 1;
      }
      return shown(values[c]![place]!, place);
    });
    yield csvLine([timePs / 1e6, names[place]!, ...fields]);
  }
}
