import { CellError, InternalError } from '../base/errors.ts';
import type { Scenario } from '../base/scenario.ts';
import type { Schedule } from '../base/schedule.ts';
import type { Topology } from '../base/topology.ts';
import type { FlowPlan } from '../balancing/flow-plan.ts';
import { packetBalancer } from '../balancing/packet-balancers.ts';
import { routers, tablesOf } from '../balancing/routers.ts';
import type { RouteEpochs } from '../balancing/route-epochs.ts';
import { isSprayed, pinsPaths } from '../balancing/plan.ts';
import type { Limits } from '../derive.ts';
import { Engine, type BatchObserver } from '../engine/engine.ts';
import type { Partition } from '../engine/exchange.ts';
import { MAX_HOSTS, MAX_PORTS, MAX_WINDOW_PS } from '../engine/record.ts';
import { PhaseLoads } from '../probes/link-loads.ts';
import { congestionControl } from '../transport/congestion-control.ts';
import { controlContext } from '../transport/control-context.ts';
import { FlowTable } from '../transport/flow-table.ts';
import type { Receiver } from '../transport/sender.ts';
import { hasCredit, transportEnds } from '../transport/transport-ends.ts';
import { Host, type HostShared } from './host.ts';
import { hasPfc, switchPorts } from './build-ports.ts';
import { layoutOf } from './layout-of.ts';
import { LinkTimeline } from './link-timeline.ts';
import { openFlows, type OpenFlows } from './open-flows.ts';
import { ScheduleRunner, type CutOff } from './schedule-runner.ts';
import { Switch, type SwitchShared } from './switch.ts';
import type { SwitchPorts } from './switch-ports.ts';
import { TelemetryStamps } from './telemetry-stamps.ts';
import { trafficClasses } from './traffic-classes.ts';

/** What a packet run is made of. */
export interface NetworkInput {
  readonly scenario: Scenario;
  readonly topology: Topology;
  readonly schedule: Schedule;
  readonly plan: FlowPlan;
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
  readonly #topology: Topology;
  readonly #plan: FlowPlan;
  readonly #hostShared: HostShared;

