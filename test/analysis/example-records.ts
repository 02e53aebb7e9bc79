import type { ChartInput } from '../../analysis/charts/input.ts';
import type { ProbeLine } from '../../analysis/probe-lines.ts';
import type { CellRecord, FabricLinkRecord, Row, Value } from '../../analysis/rows.ts';

/** What a made-up sweep varies; the figures look like results, but no simulation is behind them. */
export interface ExampleSweep {
  readonly leaves?: number;
  readonly spines?: number;
  /** Swept values by dotted key; all combinations occur. */
  readonly grid?: Readonly<Record<string, readonly Value[]>>;
  readonly seeds?: number;
  /** Links that are dead, as [leaf, spine]. */
  readonly dead?: readonly (readonly [number, number])[];
}

export const WORKLOADS = ['all-reduce(algorithm=direct)', 'all-reduce(algorithm=halving-doubling)', 'all-to-all'];
export const BALANCERS = ['ecmp', 'ecmp-split(k=4)', 'spray', 'ethereal'];

/** How far above the bound each balancer ends, and how far its loads scatter. */
const PENALTY: Readonly<Record<string, number>> = { ecmp: 1.4, 'ecmp-split(k=4)': 0.5, spray: 0.03, ethereal: 0.02 };

/** Records of a sweep over 16 leaves and 16 spines: four balancers, three workloads and five seeds if nothing else is asked for. */
export function exampleSweep(sweep: ExampleSweep = {}): ChartInput {
  const grid = sweep.grid ?? { workload: WORKLOADS, balancer: BALANCERS };
  const sweptKeys = Object.keys(grid);
  let cells: Row[] = [{}];
  for (const key of sweptKeys) cells = cells.flatMap((cell) => grid[key]!.map((value) => ({ ...cell, [key]: value })));
  const records = cells.flatMap((cell, index) =>
    Array.from({ length: sweep.seeds ?? 5 }, (_, repeat) => exampleRecord(cell, 1 + repeat, index, sweep)),
  );
  return { sweptKeys, charts: null, records, expectedCells: records.length };
}

function exampleRecord(swept: Row, seed: number, index: number, sweep: ExampleSweep): CellRecord {
  const random = generator(seed * 1000 + index);
  const penalty = PENALTY[String(swept['balancer'] ?? 'spray')] ?? 0.2;
  const size = typeof swept['workload.size'] === 'number' ? swept['workload.size'] : 16 * 2 ** 20;
  const heavy = WORKLOADS.indexOf(String(swept['workload'])) + 1;
  const boundUs = 4.3 + (size / 5e4) * (heavy === 0 ? 1 : heavy);
  const fabricLinks = exampleLinks(size, penalty, random, sweep);
  const maxLoad = Math.max(...fabricLinks.map(({ loadBytes }) => loadBytes));
  const ideal = Math.max(...fabricLinks.map(({ idealBytes }) => idealBytes));
  const slowdown = 1.01 + penalty * (0.5 + 0.25 * random());
  const completionUs = boundUs * slowdown;
  const percentiles = Array.from({ length: 101 }, (_, p) => (boundUs / 4) * (1 + (slowdown * 3 - 1) * (p / 100) ** (1 + penalty)));
  const row: Row = {
    run_id: `${index.toString(16)}-${seed}`.padStart(12, '0'),
    seed,
    fidelity: 'packet',
    ...swept,
    completion_time_us: completionUs,
    bound_us: boundUs,
    slowdown,
    fct_mean_us: percentiles.reduce((sum, value) => sum + value, 0) / 101,
    fct_p50_us: percentiles[50]!,
    fct_p99_us: percentiles[99]!,
    fct_max_us: percentiles[100]!,
    flows: 65280,
    subflows: 69888,
    max_link_load_bytes: maxLoad,
    ideal_link_load_bytes: ideal,
    congestion_ratio: maxLoad / ideal,
    worst_phase_congestion_ratio: penalty < 0.025 ? 1 : (maxLoad / ideal) * 1.1,
    packets: 1_044_480,
    packet_hops: 7_311_360,
    drops: 0,
    trims: null,
    retransmits: 0,
    ecn_marks: Math.floor(penalty * 1e4 * random()),
    pfc_pauses: null,
    queue_max_bytes: Math.floor(penalty * 1e6 * (1 + random())),
    reorder_max_packets: Math.floor(penalty * 100),
    finished: true,
  };
  return { row, fctPercentilesUs: percentiles, fabricLinks, jobs: [], unfinishedReason: null };
}

function exampleLinks(size: number, penalty: number, random: () => number, sweep: ExampleSweep): FabricLinkRecord[] {
  const { leaves = 16, spines = 16, dead = [] } = sweep;
  const links: FabricLinkRecord[] = [];
  for (let leaf = 0; leaf < leaves; leaf++) {
    for (let spine = 0; spine < spines; spine++) {
      for (const [from, to] of [
        [`leaf${leaf}`, `spine${spine}`],
        [`spine${spine}`, `leaf${leaf}`],
      ] as const) {
        const up = !dead.some(([l, s]) => l === leaf && s === spine);
        const scatter = penalty < 0.025 ? 0 : (random() + random() + random() - 1.5) * Math.min(1.2, 2 * penalty);
        const loadBytes = up ? Math.round(size * Math.max(0, 1 + scatter)) : 0;
        links.push({ from, to, rateBps: 400e9, up, loadBytes, idealBytes: up ? size : 0, queueMaxBytes: up ? 4096 : null });
      }
    }
  }
  return links;
}

/** The same record with probes of three links over 50 samples. */
export function withProbes(record: CellRecord): CellRecord {
  const timesUs = Array.from({ length: 50 }, (_, i) => 10 * (i + 1));
  const line = (link: string, valueAt: (part: number) => number): ProbeLine => ({
    link,
    timesUs,
    values: timesUs.map((us) => valueAt(us / 500)),
  });
  const probes = {
    queueBytes: [
      line('spine0-leaf3', (part) => Math.round(3e5 * part * (1 - part))),
      line('leaf0-spine0', (part) => Math.round(1e5 * Math.sin(3 * part) ** 2)),
      line('leaf1-host5', (part) => (part < 0.5 ? 4160 : 0)),
    ],
    utilisation: [line('spine0-leaf3', (part) => 1 - part / 4), line('leaf0-spine0', () => 0.5)],
  };
  return { ...record, probes };
}

/** The same record with another row: what a run of which no flow ended looks like. */
export function unfinished(record: CellRecord, reason: string): CellRecord {
  const fct = { fct_mean_us: null, fct_p50_us: null, fct_p99_us: null, fct_max_us: null };
  const row = { ...record.row, ...fct, completion_time_us: null, slowdown: null, finished: false };
  return { ...record, row, fctPercentilesUs: null, unfinishedReason: reason };
}

/** A linear congruential generator (Numerical Recipes): the tests need variety, not quality. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
