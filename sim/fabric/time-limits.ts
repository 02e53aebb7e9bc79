import { CellError, InternalError } from '../base/errors.ts';
import type { Topology } from '../base/topology.ts';
import type { Limits } from '../derive.ts';
import { MAX_HOSTS, MAX_PORTS, MAX_WINDOW_PS } from '../engine/record.ts';

/** Fields of the record limit what fits: refuse at set-up, never in the packet path. */
export function checkLimits(topology: Topology): void {
  if (topology.hosts > MAX_HOSTS) throw new CellError('E230', `${topology.hosts} hosts; the packet engine takes at most ${MAX_HOSTS}`);
  for (let node = 0; node < topology.hosts + topology.switches; node++) {
    const ports = topology.portOffset[node + 1]! - topology.portOffset[node]!;
    if (ports <= MAX_PORTS) continue;
    throw new CellError('E231', `${topology.nodeNames[node]} has ${ports} ports; the packet engine takes at most ${MAX_PORTS}`, {
      hint: 'use smaller switches, or `fidelity: bound`',
    });
  }
}

/**
 * The lookahead: nothing reaches another node sooner than the smallest delay, NVLink's included, and no timer fires sooner than the RTO.
 *
 * @param rtoPs smallest of all jobs
 */
export function lookaheadPs(topology: Topology, rtoPs: number): number {
  const nvlinkPs = topology.server?.nvlink.delayPs ?? Infinity;
  return topology.linkDelayPs.reduce((smallest, delayPs) => Math.min(smallest, delayPs), Math.min(MAX_WINDOW_PS, rtoPs, nvlinkPs));
}

export function windowPs(lookaheadPs: number, wantedPs: number | undefined): number {
  if (wantedPs === undefined) return lookaheadPs;
  if (wantedPs > lookaheadPs) {
    throw new InternalError('E931', `a window of ${wantedPs} ps is longer than the lookahead of ${lookaheadPs} ps`);
  }
  return wantedPs;
}

/** How far ahead an arrival can be posted: a full queue, one packet, one delay. */
export function horizonPs(topology: Topology, limits: Limits, fullBytes: number): number {
  let longest = 0;
  for (let link = 0; link < topology.links; link++) {
    longest = Math.max(longest, ((limits.queueBytes + fullBytes) * 8e12) / topology.linkRateBps[link]! + topology.linkDelayPs[link]!);
  }
  return longest;
}
