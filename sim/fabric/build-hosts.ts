import type { NicSpec } from '../base/device-spec.ts';
import type { Schedule } from '../base/schedule.ts';
import type { Topology } from '../base/topology.ts';
import type { FlowPlan } from '../balancing/flow-plan.ts';
import { arena } from '../engine/arena.ts';
import type { Engine } from '../engine/engine.ts';
import type { FlowTable } from '../transport/flow-table.ts';
import { channelsOfFlows } from './flow-channels.ts';
import type { FlowEnds } from './flow-ends.ts';
import { Host, type HostShared } from './host.ts';
import { DESTINATION, FLOW_WORDS, TIMER_ARMED } from './nic-shared.ts';
import { informDelaysPs } from './inform-delays.ts';
import type { LinkTimeline } from './link-timeline.ts';
import type { ScheduleRunner } from './schedule-runner.ts';
import { TelemetryStamps } from './telemetry-stamps.ts';
import type { TrafficClasses } from './traffic-classes.ts';

export interface HostsInput {
  readonly engine: Engine;
  readonly topology: Topology;
  readonly plan: FlowPlan;
  readonly schedule: Schedule;
  readonly flows: FlowTable;
  readonly nic: NicSpec;
  readonly ends: FlowEnds;
  readonly runner: ScheduleRunner;
  /** Switches may pause classes; null: they do not. */
  readonly pausable: TrafficClasses | null;
  /** null: links work all the time. */
  readonly timeline: LinkTimeline | null;
}

/** The hosts of a run, and whether they have sent something of a flow. */
export function buildHosts(input: HostsInput): { readonly hosts: Host[]; readonly hasSent: (flow: number) => boolean } {
  const { engine, topology, plan, schedule, flows, nic, ends, runner, pausable, timeline } = input;
  const { rateBps, needsTelemetry } = ends.control;
  const flowsAt = engine.region.words(plan.flows * FLOW_WORDS);
  for (let flow = 0; flow < plan.flows; flow++) arena[flowsAt + flow * FLOW_WORDS + DESTINATION] = plan.dstHost[flow]! << 8;
  const shared: HostShared = {
    ...ends,
    engine,
    flows,
    runner,
    rateBps,
    nextSendPs: new Float64Array(rateBps === null ? 0 : plan.flows),
    heldPlace: new Uint8Array(rateBps === null ? 0 : plan.flows),
    flowsAt,
    channelOfFlow: nic.channelBps === null ? null : channelsOfFlows(plan, schedule),
    spec: nic,
    pausable,
    timeline,
    telemetry: needsTelemetry ? new TelemetryStamps(engine.layout.telemetry) : null,
    informDelayPs: nic.acks === 'none' ? informDelaysPs(topology, plan) : null,
  };
  const hosts = Array.from({ length: topology.hosts }, (_, host) => {
    const port = topology.portLink[topology.portOffset[host]!]!;
    const link = {
      link: port,
      rateBps: topology.linkRateBps[port]!,
      delayPs: topology.linkDelayPs[port]!,
      toNode: topology.linkTo[port]!,
      toPort: topology.linkToPort[port]!,
    };
    const first = plan.hostOffset[host]!;
    return new Host(shared, host, link, first, plan.hostOffset[host + 1]! - first);
  });
  return { hosts, hasSent: (flow) => arena[flowsAt + flow * FLOW_WORDS + TIMER_ARMED] === 1 };
}
