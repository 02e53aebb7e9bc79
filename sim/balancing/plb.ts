import type { PlbSpec } from '../base/balancer-spec.ts';
import { PacketStreams } from '../base/random.ts';
import { NOW, START } from '../engine/record.ts';
import { MarkRounds } from './mark-rounds.ts';
import { DeafBalancer, type FlowView } from './packet-balancer.ts';

/**
 * `plb` (Protective Load Balancing, SIGCOMM'22; Linux' tcp_plb): a flow keeps its label until several rounds in a row were congested, and
 * changes it then, rather while it is idle. A timeout changes it at once, and suspends further changes.
 */
export class Plb extends DeafBalancer {
  override readonly hearsFeedback = true;
  override readonly hearsTimeouts = true;
  override readonly needsRtt = true;
  readonly #spec: PlbSpec;
  readonly #clock: Float64Array;
  readonly #srcHost: Int32Array;
  readonly #draws: PacketStreams;
  readonly #rounds: MarkRounds;
  readonly #label: Uint16Array;
  /** Congested rounds in a row. */
  readonly #congested: Int32Array;
  readonly #suspendedUntilPs: Float64Array;
  readonly #timeoutPs: Float64Array;
  #view: FlowView | null = null;

  constructor(srcHost: Int32Array, hosts: number, seed: number, clock: Float64Array, baseRttPs: number, spec: PlbSpec) {
    super();
    this.#spec = spec;
    this.#clock = clock;
    this.#srcHost = srcHost;
    this.#draws = new PacketStreams(seed, 'plb', hosts);
    this.#rounds = new MarkRounds(srcHost.length, clock, baseRttPs);
    this.#label = new Uint16Array(srcHost.length);
    this.#congested = new Int32Array(srcHost.length);
    this.#suspendedUntilPs = new Float64Array(srcHost.length);
    this.#timeoutPs = new Float64Array(srcHost.length).fill(-1);
  }

  override attach(view: FlowView): void {
    this.#view = view;
  }

  next(flow: number, host: number, sizeBytes: number): number {
    if (this.#congested[flow]! > 0 && this.#mayChange(flow, sizeBytes)) {
      this.#label[flow] = this.#draws.next(host) >>> 16;
      this.#congested[flow] = 0;
    }
    return this.#label[flow]!;
  }

  override onAck(flow: number, _entropy: number, isMarked: boolean): void {
    const rounds = this.#rounds;
    if (!rounds.ends(flow, isMarked)) return;
    const { threshold, rounds: mostRounds } = this.#spec;
    const isCongested = rounds.marks[flow]! / rounds.acks[flow]! >= threshold;
    this.#congested[flow] = isCongested ? Math.min(this.#congested[flow]! + 1, mostRounds) : 0;
    rounds.begin(flow);
  }

  override onTimeout(flow: number): void {
    const nowPs = this.#clock[NOW]!;
    if (this.#timeoutPs[flow] === nowPs) return;
    this.#timeoutPs[flow] = nowPs;
    const host = this.#srcHost[flow]!;
    this.#label[flow] = this.#draws.next(host) >>> 16;
    this.#congested[flow] = 0;
    const { suspendPs } = this.#spec;
    this.#suspendedUntilPs[flow] = nowPs + suspendPs + Math.floor((suspendPs * (this.#draws.next(host) >>> 0)) / 2 ** 32);
  }

  #mayChange(flow: number, sizeBytes: number): boolean {
    if (this.#clock[START]! < this.#suspendedUntilPs[flow]!) return false;
    const congested = this.#congested[flow]!;
    if (congested >= this.#spec.rounds) return true;
    return congested >= this.#spec.idleRounds && this.#view!.inFlightBytes(flow) === sizeBytes;
  }
}
