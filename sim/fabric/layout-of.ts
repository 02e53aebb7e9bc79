import { mostSwitches } from '../base/graph-distances.ts';
import type { Scenario } from '../base/scenario.ts';
import type { TopologySpec } from '../base/topology-spec.ts';
import { recordLayout, type RecordLayout } from '../engine/record-layout.ts';
import { hasCredit } from '../transport/transport-ends.ts';

/** Most switch ports on a way through a fabric. */
function switchHops(topology: TopologySpec): number {
  switch (topology.kind) {
    case 'leaf-spine':
    case 'rail':
      return 3;
    case 'fat-tree':
      return 5;
    case 'graph':
      return mostSwitches(topology);
  }
}

/** What the packet records of a Scenario carry. */
export function layoutOf({ nic, transport, balancer, switch: spec, topology, jobs, background }: Scenario): RecordLayout {
  const traffic = [...(jobs.length === 0 ? [{ transport, balancer }] : jobs), ...(background === null ? [] : [background])];
  return recordLayout({
    sack: nic.acks === 'uec-sack',
    pull: traffic.some((job) => hasCredit(job.transport)),
    tag: traffic.some((job) => job.balancer.kind === 'conga'),
    order: traffic.some((job) => job.balancer.kind === 'conweave'),
    ingress: spec.kind === 'shared' || spec.kind === 'lossless-input',
    telemetryHops: traffic.some((job) => job.transport.kind === 'hpcc') ? switchHops(topology) : 0,
  });
}
