import type { CompatSpec } from './base/compat-spec.ts';
import type { Notice } from '../workloads/workload.ts';

/** What a person should know of a run under a cost model. */
export function compatNotices(compat: CompatSpec): Notice[] {
  const text = `compat: ${compat.kind} has no fabric: topology, balancer, transport, nic and switch have no effect`;
  const isBeyond = compat.kind === 'astra-sim' && compat.dimensions.length > 1 && compat.congestion === 'aware';
  const beyond = 'ASTRA-sim itself has one dimension only with congestion on: nothing to compare this run with';
  return [text, ...(isBeyond ? [beyond] : [])].map((each) => ({ level: 'note', text: each }));
}
