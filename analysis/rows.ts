import { MEASURES, type CriticalShare } from '../sim/base/measures.ts';
import type { JobResult, RunResult } from '../sim/base/result.ts';
import type { Topology } from '../sim/base/topology.ts';
import { linkName } from '../sim/base/link-name.ts';
import { nearestRank } from '../sim/base/nearest-rank.ts';
import type { ProbeLines } from './probe-lines.ts';
import { probeLines } from './probe-lines.ts';

/** A cell of a table: a number in the unit its column names, a word, a truth value, or empty. */
export type Value = number | string | boolean | null;
export type Row = Readonly<Record<string, Value>>;

/** Columns of every row, in order; the swept keys follow `fidelity`. */
export const RESULT_COLUMNS = [
  'completion_time_us',
  'bound_us',
  'slowdown',
  'fct_mean_us',
  'fct_p50_us',
  'fct_p99_us',
  'fct_max_us',
  'flows',
  'subflows',
  'max_link_load_bytes',
  'ideal_link_load_bytes',
  'congestion_ratio',
  'worst_phase_congestion_ratio',
  'packets',
  'packet_hops',
  'drops',
  'trims',
  'retransmits',
  'ecn_marks',
  'pfc_pauses',
  'queue_max_bytes',
  'reorder_max_packets',
  'finished',
  ...MEASURES,
] as const;

/** Columns of the lines that several jobs of a run have of their own, in order; what identifies the run stands before them. */
export const JOB_COLUMNS = [
  'job',
  'completion_time_us',
  'bound_us',
  'slowdown',
  'fct_mean_us',
  'fct_p50_us',
  'fct_p99_us',
  'fct_max_us',
  'flows',
  'subflows',
  'finished',
] as const;

/** Columns of the lines of a critical path, in order. */
export const CRITICAL_COLUMNS = ['group', 'time_us', 'share', 'operations'] as const;

/** One run for the tables and the report: its row, and what the charts need beyond it. */
export interface CellRecord {
  readonly row: Row;
  /** Percentiles 0, 1, .. 100 (nearest rank) of the flow completion times; null where unknown, and then `fct_mean_us` is null too. */
  readonly fctPercentilesUs: readonly number[] | null;
  readonly fabricLinks: readonly FabricLinkRecord[];
  /** A line (`JOB_COLUMNS`) for each job, where there are several. */
  readonly jobs: readonly Row[];
  /** Why the run did not finish; null when it did. */
  readonly unfinishedReason: string | null;
  /** The critical path by groups (`CRITICAL_COLUMNS`), the largest first; absent where the workload tells none. */
  readonly criticalPath?: readonly Row[];
  /** What closed forms say of columns of the row, by the name of the oracle; absent where there are none. */
  readonly theory?: Readonly<Record<string, Row>>;
  /** What probes have recorded of the busiest links; absent without probes. */
  readonly probes?: ProbeLines;
}

/** Of a wireless scenario: its rows have columns of their own. */
export const isWireless = ({ row }: CellRecord): boolean => 'spectral_efficiency' in row;

export interface FabricLinkRecord {
  /** Node names, such as `leaf0` and `spine3`; parallel links repeat the pair. */
  readonly from: string;
  readonly to: string;
  readonly rateBps: number;
  readonly up: boolean;
  readonly loadBytes: number;
  readonly idealBytes: number;
  readonly queueMaxBytes: number | null;
}

const toUs = (ps: number | null): number | null => (ps === null ? null : ps / 1e6);
const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

/**
 * The row and chart data of one run.
 *
 * @param key `run_id`, `seed` and the swept values of the cell, under their dotted keys
 */
export function cellRecord(
  key: { readonly runId: string; readonly seed: number; readonly swept: Row },
  result: RunResult,
  topology: Topology,
): CellRecord {
  const sorted = sortedTimes(result.tables.fctPs);
  const row: Row = {
    run_id: key.runId,
    seed: key.seed,
    fidelity: result.fidelity,
    ...key.swept,
    ...timeColumns(result, sorted),
    flows: result.flows,
    subflows: result.subflows,
    max_link_load_bytes: known(result.maxLinkLoadBytes),
    ideal_link_load_bytes: known(result.idealLinkLoadBytes),
    congestion_ratio: known(result.congestionRatio),
    worst_phase_congestion_ratio: known(result.worstPhaseCongestionRatio),
    packets: result.packets,
    packet_hops: result.packetHops,
    drops: result.drops,
    trims: result.trims,
    retransmits: result.retransmits,
    ecn_marks: result.ecnMarks,
    pfc_pauses: result.pfcPauses,
    queue_max_bytes: result.queueMaxBytes,
    reorder_max_packets: result.reorderMaxPackets,
    finished: result.finished,
    ...Object.fromEntries(MEASURES.map((measure) => [measure, result.measures[measure] ?? null])),
  };
  const fabricLinks: FabricLinkRecord[] = [];
  // A run without a fabric has loads of no link.
  for (let link = 0; link < Math.min(topology.links, result.tables.linkLoadBytes.length); link++) {
    if (topology.linkIsFabric[link] === 0) continue;
    fabricLinks.push({
      from: topology.nodeNames[topology.linkFrom[link]!]!,
      to: topology.nodeNames[topology.linkTo[link]!]!,
      rateBps: topology.linkRateBps[link]!,
      up: topology.linkUp[link] === 1,
      loadBytes: result.tables.linkLoadBytes[link]!,
      idealBytes: result.tables.idealLinkLoadBytes[link]!,
      queueMaxBytes: result.tables.linkQueueMaxBytes?.[link] ?? null,
    });
  }
  return {
    row,
    fctPercentilesUs: sorted === null ? null : Array.from({ length: 101 }, (_, i) => nearestRank(sorted, i) / 1e6),
    fabricLinks,
    jobs: result.jobs.map(jobRow),
    unfinishedReason: result.unfinishedReason,
    ...(result.criticalPath === undefined ? {} : { criticalPath: result.criticalPath.map(criticalRow) }),
    ...(result.tables.probes === null ? {} : { probes: probeLines(result.tables.probes, (link) => linkName(topology, link)) }),
  };
}

const criticalRow = ({ group, timeUs, share, operations }: CriticalShare): Row => ({ group, time_us: timeUs, share, operations });

const jobRow = (job: JobResult): Row => ({
  job: job.name,
  ...timeColumns(job, sortedTimes(job.fctPs)),
  flows: job.flows,
  subflows: job.subflows,
  finished: job.finished,
});

/** null: unknown, or none. */
const sortedTimes = (fctPs: Float64Array | null): Float64Array | null =>
  fctPs === null || fctPs.length === 0 ? null : fctPs.slice().sort();

/** How long a run or one of its jobs took, and its flows. */
function timeColumns({ completionPs, boundPs }: Pick<RunResult, 'completionPs' | 'boundPs'>, sortedFctPs: Float64Array | null): Row {
  const fct = (percent: number): number | null => (sortedFctPs === null ? null : nearestRank(sortedFctPs, percent) / 1e6);
  return {
    completion_time_us: toUs(completionPs),
    bound_us: toUs(known(boundPs)),
    slowdown: completionPs === null || boundPs === 0 ? null : known(completionPs / boundPs),
    fct_mean_us: sortedFctPs === null ? null : sortedFctPs.reduce((sum, ps) => sum + ps, 0) / sortedFctPs.length / 1e6,
    fct_p50_us: fct(50),
    fct_p99_us: fct(99),
    fct_max_us: fct(100),
  };
}
