import { createHash } from 'node:crypto';
import { ConfigError, NetsimError } from '../sim/base/errors.ts';
import type { Scenario } from '../sim/base/scenario.ts';
import type { WorkloadSpec } from '../sim/base/workload-spec.ts';
import { checkCompat } from '../sim/compat-run.ts';
import { prepare } from '../sim/prepare.ts';
import { MAX_FLOW_PACKETS } from '../sim/transport/flow-table.ts';
import { connectedTopology } from '../topologies/connectivity.ts';
import { buildTraffic } from '../workloads/traffic.ts';
import { buildCell } from '../wireless/run.ts';
import { isWireless } from './any-scenario.ts';
import type { AnyCell, CellList } from './cells.ts';
import type { LoadedConfig } from './config/load.ts';
import { locate } from './config/load.ts';

/** Runs an action on a cell; an error that only knows its config key gets its place in the file. */
export type AtCell = <T>(cell: AnyCell, action: () => T) => T;

export function atCellOf(loaded: LoadedConfig): AtCell {
  return (cell, action) => {
    try {
      return action();
    } catch (error) {
      throw error instanceof NetsimError ? locate(error, loaded, cell.index) : error;
    }
  };
}

/**
 * Builds, before anything runs, what only the built fabric or file can show to be wrong: destinations cut off by dead links, traffic or
 * trace files, a window that contradicts a derived one, flows of too many packets. Balancer and transport do not matter for it, so cells
 * that differ in nothing else are built once; every seed is where it decides who has to reach whom.
 *
 * @throws ConfigError, ImportError
 */
export function checkBuildable(cells: CellList, at: AtCell): void {
  const built = new Set<string>();
  for (let index = 0; index < cells.keys.length; index++) {
    const cell = cells.at(index);
    if (isWireless(cell.scenario)) {
      const { scenario } = cell;
      at(cell, () => buildCell(scenario));
      continue;
    }
    const { scenario } = cell;
    if (scenario.compat !== undefined) at(cell, () => checkCompat(scenario));
    if (mayContradictDefaults(scenario)) at(cell, () => prepare(scenario));
    const { topology, failures, seed } = scenario;
    if (!workloadsOf(scenario).some(mayNotBuild) && failures.length === 0) continue;
    const { topology: fabric, workload: traffic, jobs: jobTraffic, background, failures: dead } = cell.config;
    const seedMatters = failures.length > 0 && drawsPairs(scenario);
    const key = hashOf([fabric, traffic, jobTraffic, background, dead, seedMatters ? seed : null]);
    if (built.has(key)) continue;
    built.add(key);
    at(cell, () => {
      const { schedule } = buildTraffic(scenario);
      try {
        connectedTopology(topology, failures, schedule, seed);
      } catch (error) {
        throw seedMatters && error instanceof ConfigError ? withSeed(error, seed) : error;
      }
    });
  }
}

/** Files, and a skew that may be out of reach. */
const mayNotBuild = (workload: WorkloadSpec): boolean =>
  workload.kind === 'file' || (workload.kind === 'moe' && (workload.routing.kind === 'trace' || workload.routing.kind === 'hot-rank'));

/** Short where a list of flows is long. */
const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('base64');

/** Whether `prepare` may refuse what the config alone does not show to be wrong. Rare, so it is built for each such cell. */
function mayContradictDefaults(scenario: Scenario): boolean {
  const { transport, jobs, background, nic } = scenario;
  const transports = [transport, ...jobs.map((job) => job.transport), ...(background === null ? [] : [background.transport])];
  const halfGiven = transports.some(
    (spec) => spec.kind === 'dctcp' && (spec.initialWindowBytes === null) !== (spec.minWindowBytes === null),
  );
  const largestBytes = workloadsOf(scenario).reduce((largest, workload) => Math.max(largest, largestMessageBytes(workload)), 0);
  return halfGiven || largestBytes / nic.mtuBytes > MAX_FLOW_PACKETS;
}

const workloadsOf = ({ workload, jobs }: Scenario): readonly WorkloadSpec[] => [workload, ...jobs.map((job) => job.workload)];

function largestMessageBytes(workload: WorkloadSpec): number {
  if ('sizeBytes' in workload) return workload.sizeBytes;
  return workload.kind === 'flows' ? workload.flows.reduce((largest, flow) => Math.max(largest, flow.sizeBytes), 0) : 0;
}

/** Whether the seed decides which hosts send to each other. */
function drawsPairs(scenario: Scenario): boolean {
  const draws = (workload: WorkloadSpec): boolean =>
    workload.kind === 'moe' || (workload.kind === 'permutation' && workload.pattern === 'random');
  return scenario.topology.placement === 'random' || scenario.background !== null || workloadsOf(scenario).some(draws);
}

function withSeed(error: ConfigError, seed: number): ConfigError {
  const { code, message, where, hint } = error;
  return new ConfigError(code, `with seed ${seed}, ${message}`, {
    ...(where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}
