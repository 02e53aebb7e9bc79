import { fromDb } from '../math/decibel.ts';
import type { RandomStream } from '../random-stream.ts';
import type { Fading } from './fading.ts';

/** Log-normal shadowing along the way of a terminal, on top of fading: first-order autoregression in dB (Gudmundson 1991). */
export class Shadowed implements Fading {
  readonly #fading: Fading;
  readonly #sigmaDb: number;
  readonly #keep: number;
  readonly #stream: RandomStream;
  #db: number;

  /** @param stepM way of the terminal in a slot */
  constructor(fading: Fading, sigmaDb: number, correlationM: number, stepM: number, stream: RandomStream) {
    this.#fading = fading;
    this.#sigmaDb = sigmaDb;
    this.#keep = Math.exp(-stepM / correlationM);
    this.#stream = stream;
    this.#db = sigmaDb * stream.normal();
  }

  next(): number {
    const gain = this.#fading.next() * fromDb(this.#db);
    this.#db = this.#keep * this.#db + this.#sigmaDb * Math.sqrt(1 - this.#keep * this.#keep) * this.#stream.normal();
    return gain;
  }
}
