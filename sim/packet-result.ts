import { measuredLoads } from '../analysis/bounds/measured-loads.ts';
import type { Measures } from './base/measures.ts';
import type { RunResult } from './base/result.ts';
import { jobFigures } from './job-results.ts';
import { checkConservation, type PartialRun } from './partial-run.ts';
import type { Prepared } from './prepare.ts';
import { fabricIndex } from './probes/link-loads.ts';
import { unfinishedReason } from './unfinished.ts';

/**
 * The result of a packet run from what its partitions have counted together.
 *
 * @throws InternalError when packets are not conserved
 */
export function packetResult(prepared: Prepared, run: PartialRun): RunResult {
  const { topology, schedule } = prepared;
  checkConservation(run);
  const finished = run.opsEnded === schedule.ops;
  const { fctPs, ...figures } = jobFigures(prepared, run);
  const measured = measuredLoads(topology, schedule, run.loadBytes, loadsByPhase(prepared, run));
  return {
    fidelity: 'packet',
    finished,
    wasStopped: run.wasStopped,
    unfinishedReason: finished ? null : unfinishedReason(prepared, run),
    ...figures,
    maxLinkLoadBytes: measured.maxLinkLoadBytes,
    idealLinkLoadBytes: measured.maxIdealLinkLoadBytes,
    congestionRatio: measured.congestionRatio,
    worstPhaseCongestionRatio: measured.worstPhaseCongestionRatio,
    packets: run.packets,
    packetHops: run.packetHops,
    drops: run.drops + run.lostOnLinks + run.withoutNextHop,
    trims: run.trims,
    retransmits: run.retransmits,
    ecnMarks: run.ecnMarks,
    pfcPauses: run.pfcPauses,
    queueMaxBytes: run.queueMaxBytes.reduce((largest, bytes) => Math.max(largest, bytes), 0),
    reorderMaxPackets: run.reorderMaxPackets,
    measures: {
      ...(figures.completionPs === null ? {} : prepared.measure?.(run.operations, figures.completionPs)),
      ...airMeasures(prepared, run),
    },
    ...criticalPath(prepared, run, finished),
    tables: {
      fctPs,
      operations: run.operations,
      linkLoadBytes: run.loadBytes,
      idealLinkLoadBytes: measured.idealLinkLoadBytes,
      linkQueueMaxBytes: run.queueMaxBytes,
      probes: run.probes,
    },
  };
}

/** docs/model-wireless-hop.md 5. */
function airMeasures({ scenario }: Prepared, { air }: PartialRun): Measures {
  if (scenario.topology.wireless === undefined) return {};
  const { lost, refused, attempts, failures } = air;
  const perAttempt = attempts === 0 ? {} : { wireless_error_rate: failures / attempts };
  return { wireless_losses: lost, wireless_drops: refused, ...perAttempt };
}

function criticalPath(
  { schedule, criticalShares }: Prepared,
  { operations }: PartialRun,
  finished: boolean,
): Pick<RunResult, 'criticalPath'> {
  return finished && criticalShares !== null ? { criticalPath: criticalShares(schedule, operations) } : {};
}

function loadsByPhase({ topology }: Prepared, { loadBytes, phaseLoadBytes }: PartialRun): (phase: number, link: number) => number {
  if (phaseLoadBytes === null) return (_phase, link) => loadBytes[link]!;
  const { indexOfLink, fabricLinks } = fabricIndex(topology);
  return (phase, link) => (indexOfLink[link]! < 0 ? 0 : phaseLoadBytes[phase * fabricLinks + indexOfLink[link]!]!);
}
