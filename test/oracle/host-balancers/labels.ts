import type { PlbSpec } from '../../../sim/base/balancer-spec.ts';
import { FlowChoice, type Echo, type FlowView, type Sending } from './flow-choice.ts';

/** Section 4: a label that is changed now and then. */
abstract class Label extends FlowChoice {
  protected label = 0;
  #heardTimeoutPs: number | null = null;

  next(_sending: Sending): number {
    return this.label;
  }

  override hearTimeout(_entropy: number | null, timePs: number): void {
    if (this.#heardTimeoutPs === timePs || this.view.has('label-kept-at-a-timeout')) return;
    this.#heardTimeoutPs = timePs;
    this.takeTimeout(timePs);
  }

  protected abstract takeTimeout(timePs: number): void;

  protected relabel(): void {
    this.label = this.view.draws.draw16();
  }

  /** `unit` times a random part below 1, in whole picoseconds. */
  protected randomPart(unit: number): number {
    return Math.floor((unit * (this.view.draws.next() >>> 0)) / 2 ** 32);
  }
}

/** Labels that go by the share of marked ACKs in a round. */
abstract class MarkedRounds extends Label {
  #startPs: number | null = null;
  #acks = 0;
  #marks = 0;

  override hearAck({ timePs, marked, rttPs }: Echo): void {
    this.#acks++;
    if (marked) this.#marks++;
    if (this.#startPs === null) {
      this.#startPs = timePs;
      return;
    }
    const sentPs = timePs - (rttPs ?? this.view.baseRttPs);
    if (sentPs < this.#startPs && !this.view.has('round-of-any-packet')) return;
    const share = this.#marks / this.#acks;
    this.#acks = 0;
    this.#marks = 0;
    this.#startPs = timePs;
    this.endRound(share);
  }

  protected abstract endRound(share: number): void;
}

export class Plb extends MarkedRounds {
  readonly #spec: PlbSpec;
  #congestedRounds = 0;
  #suspendedUntilPs = 0;

  constructor(view: FlowView, spec: PlbSpec) {
    super(view);
    this.#spec = spec;
  }

  override next({ startPs, wireBytes, inFlightBytes }: Sending): number {
    const { rounds, idleRounds } = this.#spec;
    const isIdle = inFlightBytes === wireBytes;
    const isCongested = this.#congestedRounds >= rounds || (this.#congestedRounds >= idleRounds && isIdle);
    if (startPs >= this.#suspendedUntilPs && isCongested) this.#change();
    return this.label;
  }

  protected endRound(share: number): void {
    const { threshold, rounds } = this.#spec;
    this.#congestedRounds = share >= threshold ? Math.min(this.#congestedRounds + 1, rounds) : 0;
  }

  protected takeTimeout(timePs: number): void {
    const { suspendPs } = this.#spec;
    this.#change();
    this.#suspendedUntilPs = timePs + suspendPs + this.randomPart(suspendPs);
  }

  #change(): void {
    this.relabel();
    this.#congestedRounds = 0;
  }
}

export class FlowBender extends MarkedRounds {
  readonly #threshold: number;

  constructor(view: FlowView, threshold: number) {
    super(view);
    this.#threshold = threshold;
  }

  protected endRound(share: number): void {
    if (share > this.#threshold) this.relabel();
  }

  protected takeTimeout(): void {
    this.relabel();
  }
}

export class PlbDelay extends Label {
  readonly #targetPs: number;
  #hasSample = false;
  #lastGoodPs = 0;
  #intervalPs = 0;

  constructor(view: FlowView, targetDelayPs: number | null) {
    super(view);
    this.#targetPs = targetDelayPs ?? view.baseRttPs + 5e6;
  }

  override hearAck({ timePs, rttPs }: Echo): void {
    if (rttPs === null) return;
    if (!this.#hasSample || rttPs <= this.#targetPs) {
      this.#lastGoodPs = timePs;
      this.#intervalPs = 5 * rttPs + this.randomPart(2 * rttPs);
    } else if (timePs - this.#lastGoodPs > this.#intervalPs) {
      this.takeTimeout(timePs);
    }
    this.#hasSample = true;
  }

  protected takeTimeout(timePs: number): void {
    this.#lastGoodPs = timePs;
    this.relabel();
  }
}
