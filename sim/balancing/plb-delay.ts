import { PacketStreams } from '../base/random.ts';
import { NOW, RTT } from '../engine/record.ts';
import { DeafBalancer } from './packet-balancer.ts';

/** `plb-delay`: the label changes when no round-trip time was at the target for five to seven of them (htsim's form for Swift), and at a timeout. */
export class DelayRepathing extends DeafBalancer {
  override readonly hearsFeedback = true;
  override readonly hearsTimeouts = true;
  override readonly needsRtt = true;
  readonly #clock: Float64Array;
  readonly #srcHost: Int32Array;
  readonly #draws: PacketStreams;
  readonly #targetPs: number;
  readonly #label: Uint16Array;
  readonly #lastGoodPs: Float64Array;
  /** -1: no sample yet. */
  readonly #intervalPs: Float64Array;
  readonly #timeoutPs: Float64Array;

  constructor(srcHost: Int32Array, hosts: number, seed: number, clock: Float64Array, targetPs: number) {
    super();
    this.#clock = clock;
    this.#srcHost = srcHost;
    this.#draws = new PacketStreams(seed, 'plb-delay', hosts);
    this.#targetPs = targetPs;
    this.#label = new Uint16Array(srcHost.length);
    this.#lastGoodPs = new Float64Array(srcHost.length);
    this.#intervalPs = new Float64Array(srcHost.length).fill(-1);
    this.#timeoutPs = new Float64Array(srcHost.length).fill(-1);
  }

  next(flow: number): number {
    return this.#label[flow]!;
  }

  override onAck(flow: number): void {
    const rttPs = this.#clock[RTT]!;
    if (rttPs < 0) return;
    const nowPs = this.#clock[NOW]!;
    const intervalPs = this.#intervalPs[flow]!;
    if (intervalPs < 0 || rttPs <= this.#targetPs) {
      this.#lastGoodPs[flow] = nowPs;
      const draw = this.#draws.next(this.#srcHost[flow]!) >>> 0;
      this.#intervalPs[flow] = 5 * rttPs + Math.floor((2 * rttPs * draw) / 2 ** 32);
    } else if (nowPs - this.#lastGoodPs[flow]! > intervalPs) {
      this.#move(flow);
    }
  }

  override onTimeout(flow: number): void {
    if (this.#timeoutPs[flow] === this.#clock[NOW]!) return;
    this.#timeoutPs[flow] = this.#clock[NOW]!;
    this.#move(flow);
  }

  /** The new path has an interval to show itself. */
  #move(flow: number): void {
    this.#lastGoodPs[flow] = this.#clock[NOW]!;
    this.#label[flow] = this.#draws.next(this.#srcHost[flow]!) >>> 16;
  }
}
