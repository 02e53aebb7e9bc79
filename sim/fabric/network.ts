import type { Scenario } from '../base/scenario.ts';
import type { Schedule } from '../base/schedule.ts';
import type { Topology } from '../base/topology.ts';
import type { FlowPlan } from '../balancing/flow-plan.ts';
import { routersOfJobs } from '../balancing/routers.ts';
import type { RouteEpochs } from '../balancing/route-epochs.ts';
import type { Limits } from '../derive.ts';
import type { Region } from '../engine/arena.ts';
import { Engine, type BatchObserver } from '../engine/engine.ts';
import type { Partition } from '../engine/exchange.ts';
import { PhaseLoads } from '../probes/link-loads.ts';
import { FlowTable } from '../transport/flow-table.ts';
import type { Receiver } from '../transport/sender.ts';
import { hasCredit } from '../transport/transport-ends.ts';
import type { AirInterface } from '../base/air.ts';
import { buildHosts } from './build-hosts.ts';
import { hasPfc, switchPorts } from './build-ports.ts';
import { flowEnds, type FlowEnds, type NetworkJob } from './flow-ends.ts';
import type { Host } from './host.ts';
import { layoutOf } from './layout-of.ts';
import { linkTimeline, type LinkTimeline } from './link-timeline.ts';
import { openFlows, type OpenFlows } from './open-flows.ts';
import { heldPackets } from './reordering-switch.ts';
import { ScheduleRunner, type CutOff } from './schedule-runner.ts';
import type { Switch, SwitchShared } from './switch.ts';
import type { SwitchPorts } from './switch-ports.ts';
import { checkLimits, horizonPs, lookaheadPs, windowPs } from './time-limits.ts';
import { trafficClasses } from './traffic-classes.ts';
import { buildSwitches, WirelessLeaf } from './wireless-leaf.ts';

/** What a packet run is made of. */
export interface NetworkInput {
  readonly scenario: Scenario;
  readonly topology: Topology;
  readonly schedule: Schedule;
  readonly plan: FlowPlan;
  /** At least one. `schedule.jobOfOp` and `jobOfFlow` count into it. */
  readonly jobs: readonly NetworkJob[];
  readonly jobOfFlow: Uint8Array;
  /** Of the first job: what belongs to no transport is the same for all. */
  readonly limits: Limits;
  /** null: the routing never changes. */
  readonly routes: RouteEpochs | null;
  readonly cutOff: CutOff | null;
  /** Traffic class of each flow, 1 to 7; null: all in the default one. */
  readonly classOfFlow: Uint8Array | null;
}

export interface NetworkOptions {
  /** Window of the engine; results do not depend on it. Default: the smallest link delay. */
  readonly windowPs?: number;
  readonly observer?: BatchObserver;
  /** The part of the run that is handled here. Default: all of it. */
  readonly partition?: Partition;
  /** For the tables of the run. Default: one of its own, until `release`. */
  readonly region?: Region;
  /** Leaves whose hosts are wireless terminals. Default: none. */
  readonly air?: AirInterface;
}

/** Hosts, switches, ports and links of one packet run, joined to an engine. */
export class Network {
  readonly engine: Engine;
  readonly lookaheadPs: number;
  /** Of all flows. */
  readonly packetsTotal: number;
  readonly ports: SwitchPorts;
  /** null: links work all the time. */
  readonly timeline: LinkTimeline | null;
  /** null: nothing goes down for good. */
  readonly cutOff: CutOff | null;
  /** null: the Schedule has one phase. */
  readonly phaseLoads: PhaseLoads | null;
  readonly runner: ScheduleRunner;
  readonly receiver: Receiver;
  readonly hosts: readonly Host[];
  readonly switches: readonly Switch[];
  /** Of these. */
  readonly cells: readonly WirelessLeaf[];
  readonly #topology: Topology;
  readonly #plan: FlowPlan;
  readonly #ends: FlowEnds;
  readonly #hasSent: (flow: number) => boolean;

