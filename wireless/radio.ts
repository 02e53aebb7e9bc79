import type { FiniteStateChannel } from './channel/fsmc.ts';
import type { GilbertElliott } from './channel/gilbert-elliott.ts';
import type { Fading } from './channel/fading.ts';
import type { CsiReporter } from './csi/reporter.ts';
import { meanPerInside, selectMode, type Thresholds } from './phy/amc.ts';
import { packetErrorRate, type PhyMode } from './phy/modes.ts';
import type { RandomStream } from './random-stream.ts';

/**
 * What lies between the sender and the receiver of a user: channel, what the sender knows of it, modes. One step a slot; nothing that is
 * sent changes what the channel draws.
 */
export interface Radio {
  /** True SNR of this slot (linear); NaN where the channel knows states only. */
  readonly snr: number;
  /** The sender's picture of it; NaN likewise. */
  readonly reportedSnr: number;
  /** Transmit power of this slot as a share of the full one. */
  readonly power: number;
  /** SNR that a PDU of this slot is decoded with; NaN where the channel knows states only. */
  readonly dataSnr: number;
  /** Moves on to the next slot and returns the mode that the sender would use in it; 0: silence. */
  step(): number;
  /** P(a PDU sent in `mode` in this slot fails | the attempts before did): `before` is the SNR that they gathered (0: none), `now` with this one. */
  failProbability(mode: number, before: number, now: number): number;
  /** The answers to this slot's PDUs, for the outer loop. */
  onAnswers(delivered: number, failed: number): void;
}

export interface FadingRadioOptions {
  readonly fading: Fading;
  readonly meanSnr: number;
  readonly modes: readonly PhyMode[];
  readonly thresholds: Thresholds;
  /** 1..N; null: adaptive. */
  readonly fixedMode: number | null;
  readonly packetBits: number;
  readonly csi: CsiReporter;
  readonly inverts: boolean;
}

/** A channel with an SNR of its own each slot. */
export class FadingRadio implements Radio {
  snr = 0;
  reportedSnr = 0;
  power = 1;
  /** May be replaced between slots (controllers); so may the share of the full power that is used. */
  thresholds: Thresholds;
  powerCap = 1;
  readonly #fading: Fading;
  readonly #csi: CsiReporter;
  readonly #meanSnr: number;
  readonly #modes: readonly PhyMode[];
  /** By mode; mode 0 none. */
  readonly #bitsPerSymbol: Float64Array;
  readonly #fixedMode: number | null;
  readonly #packetBits: number;
  readonly #inverts: boolean;
  #slots = 0;
  #reportedSum = 0;
  #bitsSum = 0;

  constructor(options: FadingRadioOptions) {
    this.#fading = options.fading;
    this.#csi = options.csi;
    this.#meanSnr = options.meanSnr;
    this.#modes = options.modes;
    this.#bitsPerSymbol = Float64Array.from([0, ...options.modes.map(({ bitsPerSymbol }) => bitsPerSymbol)]);
    this.#fixedMode = options.fixedMode;
    this.#packetBits = options.packetBits;
    this.#inverts = options.inverts;
    this.thresholds = options.thresholds;
  }

  step(): number {
    const csi = this.#csi;
    const snr = this.#meanSnr * this.#fading.next();
    // Pilots are sent at full power; what data will be received with is known.
    const reportedSnr = csi.report(snr) * this.powerCap;
    const mode = this.#fixedMode ?? csi.garbled(selectMode(this.thresholds, reportedSnr));
    // Truncated inversion: no more power than the mode needs, were the report true.
    const inversion = this.#inverts && mode > 0 ? Math.min(1, this.thresholds[mode]! / reportedSnr) : 1;
    this.power = this.powerCap * inversion;
    this.snr = snr;
    this.reportedSnr = reportedSnr;
    this.#slots++;
    this.#reportedSum += reportedSnr;
    this.#bitsSum += this.#bitsPerSymbol[mode]!;
    return mode;
  }

  get dataSnr(): number {
    return this.#csi.dataSnr(this.snr * this.power);
  }

