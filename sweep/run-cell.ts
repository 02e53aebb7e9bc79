import type { Row } from '../analysis/rows.ts';
import { cellRecord } from '../analysis/rows.ts';
import { BoundError } from '../sim/base/errors.ts';
import type { RunResult } from '../sim/base/result.ts';
import type { Schedule } from '../sim/base/schedule.ts';
import { SEND } from '../sim/base/schedule.ts';
import type { Topology } from '../sim/base/topology.ts';
import { inOneServer, torNode } from '../sim/base/topology.ts';
import { prepare, type Prepared } from '../sim/prepare.ts';
import type { RunControl } from '../sim/packet-run.ts';
import { simulatePrepared } from '../sim/simulate.ts';
import { isWireless, type AnyScenario } from './any-scenario.ts';
import type { CellOutcome, CellResult } from './outcome.ts';
import { failureOf } from './outcome.ts';
import { probeRecord } from './probe-files.ts';
import { type TraceFile, writeTrace } from './trace-file.ts';
import { wirelessCellResult } from './wireless-cell.ts';

/** All that one run needs; plain data, so that it can be sent to a worker. */
export interface CellSpec {
  readonly runId: string;
  readonly seed: number;
  /** Swept values under their dotted keys, as the row shows them. */
  readonly swept: Row;
  readonly scenario: AnyScenario;
  /** Where to write the trace of the run; absent: nowhere. */
  readonly trace?: TraceFile;
}

/**
 * Runs one cell: a pure function of its specification, unless `shouldStop` ends it.
 *
 * @throws NetsimError what the run itself throws; BoundError (exit 3) when the result contradicts a proven bound
 */
export function runCell(spec: CellSpec, control: RunControl = {}): CellResult {
  const { scenario } = spec;
  if (isWireless(scenario)) return wirelessCellResult(spec, scenario, control);
  const prepared = prepare(scenario);
  return cellResult(spec, prepared, simulatePrepared(prepared, control));
}

/**
 * What is kept of a cell's result. Writes its trace if one is asked for.
 *
 * @throws BoundError (exit 3) when it contradicts a proven bound; ConfigError when the trace cannot be written
 */
export function cellResult(spec: CellSpec, prepared: Prepared, result: RunResult): CellResult {
  checkBounds(result, prepared.schedule, prepared.topology);
  if (spec.trace !== undefined) writeTrace(spec.trace, spec.runId, prepared, result);
  const { topology, notices, facts } = prepared;
  const { probes } = result.tables;
  const recorded = probes === null ? {} : { probes: probeRecord(probes, topology) };
  return { record: cellRecord(spec, result, topology), notices, facts, ...recorded };
}

/** `runCell` with errors as data, and with a word on whether `shouldStop` ended it. */
export function attemptCell(spec: CellSpec, control: RunControl = {}): CellOutcome {
  try {
    const { scenario } = spec;
    if (isWireless(scenario)) {
      const { wasStopped, ...result } = wirelessCellResult(spec, scenario, control);
      return { kind: wasStopped ? 'stopped' : 'done', ...result };
    }
    const prepared = prepare(scenario);
    const result = simulatePrepared(prepared, control);
    return { kind: result.wasStopped ? 'stopped' : 'done', ...cellResult(spec, prepared, result) };
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error) };
  }
}

/**
 * Holds a finished result against what is proven for every balancer and transport: no completion before `bound_us`, and on some
 * link at a ToR at least the ToR's traffic divided over its capacity (pigeonhole). The second is skipped where packets were lost
 * or cut: a first transmission that ends at a switch never loads the links behind it.
 *
 * @throws BoundError
 */
export function checkBounds(result: RunResult, schedule: Schedule, topology: Topology): void {
  if (!result.finished || result.fidelity === 'loggops' || result.fidelity === 'astra-sim') return;
  if (result.completionPs !== null && result.completionPs < result.boundPs) {
    throw new BoundError('E301', `completed in ${result.completionPs} ps, below the proven bound of ${result.boundPs} ps`, {
      hint: 'either the bound or the simulator is wrong: please report it',
    });
  }
  if ((result.drops ?? 0) + (result.trims ?? 0) > 0) return;
  const leastUtilisation = leastFabricUtilisation(schedule, topology);
  let utilisation = 0;
  for (let link = 0; link < topology.links; link++) {
    if (topology.linkIsFabric[link] === 0) continue;
    utilisation = Math.max(utilisation, result.tables.linkLoadBytes[link]! / topology.linkRateBps[link]!);
  }
  // The two divisions round differently; 1e-12 is far above that and far below one byte in a run's traffic.
  if (utilisation < leastUtilisation * (1 - 1e-12)) {
    throw new BoundError(
      'E302',
      `the busiest link carried ${utilisation} bytes per bit/s of capacity, below the proven minimum of ${leastUtilisation}`,
      {
        hint: 'either the bound or the simulator is wrong: please report it',
      },
    );
  }
}

/** Bytes per bit/s that some fabric link must carry: the largest ratio, over ToRs and directions, of crossing bytes to live capacity. */
function leastFabricUtilisation(schedule: Schedule, topology: Topology): number {
  const out = new Float64Array(topology.tors);
  const into = new Float64Array(topology.tors);
  for (let op = 0; op < schedule.ops; op++) {
    if (schedule.kind[op] !== SEND || inOneServer(topology, schedule.rank[op]!, schedule.peer[op]!)) continue;
    const from = topology.torOfHost[topology.hostOfRank[schedule.rank[op]!]!]!;
    const to = topology.torOfHost[topology.hostOfRank[schedule.peer[op]!]!]!;
    if (from === to) continue;
    out[from]! += schedule.bytes[op]!;
    into[to]! += schedule.bytes[op]!;
  }
  const outRateBps = new Float64Array(topology.tors);
  const intoRateBps = new Float64Array(topology.tors);
  const firstTor = torNode(topology, 0);
  for (let link = 0; link < topology.links; link++) {
    if (topology.linkIsFabric[link] === 0 || topology.linkUp[link] === 0) continue;
    const from = topology.linkFrom[link]! - firstTor;
    const to = topology.linkTo[link]! - firstTor;
    if (from < topology.tors) outRateBps[from]! += topology.linkRateBps[link]!;
    if (to < topology.tors) intoRateBps[to]! += topology.linkRateBps[link]!;
  }
  let least = 0;
  for (let tor = 0; tor < topology.tors; tor++) {
    if (out[tor]! > 0) least = Math.max(least, out[tor]! / outRateBps[tor]!);
    if (into[tor]! > 0) least = Math.max(least, into[tor]! / intoRateBps[tor]!);
  }
  return least;
}
