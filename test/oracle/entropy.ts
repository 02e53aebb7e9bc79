import { setupStream } from '../../sim/base/random.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { ACK, NACK } from './event-log.ts';
import type { Probe, Sending } from './host-balancers/flow-choice.ts';
import { HostChoices, type SenderView } from './host-balancers/host-choices.ts';
import { Connections } from './host-balancers/least-outstanding.ts';
import { roundRobinPaths } from './host-balancers/round-robin-flows.ts';
import type { JobView } from './job-view.ts';
import type { Packet } from './packet.ts';

export interface PathChoice {
  readonly entropy: number;
  readonly pinned: boolean;
}

interface Rotation {
  readonly paths: readonly number[];
  pointer: number;
}

/** What a host writes into the packets it sends so that they take a path (docs/packet-model.md, end of section 4, and section 6). */
export class HostEntropy {
  readonly #simulation: JobView;
  readonly #host: number;
  /** `drb`: per destination host, for full-size packets and for shorter ones. */
  readonly #rotations = new Map<number, { full: Rotation; short: Rotation }>();

  /** Of pinned flows: the path that their packets take now. */
  readonly #path = new Map<number, number>();
  /** `ethereal`: by ToR of the destination and path. */
  readonly #badUntilPs = new Map<string, number>();
  /** `ethereal`: when a flow was heard of last, or began. */
  readonly #silentSincePs = new Map<number, number>();

  readonly #choices: HostChoices;
  /** `hpn-least-outstanding`. */
  readonly #connections: Connections | null;
  /** `rr-flow`. */
  readonly #planned: ReadonlyMap<number, number>;

  constructor(simulation: JobView, host: number) {
    const { input } = simulation;
    this.#simulation = simulation;
    this.#host = host;
    this.#choices = new HostChoices(simulation, host);
    this.#planned = input.scenario.balancer.kind === 'rr-flow' ? roundRobinPaths(simulation, host) : new Map();
    const { balancer } = input.scenario;
    this.#connections = balancer.kind === 'hpn-least-outstanding' ? new Connections(simulation, host, balancer.connections) : null;
    if (simulation.input.scenario.balancer.kind === 'drb') this.#drawRotations();
  }

  addFlow(flow: number, sender: SenderView): void {
    this.#choices.addFlow(flow, sender);
  }

  notePosted(flow: number): void {
    this.#connections?.notePosted(flow);
  }

  noteComplete(flow: number): void {
    this.#connections?.noteComplete(flow);
  }

