import { fromDb, toDb } from '../math/decibel.ts';
import type { RandomStream } from '../random-stream.ts';
import type { CsiSpec } from '../scenario.ts';
import { effectiveSnr, estimationError } from './estimation-error.ts';

/** What an estimator needs of a channel: its complex gain. */
export interface ComplexGain {
  readonly re: number;
  readonly im: number;
}

export interface ReporterOptions {
  readonly spec: CsiSpec;
  readonly meanSnr: number;
  readonly modes: number;
  /** Correlation of the gain from one slot to the next, for the Kalman filter. */
  readonly slotCorrelation: number;
  /** null: the estimator is perfect. */
  readonly gain: ComplexGain | null;
  readonly kalman: { readonly dopplerHz: number; readonly slotS: number };
  readonly stream: RandomStream;
}

/**
 * The sender's knowledge of the SNR: measured every `periodSlots` slots by pilots, quantised, known `delaySlots` slots later, held until
 * the next report, and corrected by the outer loop.
 */
export class CsiReporter {
  readonly #spec: CsiSpec;
  readonly #options: ReporterOptions;
  readonly #estimationError: number;
  /** Measurements of the latest slots. */
  readonly #past: Float64Array;
  #slot = 0;
  #held = 0;
  /** What replaces the mode of this report: a number among the others; -1: nothing does. */
  #replacement = -1;
  /** Margin of the outer loop, dB: subtracted from what is reported. */
  #marginDb = 0;
  #estimateRe = 0;
  #estimateIm = 0;
  #priorError = 1;

  constructor(options: ReporterOptions) {
    this.#spec = options.spec;
    this.#options = options;
    this.#past = new Float64Array(options.spec.delaySlots + 1);
    const { spec, meanSnr, kalman } = options;
    this.#estimationError = estimationError(spec, meanSnr, kalman.dopplerHz, kalman.slotS);
  }

  get marginDb(): number {
    return this.#marginDb;
  }

  /** The SNR that the sender believes in this slot, whose true one is `snr`. */
  report(snr: number): number {
    const { delaySlots, periodSlots, quantiser, feedbackError, olla } = this.#spec;
    const { stream, modes } = this.#options;
    const past = this.#past;
    past[this.#slot % past.length] = this.#measure(snr);
    const measured = this.#slot - delaySlots;
    // Until the first report is there, the mean stands for it.
    if (measured < 0) this.#held = this.#options.meanSnr;
    else if (measured % periodSlots === 0) {
      const value = past[measured % past.length]!;
      this.#held =
        quantiser === 'mode' || quantiser.stepDb === 0 ? value : fromDb(quantiser.stepDb * Math.round(toDb(value) / quantiser.stepDb));
      this.#replacement = feedbackError > 0 && stream.uniform() < feedbackError ? stream.below(modes) : -1;
    }
    this.#slot++;
    return olla.on ? this.#held * fromDb(-this.#marginDb) : this.#held;
  }

  /** The mode index that arrives over a feedback channel that replaces it, at times, by another one until the next report. */
  garbled(mode: number): number {
    const other = this.#replacement;
    if (other < 0) return mode;
    return other < mode ? other : other + 1;
  }

  /** SNR of data that is decoded with the estimate of the channel. */
  dataSnr(snr: number): number {
    const error = this.#estimationError;
    if (error === 0) return snr;
    // An unbiased estimate adds its error to the noise; the LMMSE estimate is the signal less its error.
    return this.#spec.estimator === 'ls' ? snr / (1 + snr * error) : effectiveSnr(snr, error);
  }

  /** Outer-loop link adaptation: the long-run share of failures is drawn to the target. */
  onAnswers(delivered: number, failed: number): void {
    const { on, bler, upDb, clampDb } = this.#spec.olla;
    if (!on) return;
    const margin = this.#marginDb + failed * upDb - delivered * ((upDb * bler) / (1 - bler));
    this.#marginDb = Math.max(-clampDb, Math.min(clampDb, margin));
  }

  /** One slot's measurement: the pilots of a slot are one sample of the gain with their joint SNR. */
  #measure(snr: number): number {
    const { spec, gain, meanSnr, stream, slotCorrelation } = this.#options;
    if (gain === null) return snr;
    const noise = 1 / (spec.pilots * meanSnr);
    const scale = Math.sqrt(noise / 2);
    const re = gain.re + scale * stream.normal();
    const im = gain.im + scale * stream.normal();
    switch (spec.estimator) {
      case 'perfect':
      case 'ls':
        this.#estimateRe = re;
        this.#estimateIm = im;
        break;
      case 'lmmse': {
        const weight = 1 / (1 + noise);
        this.#estimateRe = weight * re;
        this.#estimateIm = weight * im;
        break;
      }
      case 'kalman': {
        const weight = this.#priorError / (this.#priorError + noise);
        const predictedRe = slotCorrelation * this.#estimateRe;
        const predictedIm = slotCorrelation * this.#estimateIm;
        this.#estimateRe = predictedRe + weight * (re - predictedRe);
        this.#estimateIm = predictedIm + weight * (im - predictedIm);
        const a2 = slotCorrelation * slotCorrelation;
        this.#priorError = a2 * (1 - weight) * this.#priorError + 1 - a2;
        break;
      }
    }
    return meanSnr * (this.#estimateRe * this.#estimateRe + this.#estimateIm * this.#estimateIm);
  }
}
