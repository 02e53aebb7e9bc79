import { foregroundCompletionPs } from '../analysis/bounds/job-bounds.ts';
import { fabricLoads } from '../analysis/bounds/link-loads.ts';
import type { RunResult } from './base/result.ts';
import type { Scenario } from './base/scenario.ts';
import type { PacketRunOptions } from './packet-run.ts';
import { runPackets } from './packet-run.ts';
import { jobFigures } from './job-results.ts';
import { packetResult } from './packet-result.ts';
import { prepare, type Prepared } from './prepare.ts';
import { runCompat } from './compat-run.ts';
import { resultWithoutPackets } from './result-without-packets.ts';

export type SimulateOptions = Omit<PacketRunOptions, 'partition'>;

/**
 * Simulates a Scenario: the one door from a question to its numbers. Deterministic: the same Scenario gives the same result, bit for
 * bit, whatever the options, unless `shouldStop` ends the run.
 *
 * @example simulate(scenario).completionPs
 * @throws ConfigError, ImportError for what only the built fabric or file shows to be wrong
 * @throws CellError when the fabric is too large for the packet engine
 * @throws InternalError when an invariant breaks, such as the conservation of packets
 */
export function simulate(scenario: Scenario, options: SimulateOptions = {}): RunResult {
  return simulatePrepared(prepare(scenario), options);
}

/** `simulate` for what `prepare` has built. */
export function simulatePrepared(prepared: Prepared, options: SimulateOptions = {}): RunResult {
  if (prepared.scenario.compat !== undefined) return runCompat(prepared, prepared.scenario.compat);
  switch (prepared.scenario.fidelity) {
    case 'packet':
      return packetResult(prepared, runPackets(prepared, options));
    case 'bound':
      return evaluateBound(prepared);
  }
}

/** `fidelity: bound`: loads in closed form or by exact assignment, and the completion they allow. */
function evaluateBound(prepared: Prepared): RunResult {
  const { scenario, topology, schedule, plan, jobs, jobOfFlow } = prepared;
  const hashing = { seed: scenario.seed, hash: scenario.switch.hash, sameSalt: scenario.switch.sameSalt };
  const balancers = { balancers: jobs.map((job) => job.balancer), jobOfFlow };
  const loads = fabricLoads(topology, schedule, plan, balancers, hashing);
  const completionPs = foregroundCompletionPs(prepared, scenario.nic, hashing);
  const { fctPs, ...figures } = jobFigures(prepared, null);
  const finished = completionPs <= scenario.stopAtPs;
  return resultWithoutPackets({
    fidelity: 'bound',
    finished,
    unfinishedReason: finished ? null : `it takes at least ${completionPs / 1e6} us, longer than stop.at (${scenario.stopAtPs / 1e6} us)`,
    ...figures,
    completionPs: finished ? completionPs : null,
    maxLinkLoadBytes: loads.maxLinkLoadBytes,
    idealLinkLoadBytes: loads.maxIdealLinkLoadBytes,
    congestionRatio: loads.congestionRatio,
    worstPhaseCongestionRatio: loads.worstPhaseCongestionRatio,
    measures: {},
    tables: {
      fctPs,
      operations: null,
      linkLoadBytes: loads.linkLoadBytes,
      idealLinkLoadBytes: loads.idealLinkLoadBytes,
    },
  });
}
