import type { Schedule } from '../base/schedule.ts';
import type { FlowPlan } from '../balancing/flow-plan.ts';

/** The channel that each flow belongs to, numbered from 0 at each host (docs/model-switches.md 8). */
export function channelsOfFlows({ flows, srcHost, message }: FlowPlan, { jobOfOp, rank, peer, channel, ranks }: Schedule): Int32Array {
  const channels = channel.reduce((most, each) => Math.max(most, each), 0) + 1;
  const channelOfFlow = new Int32Array(flows);
  let numbers = new Map<number, number>();
  for (let flow = 0; flow < flows; flow++) {
    // Flows are numbered by host.
    if (flow > 0 && srcHost[flow] !== srcHost[flow - 1]) numbers = new Map();
    const send = message[flow]!;
    const key = ((jobOfOp[send]! * ranks + rank[send]!) * ranks + peer[send]!) * channels + channel[send]!;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    channelOfFlow[flow] = number;
  }
  return channelOfFlow;
}
