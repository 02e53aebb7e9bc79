import type { HopperSpec } from '../base/balancer-spec.ts';
import { PacketStreams } from '../base/random.ts';
import type { Topology } from '../base/topology.ts';
import { NOW, RTT, START } from '../engine/record.ts';
import type { FlowPlan } from './flow-plan.ts';
import { DeafBalancer, type Prober } from './packet-balancer.ts';

/** Of base round-trip times. */
const PROBE_TIMEOUT = 4;

/**
 * `hopper` (arXiv 2506.08132): a flow whose round-trip times are long probes other labels, moves if one of them is much faster, and waits for
 * the difference before it does, so that little overtakes. A timeout changes the label at random.
 */
export class Hopper extends DeafBalancer implements Prober {
  override readonly hearsFeedback = true;
  override readonly hearsTimeouts = true;
  override readonly needsRtt = true;
  override readonly prober = this;
  wanted = 0;
  readonly numbers: Int32Array;
  readonly entropies: Uint16Array;
  readonly #clock: Float64Array;
  readonly #srcHost: Int32Array;
  readonly #draws: PacketStreams;
  readonly #thresholdPs: number;
  readonly #switchFactor: number;
  readonly #probeTimeoutPs: number;
  /** 1: all paths of the flow are one. */
  readonly #staysInRack: Uint8Array;
  readonly #label: Uint16Array;
  /** Round-trip times of this round, and their number; its beginning, -1 before the first. */
  readonly #sumPs: Float64Array;
  readonly #samples: Int32Array;
  readonly #startPs: Float64Array;
  /** Of the latest round. */
  readonly #averagePs: Float64Array;
  readonly #tries: Int32Array;
  /** -1: no probes are on their way. */
  readonly #probedPs: Float64Array;
  /** Of the latest try, by flow and place. */
  readonly #candidates: Uint16Array;
  readonly #nextLabel: Uint16Array;
  /** When it takes effect; Infinity: none is pending. */
  readonly #switchPs: Float64Array;
  readonly #timeoutPs: Float64Array;

  constructor(topology: Topology, plan: FlowPlan, seed: number, clock: Float64Array, spec: HopperSpec, baseRttPs: number) {
    super();
    const { flows, srcHost, dstHost } = plan;
    const { torOfHost } = topology;
    this.#clock = clock;
    this.#srcHost = srcHost;
    this.#draws = new PacketStreams(seed, 'hopper', topology.hosts);
    this.#thresholdPs = spec.probeThreshold * baseRttPs;
    this.#switchFactor = spec.switchFactor;
    this.#probeTimeoutPs = spec.probeTimeoutPs ?? PROBE_TIMEOUT * baseRttPs;
    this.numbers = new Int32Array(spec.probes);
    this.entropies = new Uint16Array(spec.probes);
    this.#staysInRack = Uint8Array.from(srcHost, (host, flow) => (torOfHost[host] === torOfHost[dstHost[flow]!] ? 1 : 0));
    this.#label = new Uint16Array(flows);
    this.#sumPs = new Float64Array(flows);
    this.#samples = new Int32Array(flows);
    this.#startPs = new Float64Array(flows).fill(-1);
    this.#averagePs = new Float64Array(flows);
    this.#tries = new Int32Array(flows);
    this.#probedPs = new Float64Array(flows).fill(-1);
    this.#candidates = new Uint16Array(flows * spec.probes);
    this.#nextLabel = new Uint16Array(flows);
    this.#switchPs = new Float64Array(flows).fill(Infinity);
    this.#timeoutPs = new Float64Array(flows).fill(-1);
  }

  next(flow: number): number {
    if (this.#switchPs[flow]! <= this.#clock[START]!) {
      this.#label[flow] = this.#nextLabel[flow]!;
      this.#beginAnew(flow);
    }
    return this.#label[flow]!;
  }

  override onAck(flow: number, entropy: number): void {
    this.wanted = 0;
    const rttPs = this.#clock[RTT]!;
    if (rttPs < 0 || entropy !== this.#label[flow]) return;
    this.#sumPs[flow]! += rttPs;
    this.#samples[flow]!++;
    const nowPs = this.#clock[NOW]!;
    if (this.#startPs[flow]! < 0) this.#startPs[flow] = nowPs;
    else if (nowPs - rttPs >= this.#startPs[flow]!) this.#endRound(flow);
  }

  onProbeAnswer(flow: number, probe: number): void {
    const probes = this.entropies.length;
    const probedPs = this.#probedPs[flow]!;
    if (probedPs < 0 || Math.floor(probe / probes) !== this.#tries[flow]! - 1) return;
    this.#probedPs[flow] = -1;
    // The probes set out together: the first answer is that of the fastest path.
    const nowPs = this.#clock[NOW]!;
    const bestPs = nowPs - probedPs;
    const averagePs = this.#averagePs[flow]!;
    if (bestPs >= this.#switchFactor * averagePs) return;
    this.#nextLabel[flow] = this.#candidates[flow * probes + (probe % probes)]!;
    this.#switchPs[flow] = nowPs + Math.floor(averagePs - bestPs);
  }

  override onTimeout(flow: number): void {
    const nowPs = this.#clock[NOW]!;
    if (this.#timeoutPs[flow] === nowPs) return;
    this.#timeoutPs[flow] = nowPs;
    this.#label[flow] = this.#draws.next(this.#srcHost[flow]!) >>> 16;
    this.#probedPs[flow] = -1;
    this.#beginAnew(flow);
  }

  #endRound(flow: number): void {
    const nowPs = this.#clock[NOW]!;
    this.#averagePs[flow] = this.#sumPs[flow]! / this.#samples[flow]!;
    this.#sumPs[flow] = 0;
    this.#samples[flow] = 0;
    this.#startPs[flow] = nowPs;
    if (this.#probedPs[flow]! >= 0 && nowPs - this.#probedPs[flow]! >= this.#probeTimeoutPs) this.#probedPs[flow] = -1;
    const isBusy = this.#probedPs[flow]! >= 0 || this.#switchPs[flow]! < Infinity;
    if (isBusy || this.#averagePs[flow]! <= this.#thresholdPs || this.#staysInRack[flow] === 1) return;
    const probes = this.entropies.length;
    const host = this.#srcHost[flow]!;
    for (let i = 0; i < probes; i++) {
      const label = this.#draws.next(host) >>> 16;
      this.numbers[i] = this.#tries[flow]! * probes + i;
      this.entropies[i] = label;
      this.#candidates[flow * probes + i] = label;
    }
    this.wanted = probes;
    this.#tries[flow]!++;
    this.#probedPs[flow] = nowPs;
  }

  /** The label is a new one: nothing is known of it. */
  #beginAnew(flow: number): void {
    this.#switchPs[flow] = Infinity;
    this.#sumPs[flow] = 0;
    this.#samples[flow] = 0;
    this.#startPs[flow] = -1;
  }
}