  constructor(input: NetworkInput, options: NetworkOptions) {
    const { scenario, topology, schedule, plan, limits, routes } = input;
    checkLimits(topology);
    this.cutOff = input.cutOff;
    const { nic, transport, balancer, seed } = scenario;
    const flows = new FlowTable(plan, nic);
    this.lookaheadPs = lookaheadPs(topology, limits);
    this.packetsTotal = flows.packets.reduce((total, packets) => total + packets, 0);
    this.engine = new Engine({
      nodes: topology.hosts + topology.switches,
      windowPs: windowPs(this.lookaheadPs, options.windowPs),
      horizonPs: horizonPs(topology, limits, flows.fullBytes),
      observer: options.observer ?? null,
      layout: layoutOf(scenario),
      partition: options.partition ?? null,
    });
    const classes = trafficClasses(input.classOfFlow);
    this.timeline = scenario.failures.some(({ course }) => course !== undefined)
      ? new LinkTimeline(topology, scenario.failures, seed)
      : null;
    this.ports = switchPorts({
      engine: this.engine,
      topology,
      scenario,
      limits,
      sizes: { fullBytes: flows.fullBytes, ackBytes: nic.ackBytes, headerBytes: nic.headerBytes },
      classes,
      timeline: this.timeline,
      hasOtherControl: hasCredit(transport),
    });
    const phases = schedule.phaseNames.length;
    const phaseOfFlow = (): Int32Array => plan.message.map((send) => schedule.phase[send]!);
    this.phaseLoads = phases > 1 ? new PhaseLoads(topology, phaseOfFlow(), phases, nic.headerBytes) : null;
    this.#topology = topology;
    this.#plan = plan;
    this.runner = new ScheduleRunner(this.engine, topology, schedule, plan, balancer.kind === 'ethereal' ? balancer.batchWindowPs : 0);

    const { clock, layout, mailboxes } = this.engine;
    const packets = packetBalancer({
      topology,
      plan,
      balancer,
      seed,
      limits,
      fullBytes: flows.fullBytes,
      clock,
      trims: scenario.switch.kind === 'composite' && scenario.switch.trims,
      routes,
    });
    const context = controlContext(input, clock);
    const control = congestionControl(transport, context);
    const { sender, receiver, credit, pulls } = transportEnds({
      transport,
      nic,
      flows,
      limits,
      lineRateBps: context.lineRateBps,
      control,
      balancer: packets,
      isSprayed: isSprayed(balancer.kind),
      clock,
      answers: mailboxes,
      layout,
    });
    this.receiver = receiver;
    packets.attach(sender);

    const hostShared: HostShared = {
      engine: this.engine,
      flows,
      sender,
      control,
      receiver: this.receiver,
      nacksAreTrims: transport.recovery !== 'gbn',
      runner: this.runner,
      balancer: packets,
      rateBps: control.rateBps,
      nextSendPs: new Float64Array(control.rateBps === null ? 0 : plan.flows),
      heldPlace: new Uint8Array(control.rateBps === null ? 0 : plan.flows),
      lastActivityPs: new Float64Array(plan.flows),
      timerArmed: new Uint8Array(plan.flows),
      rtoPs: transport.recovery === 'none' ? Infinity : limits.rtoPs,
      spec: nic,
      pausable: hasPfc(scenario) ? classes : null,
      timeline: this.timeline,
      telemetry: control.needsTelemetry ? new TelemetryStamps(mailboxes, layout.telemetry) : null,
      credit,
      pulls,
      pathReverse: pinsPaths(balancer) ? topology.pathReverse : null,
      informDelayPs: nic.acks === 'none' ? wayBackPs(topology, plan) : null,
    };
    this.#hostShared = hostShared;
    this.hosts = Array.from({ length: topology.hosts }, (_, host) => {
      const port = topology.portLink[topology.portOffset[host]!]!;
      const link = {
        link: port,
        rateBps: topology.linkRateBps[port]!,
        delayPs: topology.linkDelayPs[port]!,
        toNode: topology.linkTo[port]!,
        toPort: topology.linkToPort[port]!,
      };
      const first = plan.hostOffset[host]!;
      return new Host(hostShared, host, link, first, plan.hostOffset[host + 1]! - first);
    });

    const switchShared: SwitchShared = {
      engine: this.engine,
      topology,
      ports: this.ports,
      hasPfc: hasPfc(scenario),
      phaseLoads: this.phaseLoads,
      epochs: routes,
      tables: routes === null ? [] : tablesOf(routes, balancer, scenario.switch.failHash),
    };
    this.switches = routers({
      topology,
      balancer,
      flows: plan,
      switch: scenario.switch,
      seed,
      limits,
      fullBytes: flows.fullBytes,
      clock,
      ports: this.ports,
      tagWord: layout.tag,
    }).map((router, index) => new Switch(switchShared, router, index));

    for (const host of this.hosts) this.engine.addNode(host);
    for (const node of this.switches) this.engine.addNode(node);
    const { partition } = options;
    this.runner.begin(this.hosts, (host) => partition === undefined || partition.owner[host] === partition.index);
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
    const { sender, balancer, timerArmed } = this.#hostShared;
    return openFlows(this.#plan, sender, balancer, timerArmed);
  }

  /** Payload bytes of first transmissions on a fabric link; 0 for a host's. */
  loadBytes(link: number): number {
    return this.#topology.linkIsFabric[link] === 1 ? this.ports.loadBytes(link) : 0;
  }
}

/** Fields of the record limit what fits: refuse at set-up, never in the packet path. */
function checkLimits(topology: Topology): void {
  if (topology.hosts > MAX_HOSTS) throw new CellError('E230', `${topology.hosts} hosts; the packet engine takes at most ${MAX_HOSTS}`);
  for (let node = 0; node < topology.hosts + topology.switches; node++) {
    const ports = topology.portOffset[node + 1]! - topology.portOffset[node]!;
    if (ports <= MAX_PORTS) continue;
    throw new CellError('E231', `${topology.nodeNames[node]} has ${ports} ports; the packet engine takes at most ${MAX_PORTS}`, {
      hint: 'use smaller switches, or `fidelity: bound`',
    });
  }
}

/** The lookahead: nothing reaches another node sooner than the smallest delay, and no timer fires sooner than the RTO. */
function lookaheadPs(topology: Topology, limits: Limits): number {
  return topology.linkDelayPs.reduce((smallest, delayPs) => Math.min(smallest, delayPs), Math.min(MAX_WINDOW_PS, limits.rtoPs));
}

function windowPs(lookaheadPs: number, wantedPs: number | undefined): number {
  if (wantedPs === undefined) return lookaheadPs;
  if (wantedPs > lookaheadPs) {
    throw new InternalError('E931', `a window of ${wantedPs} ps is longer than the lookahead of ${lookaheadPs} ps`);
  }
  return wantedPs;
}

/** How far ahead an arrival can be posted: a full queue, one packet, one delay. */
function horizonPs(topology: Topology, limits: Limits, fullBytes: number): number {
  let longest = 0;
  for (let link = 0; link < topology.links; link++) {
    longest = Math.max(longest, ((limits.queueBytes + fullBytes) * 8e12) / topology.linkRateBps[link]! + topology.linkDelayPs[link]!);
  }
  return longest;
}

/** Propagation delay of a shortest way back of each flow. */
function wayBackPs(topology: Topology, plan: FlowPlan): Float64Array {
  const betweenTors = new Map<number, number>();
  const fabricPs = (from: number, to: number): number => {
    if (from === to) return 0;
    const pair = from * topology.tors + to;
    let shortest = betweenTors.get(pair);
    if (shortest === undefined) {
      const { ids, links, linkOffset } = topology.pathsBetween(from, to);
      shortest = Infinity;
      for (let i = 0; i < ids.length; i++) {
        let sum = 0;
        for (let j = linkOffset[i]!; j < linkOffset[i + 1]!; j++) sum += topology.linkDelayPs[links[j]!]!;
        shortest = Math.min(shortest, sum);
      }
      betweenTors.set(pair, shortest);
    }
    return shortest;
  };
  const hostPs = (host: number): number => topology.linkDelayPs[topology.portLink[topology.portOffset[host]!]!]!;
  return Float64Array.from({ length: plan.flows }, (_, flow) => {
    const src = plan.srcHost[flow]!;
    const dst = plan.dstHost[flow]!;
    return hostPs(dst) + fabricPs(topology.torOfHost[dst]!, topology.torOfHost[src]!) + hostPs(src);
  });
}
