import { completionBoundPs } from '../analysis/bounds/completion-bound.ts';
import { measuredLoads } from '../analysis/bounds/measured-loads.ts';
import type { RunResult } from './base/result.ts';
import { SEND, type Schedule } from './base/schedule.ts';
import { checkConservation, type PartialRun } from './partial-run.ts';
import type { Prepared } from './prepare.ts';
import { fabricIndex } from './probes/link-loads.ts';

/**
 * The result of a packet run from what its partitions have counted together.
 *
 * @throws InternalError when packets are not conserved
 */
export function packetResult(prepared: Prepared, run: PartialRun): RunResult {
  const { scenario, topology, schedule, plan } = prepared;
  checkConservation(run);
  const finished = run.opsEnded === schedule.ops;
  const measured = measuredLoads(topology, schedule, run.loadBytes, loadsByPhase(prepared, run));
  return {
    fidelity: 'packet',
    finished,
    wasStopped: run.wasStopped,
    unfinishedReason: finished ? null : unfinishedReason(prepared, run),
    completionPs: finished ? run.lastEndPs : null,
    boundPs: completionBoundPs(topology, schedule, plan, scenario.nic),
    flows: countMessages(schedule),
    subflows: plan.flows,
    splitFlows: plan.splitFlows,
    maxLinkLoadBytes: measured.maxLinkLoadBytes,
    idealLinkLoadBytes: measured.maxIdealLinkLoadBytes,
    congestionRatio: measured.congestionRatio,
    worstPhaseCongestionRatio: measured.worstPhaseCongestionRatio,
    packets: run.packets,
    packetHops: run.packetHops,
    drops: run.drops,
    trims: 0,
    retransmits: run.retransmits,
    ecnMarks: run.ecnMarks,
    pfcPauses: 0,
    queueMaxBytes: run.queueMaxBytes.reduce((largest, bytes) => Math.max(largest, bytes), 0),
    reorderMaxPackets: run.reorderMaxPackets,
    tables: {
      fctPs: run.fctPs.filter((ps) => !Number.isNaN(ps)),
      linkLoadBytes: run.loadBytes,
      idealLinkLoadBytes: measured.idealLinkLoadBytes,
      linkQueueMaxBytes: run.queueMaxBytes,
    },
  };
}

export const countMessages = (schedule: Schedule): number => schedule.kind.reduce((count, kind) => (kind === SEND ? count + 1 : count), 0);

function loadsByPhase({ topology }: Prepared, { loadBytes, phaseLoadBytes }: PartialRun): (phase: number, link: number) => number {
  if (phaseLoadBytes === null) return (_phase, link) => loadBytes[link]!;
  const { indexOfLink, fabricLinks } = fabricIndex(topology);
  return (phase, link) => (indexOfLink[link]! < 0 ? 0 : phaseLoadBytes[phase * fabricLinks + indexOfLink[link]!]!);
}

function unfinishedReason({ scenario, schedule }: Prepared, run: PartialRun): string {
  const what = `${schedule.ops - run.opsEnded} of ${schedule.ops} operations had not ended`;
  if (run.wasStopped) return `stopped at ${run.timePs / 1e6} us: ${what}`;
  if (run.isIdle) return `${what} and nothing was left to happen: packets were lost without recovery, or operations wait for each other`;
  if (run.hadEnoughPackets) return `${what} at ${run.timePs / 1e6} us, when stop.packets (${scenario.stopPackets}) was reached`;
  return `${what} at stop.at (${scenario.stopAtPs / 1e6} us)`;
}