  /** For one data packet. */
  choose(flow: number, seq: number, sending: Sending): PathChoice {
    const { plan, scenario } = this.#simulation.input;
    const { startPs, wireBytes } = sending;
    const chosen = this.#choices.next(flow, seq, sending);
    if (chosen !== null) return chosen;
    const path = this.#connections?.pathOf(flow) ?? null;
    if (path !== null) return { entropy: path, pinned: true };
    const isFullSize = wireBytes === scenario.nic.mtuBytes + scenario.nic.headerBytes;
    if (plan.path[flow]! >= 0) return { entropy: this.#pinnedPath(flow, startPs), pinned: true };
    if (scenario.balancer.kind === 'spray') {
      const host = this.#simulation.bugs.has('shared-entropy-stream') ? 0 : this.#host;
      return { entropy: this.#simulation.entropyStream.next(host) >>> 16, pinned: false };
    }
    const rotations = this.#rotations.get(plan.dstHost[flow]!);
    if (rotations === undefined) return { entropy: 0, pinned: false };
    const rotation = isFullSize || this.#simulation.bugs.has('one-rotation-a-pair') ? rotations.full : rotations.short;
    this.#passOverWithdrawn(rotation, plan.dstHost[flow]!, startPs);
    const entropy = rotation.paths[rotation.pointer]!;
    rotation.pointer = (rotation.pointer + 1) % rotation.paths.length;
    return { entropy, pinned: true };
  }

  /** Its sender and congestion control have dealt with an answer. */
  hearAnswer(answer: Packet, rttPs: number | null): void {
    const isGoBackN = this.#simulation.input.scenario.transport.recovery === 'gbn';
    if (answer.type === ACK || (answer.type === NACK && !isGoBackN)) this.#choices.hearAnswer(answer, rttPs);
  }

  /** What the ACK just heard calls for. */
  probes(flow: number): readonly Probe[] {
    return this.#choices.probes(flow);
  }

  pinsProbes(flow: number): boolean {
    return this.#choices.pins(flow);
  }

  hearProbeAnswer(flow: number, number: number): void {
    this.#choices.hearProbeAnswer(flow, number);
  }

  noteLoss(flow: number, seq: number): void {
    this.#choices.hearLoss(flow, seq);
  }

  notePacketTimeout(flow: number, seq: number | null): void {
    this.#choices.hearTimeout(flow, seq);
  }

  /** An answer for a flow that is not complete has come. */
  noteAnswer(flow: number, timePs: number): void {
    this.#silentSincePs.set(flow, timePs);
  }

  /** model-failures.md 6: Ethereal leaves the path of a flow that timed out after a long silence. */
  noteTimeout(flow: number, timePs: number): void {
    const { plan, scenario, topology } = this.#simulation.input;
    const { balancer } = scenario;
    if (balancer.kind !== 'ethereal' || plan.path[flow]! < 0) return;
    const silencePs = timePs - this.#silentSincePs.get(flow)!;
    if (silencePs === 0 || silencePs < balancer.failedAfterPs) return;
    this.#silentSincePs.set(flow, timePs);
    const path = this.#path.get(flow)!;
    this.#badUntilPs.set(this.#keyOf(flow, path), timePs + balancer.failedPathTimeoutPs);
    const all = this.#pathsOf(flow, topology);
    const good = all.filter((candidate) => !this.#isBad(flow, candidate, timePs));
    this.#moveTo(flow, balancer.repath === 'good' && good.length > 0 ? good : all.filter((candidate) => candidate !== path));
  }

  #pinnedPath(flow: number, startPs: number): number {
    const { plan, scenario, topology } = this.#simulation.input;
    const known = this.#path.get(flow);
    if (known !== undefined) return known;
    const planned = this.#planned.get(flow) ?? plan.path[flow]!;
    this.#path.set(flow, planned);
    this.#silentSincePs.set(flow, startPs);
    if (scenario.balancer.kind === 'ethereal' && this.#isBad(flow, planned, startPs)) {
      this.#moveTo(
        flow,
        this.#pathsOf(flow, topology).filter((path) => !this.#isBad(flow, path, startPs)),
      );
    }
    return this.#path.get(flow)!;
  }

  #moveTo(flow: number, candidates: readonly number[]): void {
    if (candidates.length === 0) return;
    const index = candidates.length === 1 ? 0 : this.#simulation.repathStream.below(this.#host, candidates.length);
    this.#path.set(flow, candidates[index]!);
  }

  #isBad(flow: number, path: number, timePs: number): boolean {
    return (this.#badUntilPs.get(this.#keyOf(flow, path)) ?? 0) > timePs;
  }

  #keyOf(flow: number, path: number): string {
    const { plan, topology } = this.#simulation.input;
    return `${topology.torOfHost[plan.dstHost[flow]!]}:${path}`;
  }

  #pathsOf(flow: number, topology: Topology): number[] {
    const { plan } = this.#simulation.input;
    return [...topology.pathsBetween(topology.torOfHost[this.#host]!, topology.torOfHost[plan.dstHost[flow]!]!).ids];
  }

  /** model-failures.md 5, `drb`. */
  #passOverWithdrawn(rotation: Rotation, destination: number, startPs: number): void {
    const { topology } = this.#simulation.input;
    const { linkUp } = this.#simulation.routes.at(startPs).topology;
    const { ids, links, linkOffset } = topology.pathsBetween(topology.torOfHost[this.#host]!, topology.torOfHost[destination]!);
    const isThere = (path: number): boolean => {
      const i = ids.indexOf(path);
      return links.slice(linkOffset[i], linkOffset[i + 1]).every((link) => linkUp[link] === 1);
    };
    if (!rotation.paths.some(isThere)) return;
    while (!isThere(rotation.paths[rotation.pointer]!)) rotation.pointer = (rotation.pointer + 1) % rotation.paths.length;
  }

  #drawRotations(): void {
    const { plan, scenario, topology } = this.#simulation.input;
    const stream = setupStream(scenario.seed, 'drb', this.#host);
    const tor = topology.torOfHost[this.#host]!;
    for (let flow = plan.hostOffset[this.#host]!; flow < plan.hostOffset[this.#host + 1]!; flow++) {
      const destination = plan.dstHost[flow]!;
      const destinationTor = topology.torOfHost[destination]!;
      if (!this.#simulation.owns(flow) || destinationTor === tor || this.#rotations.has(destination)) continue;
      const draw = (): Rotation => {
        const paths = stream.shuffle([...topology.pathsBetween(tor, destinationTor).ids]);
        return { paths, pointer: stream.integer(paths.length) };
      };
      const full = draw();
      const short = draw();
      this.#rotations.set(destination, { full, short });
    }
  }
}