  constructor(input: NetworkInput, options: NetworkOptions) {
    const { scenario, topology, schedule, plan, jobs, limits } = input;
    checkLimits(topology);
    this.cutOff = input.cutOff;
    const { nic, seed } = scenario;
    this.lookaheadPs = lookaheadPs(topology, Math.min(...jobs.map((job) => job.limits.rtoPs)));
    this.engine = new Engine({
      nodes: topology.hosts + topology.switches,
      windowPs: windowPs(this.lookaheadPs, options.windowPs),
      horizonPs: horizonPs(topology, limits, nic.mtuBytes + nic.headerBytes),
      observer: options.observer ?? null,
      layout: layoutOf(scenario),
      partition: options.partition ?? null,
      ...(options.region === undefined ? {} : { region: options.region }),
    });
    const flows = new FlowTable(plan, nic, this.engine.region);
    this.packetsTotal = flows.packets.reduce((total, packets) => total + packets, 0);
    const classes = trafficClasses(input.classOfFlow);
    this.timeline = linkTimeline(topology, scenario.failures, seed);
    this.ports = switchPorts({
      engine: this.engine,
      topology,
      scenario,
      limits,
      sizes: { fullBytes: flows.fullBytes, ackBytes: nic.ackBytes, headerBytes: nic.headerBytes },
      classes,
      timeline: this.timeline,
      hasOtherControl: jobs.some(({ transport }) => hasCredit(transport)),
    });
    const phases = schedule.phaseNames.length;
    const phaseOfFlow = (): Int32Array => plan.message.map((send) => schedule.phase[send]!);
    this.phaseLoads = phases > 1 ? new PhaseLoads(topology, phaseOfFlow(), phases, nic.headerBytes) : null;
    this.#topology = topology;
    this.#plan = plan;
    const batchWindowPs = jobs.map(({ balancer }) => (balancer.kind === 'ethereal' ? balancer.batchWindowPs : 0));
    this.runner = new ScheduleRunner(this.engine, topology, schedule, plan, Float64Array.from(batchWindowPs));

    this.#ends = flowEnds(input, flows, this.engine);
    this.receiver = this.#ends.receiver;
    const { hosts, hasSent } = buildHosts({
      engine: this.engine,
      topology,
      plan,
      schedule,
      flows,
      nic,
      ends: this.#ends,
      runner: this.runner,
      pausable: hasPfc(scenario) ? classes : null,
      timeline: this.timeline,
    });
    this.hosts = hosts;
    this.#hasSent = hasSent;
    this.switches = this.#buildSwitches(input, flows.fullBytes, options.air ?? null);
    this.cells = this.switches.filter((node) => node instanceof WirelessLeaf);

    for (const host of this.hosts) this.engine.addNode(host);
    for (const node of this.switches) this.engine.addNode(node);
    const { partition } = options;
    this.runner.begin(this.hosts, (host) => partition === undefined || partition.owner[host] === partition.index);
  }

  #buildSwitches(
    { topology, plan, scenario, jobs, jobOfFlow, limits, routes }: NetworkInput,
    fullBytes: number,
    air: AirInterface | null,
  ): Switch[] {
    const { routers, tables } = routersOfJobs({
      topology,
      balancers: jobs.map(({ balancer }) => balancer),
      jobOfFlow,
      flows: plan,
      switch: scenario.switch,
      seed: scenario.seed,
      limits,
      fullBytes,
      region: this.engine.region,
      clock: this.engine.clock,
      ports: this.ports,
      tagWord: this.engine.layout.tag,
      orderWord: this.engine.layout.order,
      ackBytes: scenario.nic.ackBytes,
      routes,
    });
    const shared: SwitchShared = {
      engine: this.engine,
      topology,
      ports: this.ports,
      hasPfc: hasPfc(scenario),
      phaseLoads: this.phaseLoads,
      epochs: routes,
      tables,
    };
    return buildSwitches(shared, routers, air, heldPackets(plan, scenario.nic, this.engine.layout));
  }

  /** Gives back what the run used of the arena. Nothing of it may be asked after that. */
  release(): void {
    this.engine.region.release();
  }

  /** Data packets that hosts have sent for the first time. */
  packets(): number {
    let packets = 0;
    for (const host of this.hosts) packets += host.nic.packets;
    return packets;
  }

  /** Packets of every kind that nodes have handled. */
  packetHops(): number {
    let hops = 0;
    for (const host of this.hosts) hops += host.packetHops;
    for (const node of this.switches) hops += node.packetHops;
    return hops;
  }

  /** What has been sent and is not complete. */
  openFlows(): OpenFlows {
    return openFlows(this.#plan, this.#ends, this.#hasSent);
  }

  /** Payload bytes of first transmissions on a fabric link; 0 for a host's. */
  loadBytes(link: number): number {
    return this.#topology.linkIsFabric[link] === 1 ? this.ports.loadBytes(link) : 0;
  }
}
