import { DELIVERED, type Outcome } from '../link/pdu-queue.ts';
import type { RandomStream } from '../random-stream.ts';
import type { App, PacketEntry, Quality } from './app.ts';
import { groupFrames, type GroupFrame } from './frames.ts';
import { DEFAULT_RATE_DISTORTION, distortion, meanSquareErrorOf, psnrDb } from './rate-distortion.ts';
import { Stalls } from './stalls.ts';
import { videoMos } from './video-mos.ts';

/** What viewers of a video got. */
export interface VideoQuality extends Quality {
  readonly psnrDb: number;
  /** Frames that could be decoded in time, and all that were sent. */
  readonly decodedFrames: number;
  readonly frames: number;
}

/** A frame that is not there is replaced by its neighbour: this is how near that is. */
export const CONCEALED_PSNR_DB = 22;
/** Share of an error that a following frame does not inherit. */
const LEAKAGE = 0.1;
/** Mean sizes of I, P and B frames in proportion. */
const SIZES = { I: 5, P: 3, B: 1 } as const;
const CLASS = { I: 0, P: 1, B: 2 } as const;
/** Groups whose packets may still be under way; a packet stays in a queue for less. */
const OPEN_GROUPS = 64;

/** Video in groups of pictures: each frame is one burst of packets at its time, and is there when all of them are. */
export class VideoSource implements App {
  readonly #frames: readonly GroupFrame[];
  readonly #framePs: number;
  readonly #packetBits: number;
  readonly #delayBoundPs: number;
  /** How long a frame is waited for: the delay bound; without one, as long as groups are kept. */
  readonly #waitPs: number;
  readonly #unitBits: number;
  readonly #variation: Readonly<Record<'I' | 'P' | 'B', number>>;
  readonly #rateMse: number;
  readonly #stream: RandomStream;
  #frame = 0;
  /** First frame that has not had its time, and first one that counts. */
  #nextShown = 0;
  #firstCounted = 0;
  /** Of each open frame (group mod OPEN_GROUPS, frame): packets that were sent and have not arrived. */
  readonly #missing: Int32Array;
  #damage = 0;
  #psnrSum = 0;
  #mosSum = 0;
  #decoded = 0;
  #shown = 0;
  #stalls = new Stalls();

  constructor(
    video: {
      readonly gop: string;
      readonly fps: number;
      readonly rateBps: number;
      readonly packetBits: number;
      readonly delayBoundPs: number;
      readonly sizeVariation: readonly [number, number, number];
    },
    stream: RandomStream,
  ) {
    this.#frames = groupFrames(video.gop);
    this.#framePs = 1e12 / video.fps;
    this.#packetBits = video.packetBits;
    this.#delayBoundPs = video.delayBoundPs;
    this.#waitPs = Math.min(video.delayBoundPs, (OPEN_GROUPS - 2) * this.#frames.length * this.#framePs);
    const units = this.#frames.reduce((sum, { kind }) => sum + SIZES[kind], 0);
    this.#unitBits = (video.rateBps * this.#frames.length) / video.fps / units;
    const [i, p, b] = video.sizeVariation;
    this.#variation = { I: i, P: p, B: b };
    this.#rateMse = distortion(DEFAULT_RATE_DISTORTION, video.rateBps / 1e3);
    this.#stream = stream;
    this.#missing = new Int32Array(OPEN_GROUPS * this.#frames.length);
  }

  emit(untilPs: number, entry: PacketEntry): void {
    while (this.#nextShown < this.#frame && this.#nextShown * this.#framePs + this.#waitPs <= untilPs) this.#show(this.#nextShown++);
    for (; this.#frame * this.#framePs <= untilPs; this.#frame++) {
      const atPs = this.#frame * this.#framePs;
      const slot = this.#frame % this.#missing.length;
      const { kind } = this.#frames[this.#frame % this.#frames.length]!;
      const packets = Math.max(1, Math.ceil(this.#frameBits(kind) / this.#packetBits));
      this.#missing[slot] = packets;
      for (let i = 0; i < packets; i++) entry.arrive(slot, this.#packetBits, atPs, atPs + this.#delayBoundPs, CLASS[kind]);
    }
  }

  /** Frames count that are sent from now on. */
  startCounting(): void {
    this.#firstCounted = this.#frame;
    this.#psnrSum = 0;
    this.#mosSum = 0;
    this.#decoded = 0;
    this.#shown = 0;
    this.#stalls = new Stalls();
  }

  onPacket(tag: number, outcome: Outcome, delayPs: number): void {
    if (outcome === DELIVERED && delayPs <= this.#waitPs) this.#missing[tag]!--;
  }

  /** What was seen of the frames that have had their time. */
  quality(): VideoQuality {
    const frames = this.#shown;
    const means = { psnrDb: this.#psnrSum / frames, mos: this.#mosSum / frames };
    return { ...means, stalls: this.#stalls, decodedFrames: this.#decoded, frames };
  }

  /** Log-normal around the mean, with the coefficient of variation of its kind. */
  #frameBits(kind: 'I' | 'P' | 'B'): number {
    const variance = Math.log(1 + this.#variation[kind] ** 2);
    return SIZES[kind] * this.#unitBits * Math.exp(Math.sqrt(variance) * this.#stream.normal() - variance / 2);
  }

  #show(frame: number): void {
    const slot = frame % this.#missing.length;
    const number = slot % this.#frames.length;
    const group = slot - number;
    const isThere = (other: number): boolean =>
      this.#missing[group + other] === 0 && this.#frames[other]!.needs.every((needed) => isThere(needed));
    const arrived = this.#missing[slot] === 0;
    const { kind } = this.#frames[number]!;
    // An error fades as frames inherit less and less of it, until an I frame ends it.
    if (!arrived) this.#damage = 1;
    else if (kind === 'I') this.#damage = 0;
    else this.#damage *= 1 - LEAKAGE;
    if (frame < this.#firstCounted) return;
    const isDecoded = isThere(number);
    if (isDecoded) this.#decoded++;
    this.#stalls.play(isDecoded);
    const concealed = meanSquareErrorOf(CONCEALED_PSNR_DB);
    const quality = psnrDb(Math.min(this.#rateMse + concealed * this.#damage, concealed));
    this.#psnrSum += quality;
    this.#mosSum += videoMos(quality);
    this.#shown++;
  }
}