  /** Means since the last call: reported SNR, and bits a symbol of the modes. */
  takePeriod(): { readonly meanReported: number; readonly meanBitsPerSymbol: number } {
    const taken = { meanReported: this.#reportedSum / this.#slots, meanBitsPerSymbol: this.#bitsSum / this.#slots };
    this.#slots = 0;
    this.#reportedSum = 0;
    this.#bitsSum = 0;
    return taken;
  }

  failProbability(mode: number, before: number, now: number): number {
    const phy = this.#modes[mode - 1]!;
    const packetBits = this.#packetBits;
    const per = packetErrorRate(phy, now, packetBits);
    if (before === 0) return per;
    const perBefore = packetErrorRate(phy, before, packetBits);
    return perBefore === 0 ? 0 : per / perBefore;
  }

  onAnswers(delivered: number, failed: number): void {
    this.#csi.onAnswers(delivered, failed);
  }
}

/** A chain whose states are the modes; a PDU fails with the mean error rate of its mode inside the state. */
export class ChainRadio implements Radio {
  readonly snr = NaN;
  readonly reportedSnr = NaN;
  readonly dataSnr = NaN;
  readonly power = 1;
  readonly #stream: RandomStream;
  readonly #states: number;
  readonly #fails: Float64Array;
  /** Distribution of the next state, summed up. */
  readonly #cumulative: Float64Array;
  readonly #fixedMode: number | null;
  /** States of the latest slots; the mode follows that of `delaySlots` ago. */
  readonly #past: Int32Array;
  /** Place of the next one: the oldest. */
  #at = 0;
  #state = 0;
  #isFirst = true;

  constructor(
    chain: FiniteStateChannel,
    modes: readonly PhyMode[],
    fading: { readonly meanSnr: number; readonly m: number },
    fixedMode: number | null,
    delaySlots: number,
    stream: RandomStream,
  ) {
    const states = chain.law.length;
    this.#stream = stream;
    this.#states = states;
    this.#fixedMode = fixedMode;
    this.#fails = new Float64Array(states * states).fill(1);
    modes.forEach((phy, i) => {
      for (let state = 0; state < states; state++) {
        const per = meanPerInside(phy, chain.edges[state]!, chain.edges[state + 1]!, fading.meanSnr, fading.m);
        this.#fails[(i + 1) * states + state] = Math.min(1, per);
      }
    });
    this.#cumulative = new Float64Array(states * states);
    for (let i = 0; i < states; i++) {
      let sum = 0;
      for (let j = 0; j < states; j++) this.#cumulative[i * states + j] = sum += chain.transitions[i * states + j]!;
    }
    this.#state = this.#drawFrom(stationarySums(chain.law), 0);
    this.#past = new Int32Array(delaySlots + 1).fill(this.#state);
  }

  step(): number {
    if (!this.#isFirst) this.#state = this.#drawFrom(this.#cumulative, this.#state * this.#states);
    this.#isFirst = false;
    const past = this.#past;
    past[this.#at] = this.#state;
    this.#at = this.#at + 1 === past.length ? 0 : this.#at + 1;
    return this.#fixedMode ?? past[this.#at]!;
  }

  failProbability(mode: number): number {
    return this.#fails[mode * this.#states + this.#state]!;
  }

  onAnswers(): void {}

  /** The state whose share of a sum of probabilities a draw falls into. */
  #drawFrom(cumulative: Float64Array, from: number): number {
    const draw = this.#stream.uniform();
    const last = this.#states - 1;
    let state = 0;
    while (state < last && draw >= cumulative[from + state]!) state++;
    return state;
  }
}

function stationarySums(law: Float64Array): Float64Array {
  let sum = 0;
  return law.map((probability) => (sum += probability));
}

/** Good and bad states that lose PDUs with a probability of their own, at one mode. */
export class GilbertElliottRadio implements Radio {
  readonly snr = NaN;
  readonly reportedSnr = NaN;
  readonly dataSnr = NaN;
  readonly power = 1;
  readonly #channel: GilbertElliott;
  readonly #mode: number;
  readonly #stream: RandomStream;
  #isBad: boolean;
  #isFirst = true;

  constructor(channel: GilbertElliott, mode: number, stream: RandomStream) {
    this.#channel = channel;
    this.#mode = mode;
    this.#stream = stream;
    this.#isBad = stream.uniform() < channel.goodToBad / (channel.goodToBad + channel.badToGood);
  }

  step(): number {
    const draw = this.#stream.uniform();
    if (!this.#isFirst) this.#isBad = this.#isBad ? draw >= this.#channel.badToGood : draw < this.#channel.goodToBad;
    this.#isFirst = false;
    return this.#mode;
  }

  failProbability(): number {
    return 1 - (this.#isBad ? this.#channel.badSuccess : this.#channel.goodSuccess);
  }

  onAnswers(): void {}
}
