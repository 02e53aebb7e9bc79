import { fromDb, toDb } from '../math/decibel.ts';
import type { RandomStream } from '../random-stream.ts';
import type { CsiSpec } from '../../sim/base/radio-spec.ts';
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
  readonly #modes: number;
  readonly #meanSnr: number;
  readonly #slotCorrelation: number;
  readonly #gain: ComplexGain | null;
  readonly #stream: RandomStream;
  /** Step of the quantiser in dB; 0: there is none. */
  readonly #stepDb: number;
  /** Variance of a measurement's noise, and standard deviation of each of its two parts. */
  readonly #noise: number;
  readonly #noiseScale: number;
  readonly #estimationError: number;
  /** Draws for the noise of a measurement. */
  readonly #normals = new Float64Array(2);
  /** Measurements of the latest slots, a ring, and the place of the next one. */
  readonly #past: Float64Array;
  #at = 0;
  #slotsToReport = 0;
  /** Until the first report is there, the mean. */
  #held = 0;
  /** What replaces the mode of this report: a number among the others; -1: nothing does. */
  #replacement = -1;
  /** Margin of the outer loop, dB: subtracted from what is reported; and the factor that it is. */
  #marginDb = 0;
  #marginFactor = 1;
  #estimateRe = 0;
  #estimateIm = 0;
  #priorError = 1;

  constructor(options: ReporterOptions) {
    const { spec, meanSnr, kalman } = options;
    this.#spec = spec;
    this.#modes = options.modes;
    this.#meanSnr = meanSnr;
    this.#slotCorrelation = options.slotCorrelation;
    this.#gain = options.gain;
    this.#stream = options.stream;
    this.#stepDb = spec.quantiser === 'mode' ? 0 : spec.quantiser.stepDb;
    this.#noise = 1 / (spec.pilots * meanSnr);
    this.#noiseScale = Math.sqrt(this.#noise / 2);
    this.#estimationError = estimationError(spec, meanSnr, kalman.dopplerHz, kalman.slotS);
    this.#past = new Float64Array(spec.delaySlots + 1);
    this.#slotsToReport = spec.delaySlots;
    this.#held = meanSnr;
  }

  get marginDb(): number {
    return this.#marginDb;
  }

  /** The SNR that the sender believes in this slot, whose true one is `snr`. */
  report(snr: number): number {
    if (this.#gain === null) this.#past[this.#at] = snr;
    else this.#measure(this.#gain);
    this.#at = this.#at + 1 === this.#past.length ? 0 : this.#at + 1;
    if (this.#slotsToReport === 0) {
      this.#slotsToReport = this.#spec.periodSlots;
      this.#receive();
    }
    this.#slotsToReport--;
    return this.#held * this.#marginFactor;
  }

  /** The report of the oldest measurement kept arrives: it is `delaySlots` old. */
  #receive(): void {
    const measured = this.#past[this.#at]!;
    this.#held = this.#stepDb === 0 ? measured : fromDb(this.#stepDb * Math.round(toDb(measured) / this.#stepDb));
    const { feedbackError } = this.#spec;
    this.#replacement = feedbackError > 0 && this.#stream.uniform() < feedbackError ? this.#stream.below(this.#modes) : -1;
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
    this.#marginFactor = fromDb(-this.#marginDb);
  }

  /** One slot's measurement: the pilots of a slot are one sample of the gain with their joint SNR. */
  #measure(gain: ComplexGain): void {
    const noise = this.#noise;
    const normals = this.#normals;
    this.#stream.normals(normals);
    const re = gain.re + this.#noiseScale * normals[0]!;
    const im = gain.im + this.#noiseScale * normals[1]!;
    switch (this.#spec.estimator) {
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
        const predictedRe = this.#slotCorrelation * this.#estimateRe;
        const predictedIm = this.#slotCorrelation * this.#estimateIm;
        this.#estimateRe = predictedRe + weight * (re - predictedRe);
        this.#estimateIm = predictedIm + weight * (im - predictedIm);
        const a2 = this.#slotCorrelation * this.#slotCorrelation;
        this.#priorError = a2 * (1 - weight) * this.#priorError + 1 - a2;
        break;
      }
    }
    this.#past[this.#at] = this.#meanSnr * (this.#estimateRe * this.#estimateRe + this.#estimateIm * this.#estimateIm);
  }
}
