import type { CollectiveShape } from './base/collective-spec.ts';
import type { AstraSimSpec, CompatSpec, LogGopsSpec } from './base/compat-spec.ts';
import { ConfigError } from './base/errors.ts';
import type { OperationTimes } from './base/measures.ts';
import type { RunResult } from './base/result.ts';
import type { Scenario } from './base/scenario.ts';
import type { Schedule } from './base/schedule.ts';
import { astraSimNs, astraSimProblem, type AstraSimCall } from './compat/astra-sim.ts';
import { runLogGops } from './compat/loggops.ts';
import type { Prepared } from './prepare.ts';
import { resultWithoutPackets } from './result-without-packets.ts';

/** What a cost model says of a run. */
interface CompatTimes {
  /** null: not everything ended. */
  readonly completionPs: number | null;
  readonly whyNot: string | null;
  /** null: unknown. */
  readonly operations: OperationTimes | null;
}

/**
 * Runs a Scenario under a cost model without a fabric (docs/compat.md). What only a fabric has is NaN or null in the result.
 *
 * @throws ConfigError for what the model has no time for
 */
export function runCompat({ scenario, schedule, jobs, measure }: Prepared, compat: CompatSpec): RunResult {
  const times = compat.kind === 'loggops' ? logGopsTimes(scenario, schedule, compat) : astraSimTimes(scenario, compat);
  const { completionPs, operations } = times;
  const isLate = completionPs !== null && completionPs > scenario.stopAtPs;
  const finished = completionPs !== null && !isLate;
  const late = isLate ? `it takes ${completionPs / 1e6} us, longer than stop.at (${scenario.stopAtPs / 1e6} us)` : null;
  const messages = jobs.reduce((sum, job) => sum + job.messages, 0);
  return resultWithoutPackets({
    fidelity: compat.kind,
    finished,
    unfinishedReason: late ?? times.whyNot,
    completionPs: finished ? completionPs : null,
    boundPs: NaN,
    flows: messages,
    subflows: messages,
    splitFlows: 0,
    maxLinkLoadBytes: NaN,
    idealLinkLoadBytes: NaN,
    congestionRatio: NaN,
    worstPhaseCongestionRatio: NaN,
    measures: finished ? (measure?.(operations ?? NO_TIMES, completionPs) ?? {}) : {},
    tables: {
      fctPs: null,
      operations,
      linkLoadBytes: new Float64Array(),
      idealLinkLoadBytes: new Float64Array(),
    },
    jobs: [],
  });
}

/** A collective measures its completion only, and astra-sim runs nothing else. */
const NO_TIMES: OperationTimes = { startPs: new Float64Array(), endPs: new Float64Array() };

function logGopsTimes({ workload }: Scenario, schedule: Schedule, compat: LogGopsSpec): CompatTimes {
  if (schedule.switchOperation !== undefined) {
    throw new ConfigError('E157', 'compat: loggops has no NVSwitch that adds and replicates', {
      where: { path: 'workload.algorithm' },
      hint: 'another algorithm than nvls (of auto: nccl: { nvls: false }), or no compat',
    });
  }
  // What makes ranks late stands behind a file's own operations, on CPU 0.
  const cpuOfOp = new Uint8Array(schedule.ops);
  if (workload.kind === 'file') cpuOfOp.set(workload.imported.cpuOfOp ?? []);
  const { finishPs, opsEnded, operations } = runLogGops(schedule, compat, { cpuOfOp });
  const stuck = schedule.ops - opsEnded;
  if (stuck === 0) return { completionPs: finishPs, whyNot: null, operations };
  return { completionPs: null, whyNot: `${stuck} of ${schedule.ops} operations wait for each other: a deadlock`, operations };
}

function astraSimTimes({ workload }: Scenario, compat: AstraSimSpec): CompatTimes {
  return { completionPs: astraSimNs(compat, checkedCall(workload, compat)) * 1000, whyNot: null, operations: null };
}

/** @throws ConfigError for what the Scenario's cost model, if it has one, has no time for */
export function checkCompat({ workload, compat }: Scenario): void {
  if (compat?.kind === 'astra-sim') checkedCall(workload, compat);
}

function checkedCall(workload: Scenario['workload'], compat: AstraSimSpec): AstraSimCall {
  const call = astraSimCall(workload);
  if (call === null) {
    throw new ConfigError('E157', `compat: astra-sim has no ${workload.kind}`, {
      where: { path: 'workload.kind' },
      hint: 'one of all-reduce, all-gather, reduce-scatter, all-to-all, or compat: loggops',
    });
  }
  const key = foreignKey(workload as CollectiveShape);
  if (key !== null) {
    throw new ConfigError('E157', `compat: astra-sim has no ${key} of a collective`, {
      where: { path: `workload.${key}` },
      hint: 'remove it, or use compat: loggops',
    });
  }
  const problem = astraSimProblem(compat, call);
  if (problem !== null) throw new ConfigError('E157', problem.message, { where: { path: problem.path }, hint: problem.hint });
  return call;
}

/** A key, as a config names it, that asks for what ASTRA-sim's collectives do not have and that would change the time; null: none. */
function foreignKey(shape: CollectiveShape): string | null {
  const { groups, channels = 1, bidirectional = false, chunks = 1, window, sync = 'local', reduceRateBps, pxn = false } = shape;
  const asked = {
    groups: groups !== undefined,
    channels: channels > 1,
    bidirectional,
    chunks: chunks > 1,
    window: window !== undefined,
    sync: sync !== 'local',
    reduceRate: reduceRateBps !== undefined,
    pxn,
  };
  return Object.entries(asked).find(([, isAsked]) => isAsked)?.[0] ?? null;
}

/** What ASTRA-sim would be asked for a workload; null: it has no such collective. */
export function astraSimCall(workload: Scenario['workload']): AstraSimCall | null {
  switch (workload.kind) {
    case 'all-reduce':
    case 'reduce-scatter':
    case 'all-to-all':
      return { kind: workload.kind, algorithm: workload.algorithm, commSizeBytes: workload.sizeBytes, ranks: workload.ranks };
    case 'all-gather': {
      const commSizeBytes = Math.floor(workload.sizeBytes / workload.ranks);
      return { kind: workload.kind, algorithm: workload.algorithm, commSizeBytes, ranks: workload.ranks };
    }
    default:
      return null;
  }
}
