import { congestionControl, type CongestionControl } from './congestion.ts';
import type { JobView } from './job-view.ts';
import type { Simulation } from './simulation.ts';

/** The congestion control of a flow of a host. `lineBps`: rate of the host's link. */
export function controlOfFlow(simulation: Simulation, view: JobView, host: number, flow: number, lineBps: number): CongestionControl {
  const { scenario, topology } = view.input;
  const { nic, transport, switch: device } = scenario;
  /** One event for what is asked for twice. */
  const pending = new Set<string>();
  return congestionControl(transport, {
    limits: view.limits,
    fullBytes: nic.mtuBytes + nic.headerBytes,
    payloadBytes: nic.mtuBytes,
    lineBps,
    trims: device.kind === 'composite' && device.trims,
    hops: hopsOf(simulation, host, flow),
    linkRateBps: (link) => topology.linkRateBps[link]!,
    schedule: (timePs, place, act) => {
      const key = `${timePs} ${place}`;
      if (pending.has(key)) return;
      pending.add(key);
      // Before the departures of the host's port at that instant.
      simulation.scheduleDeparture(timePs, host, -1, 4 * flow + place, () => {
        pending.delete(key);
        act();
      });
    },
    bugs: view.bugs,
  });
}

/** Links of a shortest path of a flow, those of the hosts included. */
function hopsOf(simulation: Simulation, host: number, flow: number): number {
  const { plan, topology } = simulation.input;
  const from = topology.torOfHost[host]!;
  const to = topology.torOfHost[plan.dstHost[flow]!]!;
  if (from === to) return 2;
  const { linkOffset, ids } = topology.pathsBetween(from, to);
  return 2 + Math.min(...Array.from(ids, (_, i) => linkOffset[i + 1]! - linkOffset[i]!));
}
