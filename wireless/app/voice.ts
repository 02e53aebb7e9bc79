import { DELIVERED, type Outcome } from '../link/pdu-queue.ts';
import type { RandomStream } from '../random-stream.ts';
import type { App, PacketEntry, Quality } from './app.ts';
import { Stalls } from './stalls.ts';
import { type Codec, meanOpinionScore, ratingFactor } from './voice-quality.ts';

/** Weight of the past in the adaptive playout of Ramjee, Kurose, Towsley and Schulzrinne (1994). */
const PAST = 0.998002;

/** When a packet that comes after `delayPs` is played, and whether it is there by then. */
class Playout {
  readonly #fixedPs: number | null;
  #meanPs = NaN;
  #deviationPs = 0;
  #delayPs = 0;

  /** @param fixedPs null: adaptive */
  constructor(fixedPs: number | null) {
    this.#fixedPs = fixedPs;
  }

  /** The playout delay of the talkspurt that begins. */
  beginTalkspurt(): void {
    this.#delayPs = this.#fixedPs ?? (Number.isNaN(this.#meanPs) ? 0 : this.#meanPs + 4 * this.#deviationPs);
  }

  get delayPs(): number {
    return this.#delayPs;
  }

  onDelay(delayPs: number): void {
    if (Number.isNaN(this.#meanPs)) {
      this.#meanPs = delayPs;
      // The first talkspurt is played by the first packet that comes.
      if (this.#fixedPs === null && this.#delayPs === 0) this.#delayPs = delayPs;
      return;
    }
    this.#meanPs = PAST * this.#meanPs + (1 - PAST) * delayPs;
    this.#deviationPs = PAST * this.#deviationPs + (1 - PAST) * Math.abs(delayPs - this.#meanPs);
  }
}

/** Voice in talkspurts: a frame at a fixed interval while somebody speaks, played out with a delay; what comes later than that is lost. */
export class VoiceSource implements App {
  readonly #codec: Codec;
  readonly #bits: number;
  readonly #framePs: number;
  readonly #meanOnPs: number;
  readonly #meanOffPs: number;
  readonly #delayBoundPs: number;
  readonly #stream: RandomStream;
  readonly #playout: Playout;
  #nextPs: number;
  #onUntilPs: number;
  #stalls = new Stalls();
  #delaySumPs = 0;

  constructor(
    voice: {
      readonly codec: Codec;
      readonly frameBytes: number;
      readonly framePs: number;
      readonly meanOnPs: number;
      readonly meanOffPs: number;
      readonly delayBoundPs: number;
      readonly playoutPs: number | null;
    },
    stream: RandomStream,
  ) {
    this.#codec = voice.codec;
    this.#bits = 8 * voice.frameBytes;
    this.#framePs = voice.framePs;
    this.#meanOnPs = voice.meanOnPs;
    this.#meanOffPs = voice.meanOffPs;
    this.#delayBoundPs = voice.delayBoundPs;
    this.#stream = stream;
    this.#playout = new Playout(voice.playoutPs);
    this.#nextPs = stream.uniform() * voice.framePs;
    this.#onUntilPs = this.#nextPs + voice.meanOnPs * stream.exponential();
    this.#playout.beginTalkspurt();
  }

  emit(untilPs: number, entry: PacketEntry): void {
    while (this.#nextPs <= untilPs) {
      if (this.#nextPs > this.#onUntilPs) {
        this.#nextPs = this.#onUntilPs + this.#meanOffPs * this.#stream.exponential();
        this.#onUntilPs = this.#nextPs + this.#meanOnPs * this.#stream.exponential();
        this.#playout.beginTalkspurt();
        continue;
      }
      entry.arrive(0, this.#bits, this.#nextPs, this.#nextPs + this.#delayBoundPs, 0);
      this.#nextPs += this.#framePs;
    }
  }

  startCounting(): void {
    this.#stalls = new Stalls();
    this.#delaySumPs = 0;
  }

  onPacket(_tag: number, outcome: Outcome, delayPs: number): void {
    if (outcome !== DELIVERED) return this.#stalls.play(false);
    this.#playout.onDelay(delayPs);
    const isInTime = delayPs <= this.#playout.delayPs;
    this.#stalls.play(isInTime);
    if (isInTime) this.#delaySumPs += this.#playout.delayPs;
  }

  /** Mean opinion score by the E-model, of mean playout delay and all losses. */
  quality(): Quality & { readonly loss: number; readonly playoutMs: number } {
    const { units, missing } = this.#stalls;
    const loss = missing / units;
    const playoutMs = missing === units ? 0 : this.#delaySumPs / (units - missing) / 1e9;
    return { mos: meanOpinionScore(ratingFactor(this.#codec, playoutMs, loss)), stalls: this.#stalls, loss, playoutMs };
  }
}
