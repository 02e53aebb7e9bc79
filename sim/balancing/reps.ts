import { PacketStreams } from '../base/random.ts';
import type { RepsSpec } from '../base/balancer-spec.ts';
import { RTT } from '../engine/record.ts';
import { DeafBalancer } from './packet-balancer.ts';
import { RepsBuffer } from './reps-buffer.ts';

/** While a flow explores after a freeze, one packet of so many gets a random entropy. */
const EXPLORED_SHARE = 8;
/** What is left, at the next sample, of the largest recent round-trip time. */
const RECENT_DECAY = 0.875;

export interface RepsOptions {
  /** Packets of a BDP. */
  readonly bdpPackets: number;
  readonly baseRttPs: number;
  /** The switches trim: what is lost nevertheless met a failure. */
  readonly trims: boolean;
}

/** `reps` (Recycled Entropy Packet Spraying, arXiv 2407.21625, EuroSys'26). */
export class Reps extends DeafBalancer {
  override readonly hearsFeedback = true;
  override readonly hearsLosses = true;
  override readonly needsRtt: boolean;
  readonly #clock: Float64Array;
  readonly #draws: PacketStreams;
  readonly #entropies: number;
  readonly #bdpPackets: number;
  readonly #trims: boolean;
  readonly #lowRttPs: number;
  readonly #buffer: RepsBuffer;
  /** Packets sent, as far as the first BDP. */
  readonly #sent: Int32Array;
  readonly #explore: Int32Array;
  /** Largest recent sample; empty with trimming. */
  readonly #recentRttPs: Float64Array;

  constructor(flows: number, hosts: number, seed: number, clock: Float64Array, spec: RepsSpec, options: RepsOptions) {
    super();
    this.needsRtt = !options.trims;
    this.#clock = clock;
    this.#draws = new PacketStreams(seed, 'reps', hosts);
    this.#entropies = spec.entropies;
    this.#bdpPackets = options.bdpPackets;
    this.#trims = options.trims;
    this.#lowRttPs = 2 * options.baseRttPs;
    this.#buffer = new RepsBuffer(flows, clock, spec.freezePs);
    this.#sent = new Int32Array(flows);
    this.#explore = new Int32Array(flows);
    this.#recentRttPs = new Float64Array(options.trims ? 0 : flows);
  }

  next(flow: number, host: number): number {
    let entropy = -1;
    const explore = this.#explore[flow]!;
    if (this.#sent[flow]! < this.#bdpPackets) {
      this.#sent[flow]!++;
    } else if (explore === 0) {
      entropy = this.#buffer.recycle(flow);
    } else {
      this.#explore[flow] = explore - 1;
      if ((explore - 1) % EXPLORED_SHARE !== 0) entropy = this.#buffer.recycle(flow);
    }
    return entropy >= 0 ? entropy : this.#draws.below(host, this.#entropies);
  }

  override onAck(flow: number, entropy: number, isMarked: boolean): void {
    if (!this.#trims) this.#noteRtt(flow);
    if (this.#buffer.mayThaw(flow)) {
      this.#buffer.thaw(flow);
      this.#explore[flow] = this.#bdpPackets;
    }
    if (!isMarked) this.#buffer.store(flow, entropy);
  }

  override onLoss(flow: number): void {
    if (this.#trims) this.#fail(flow);
  }

  override onTimeout(flow: number): void {
    if (this.#trims || this.#recentRttPs[flow]! <= this.#lowRttPs) this.#fail(flow);
  }

  #fail(flow: number): void {
    if (!this.#buffer.isFrozen(flow) && this.#explore[flow] === 0) this.#buffer.freeze(flow);
  }

  #noteRtt(flow: number): void {
    const rttPs = this.#clock[RTT]!;
    if (rttPs >= 0) this.#recentRttPs[flow] = Math.max(rttPs, RECENT_DECAY * this.#recentRttPs[flow]!);
  }
}
