import { PacketStreams } from '../../../sim/base/random.ts';
import { ACK } from '../event-log.ts';
import type { JobView } from '../job-view.ts';
import type { Packet } from '../packet.ts';
import type { Draws, FlowChoice, Probe, Sending } from './flow-choice.ts';
import { flowChoice } from './make.ts';

/** What the sender of a flow tells its choice. */
export interface SenderView {
  readonly windowBytes: () => number;
  readonly inFlightBytes: () => number;
  readonly giveUpPacket: () => void;
}

const MOST_WINDOW_PACKETS = 65_536;

/** The choices of the flows of a host, and what their senders tell them (docs/model-balancers-host.md, section 2). */
export class HostChoices {
  readonly #simulation: JobView;
  readonly #host: number;
  readonly #draws: Draws;
  readonly #choices = new Map<number, FlowChoice>();
  /** Of the latest transmission of each packet, by flow. */
  readonly #latest = new Map<number, number[]>();

  constructor(simulation: JobView, host: number) {
    const { scenario, topology } = simulation.input;
    const streams = new PacketStreams(scenario.seed, scenario.balancer.kind, topology.hosts);
    this.#simulation = simulation;
    this.#host = host;
    this.#draws = {
      next: () => streams.next(host),
      draw16: () => streams.next(host) >>> 16,
      below: (n) => streams.below(host, n),
    };
  }

  addFlow(flow: number, { windowBytes, inFlightBytes, giveUpPacket }: SenderView): void {
    const { input, limits, bugs } = this.#simulation;
    const { nic, switch: device, balancer } = input.scenario;
    const fullBytes = nic.mtuBytes + nic.headerBytes;
    const choice = flowChoice(balancer, {
      draws: this.#draws,
      baseRttPs: limits.baseRttPs,
      bdpBytes: limits.bdpBytes,
      bdpPackets: limits.bdpBytes / fullBytes,
      trims: device.kind === 'composite' && device.trims,
      windowPackets: () => Math.min(MOST_WINDOW_PACKETS, Math.floor(windowBytes() / fullBytes)),
      inFlightPackets: () => inFlightBytes() / fullBytes,
      giveUpPacket,
      paths: this.#pathsOf(flow),
      has: (bug) => bugs.has(bug),
    });
    if (choice !== null) this.#choices.set(flow, choice);
    this.#latest.set(flow, []);
  }

  /** null: the packets of this flow are not labelled by these rules. */
  next(flow: number, seq: number, sending: Sending): { entropy: number; pinned: boolean } | null {
    const choice = this.#choices.get(flow);
    if (choice === undefined) return null;
    const entropy = choice.next(sending);
    this.#latest.get(flow)![seq] = entropy;
    return { entropy, pinned: choice.pins };
  }

  /** After the sender and its congestion control; not of go-back-N's NACKs. */
  hearAnswer({ type, flow, seq, echo, marked, lastHop }: Packet, rttPs: number | null): void {
    const answer = { timePs: this.#simulation.now, number: seq, entropy: echo!, marked, lastHop, rttPs };
    const choice = this.#choices.get(flow);
    if (type === ACK) choice?.hearAck(answer);
    else choice?.hearNack(answer);
  }

  /** What the answer just heard calls for. */
  probes(flow: number): readonly Probe[] {
    return this.#choices.get(flow)?.probes ?? [];
  }

  /** Its probes follow a path. */
  pins(flow: number): boolean {
    return this.#choices.get(flow)!.pins;
  }

  hearProbeAnswer(flow: number, number: number): void {
    this.#choices.get(flow)!.hearProbeAnswer(number, this.#simulation.now);
  }

  hearLoss(flow: number, seq: number): void {
    this.#choices.get(flow)?.hearLoss(this.#latest.get(flow)![seq]!, this.#simulation.now);
  }

  /** @param seq null: it is not known which packet */
  hearTimeout(flow: number, seq: number | null): void {
    this.#choices.get(flow)?.hearTimeout(seq === null ? null : this.#latest.get(flow)![seq]!, this.#simulation.now);
  }

  #pathsOf(flow: number): number[] {
    const { topology, plan } = this.#simulation.input;
    const from = topology.torOfHost[this.#host]!;
    const to = topology.torOfHost[plan.dstHost[flow]!]!;
    return from === to ? [] : [...topology.pathsBetween(from, to).ids];
  }
}
