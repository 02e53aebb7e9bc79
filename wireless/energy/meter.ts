import type { EnergySpec } from '../scenario.ts';

/** Energy of a link: amplifier and circuits of the sender, circuits of the receiver, idling or sleeping between. */
export class EnergyMeter {
  readonly #spec: EnergySpec;
  #transmitS = 0;
  #amplifierJ = 0;
  #restS = 0;
  #wakes = 0;
  #isAsleep = false;

  constructor(spec: EnergySpec) {
    this.#spec = spec;
  }

  /** The radio sends for `seconds` at `power`, a share of the full one. */
  transmit(seconds: number, power: number): void {
    if (this.#isAsleep) this.#wakes++;
    this.#isAsleep = false;
    this.#transmitS += seconds;
    this.#amplifierJ += (seconds * power * this.#spec.transmitW) / this.#spec.efficiency;
  }

  /** It has nothing to send for `seconds`. */
  rest(seconds: number): void {
    this.#isAsleep = this.#spec.sleeps;
    this.#restS += seconds;
  }

  joules(): number {
    const { transmitCircuitW, receiveCircuitW, idleW, sleepW, sleeps, wakePs } = this.#spec;
    const circuits = (transmitCircuitW + receiveCircuitW) * this.#transmitS;
    // Waking up takes as long as it takes at the power of the circuits.
    const waking = this.#wakes * (wakePs / 1e12) * (transmitCircuitW + receiveCircuitW);
    return this.#amplifierJ + circuits + this.#restS * (sleeps ? sleepW : idleW) + waking;
  }
}
