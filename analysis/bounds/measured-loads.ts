import type { Schedule } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { compareWithIdeal, type LoadComparison } from './congestion.ts';

/**
 * Compares the loads that a run has counted with perfect spraying of the same Schedule.
 *
 * @param linkLoadBytes payload of first transmissions on each directed link
 * @param phaseLoadBytes the part of it that belongs to one phase, on one link
 */
export function measuredLoads(
  topology: Topology,
  schedule: Schedule,
  linkLoadBytes: Float64Array,
  phaseLoadBytes: (phase: number, link: number) => number,
): LoadComparison {
  return compareWithIdeal(
    topology,
    schedule,
    (phase) => (link) => phaseLoadBytes(phase, link),
    () => (link) => linkLoadBytes[link]!,
  );
}
