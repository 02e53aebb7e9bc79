import type { HopperSpec } from '../../../sim/base/balancer-spec.ts';
import { FlowChoice, type Echo, type FlowView, type Probe, type Sending } from './flow-choice.ts';

/** Section 8. */
export class Hopper extends FlowChoice {
  readonly #spec: HopperSpec;
  #label = 0;
  #samplesPs: number[] = [];
  #roundPs: number | null = null;
  #averagePs = 0;
  #nextNumber = 0;
  #try: { readonly atPs: number; readonly probes: readonly Probe[] } | null = null;
  #pending: { readonly label: number; readonly fromPs: number } | null = null;
  #heardTimeoutPs: number | null = null;

  constructor(view: FlowView, spec: HopperSpec) {
    super(view);
    this.#spec = spec;
  }

  next({ startPs }: Sending): number {
    if (this.#pending !== null && startPs >= this.#pending.fromPs) this.#moveTo(this.#pending.label);
    return this.#label;
  }

  override hearAck({ entropy, rttPs, timePs }: Echo): void {
    this.probes = [];
    if (rttPs === null) return;
    if (entropy !== this.#label && !this.view.has('samples-of-any-path')) return;
    this.#samplesPs.push(rttPs);
    if (this.#roundPs === null) {
      this.#roundPs = timePs;
    } else if (timePs - rttPs >= this.#roundPs) {
      this.#averagePs = this.#samplesPs.reduce((sum, ps) => sum + ps, 0) / this.#samplesPs.length;
      this.#samplesPs = [];
      this.#roundPs = timePs;
      this.#probeIfSlow(timePs);
    }
  }

  override hearProbeAnswer(number: number, timePs: number): void {
    const probe = this.#try?.probes.find((candidate) => candidate.number === number);
    if (probe === undefined) return;
    const bestPs = timePs - this.#try!.atPs;
    this.#try = null;
    if (bestPs >= this.#spec.switchFactor * this.#averagePs) return;
    const waitPs = this.view.has('moves-at-once') ? 0 : Math.floor(this.#averagePs - bestPs);
    this.#pending = { label: probe.entropy, fromPs: timePs + waitPs };
  }

  override hearTimeout(_entropy: number | null, timePs: number): void {
    if (timePs === this.#heardTimeoutPs) return;
    this.#heardTimeoutPs = timePs;
    this.#try = null;
    this.#moveTo(this.view.draws.draw16());
  }

  #probeIfSlow(timePs: number): void {
    const { probes, probeThreshold, probeTimeoutPs } = this.#spec;
    const { baseRttPs, paths, draws } = this.view;
    if (this.#try !== null && timePs - this.#try.atPs >= (probeTimeoutPs ?? 4 * baseRttPs)) this.#try = null;
    if (this.#averagePs <= probeThreshold * baseRttPs || paths.length === 0) return;
    if (this.#try !== null || this.#pending !== null) return;
    this.probes = Array.from({ length: probes }, () => ({ number: this.#nextNumber++, entropy: draws.draw16() }));
    this.#try = { atPs: timePs, probes: this.probes };
  }

  #moveTo(label: number): void {
    this.#label = label;
    this.#pending = null;
    this.#samplesPs = [];
    this.#roundPs = null;
  }
}
