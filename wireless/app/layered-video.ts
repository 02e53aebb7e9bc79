import { DELIVERED, type Outcome } from '../link/pdu-queue.ts';
import type { App, PacketEntry, Quality } from './app.ts';
import { DEFAULT_RATE_DISTORTION, distortion, psnrDb } from './rate-distortion.ts';
import { Stalls } from './stalls.ts';
import { CONCEALED_PSNR_DB } from './video.ts';
import { videoMos } from './video-mos.ts';

/** Packets of a block: one layer of one group of pictures, source packets and parity. */
export const BLOCK_PACKETS = 32;
/** Parity packets of each layer, base first. */
export const PARITIES = { none: [0, 0, 0], eep: [8, 8, 8], uep: [14, 7, 3], 'uep-strong': [18, 5, 1] } as const;
export type Protection = keyof typeof PARITIES;

/** Parity packets of a layer; layers above the third have that of the third. */
export const parityOf = (protection: Protection, layer: number): number => PARITIES[protection][Math.min(2, layer)]!;

/** The share of the base layer's rate that is left when what a run may protect it with most is taken off. */
export const leastBaseShare = (protection: Protection, mayDecide: boolean): number =>
  1 - parityOf(mayDecide ? 'uep-strong' : protection, 0) / BLOCK_PACKETS;

/** Groups that may be open at once. */
const OPEN_GROUPS = 64;

/** PSNR when the first `layers` layers are decoded, each at the share of its rate that is no parity. */
export function prefixPsnrDb(layersBps: readonly number[], protection: Protection, layers: number): number {
  if (layers === 0) return CONCEALED_PSNR_DB;
  let rateBps = 0;
  for (let l = 0; l < layers; l++) rateBps += (layersBps[l]! * (BLOCK_PACKETS - parityOf(protection, l))) / BLOCK_PACKETS;
  return psnrDb(distortion(DEFAULT_RATE_DISTORTION, rateBps / 1e3));
}

/**
 * Scalable video: in every group of pictures each layer is a block of 32 packets, parity among them, spread evenly over the group's time; a
 * layer is decoded when no more of its packets are missing at their deadline than it has parity, and only with all layers below it.
 */
export class LayeredVideo implements App {
  readonly layersBps: readonly number[];
  readonly #groupPs: number;
  readonly #delayBoundPs: number;
  /** How long a packet is waited for: the delay bound; without one, as long as groups are kept. */
  readonly #waitPs: number;
  /** Settings of the next group; a controller may change them. */
  layers: number;
  protection: Protection;
  #packet = 0;
  /** First group that has not had its time, and first one that counts. */
  #scored = 0;
  #firstCounted = 0;
  /** Of each open group: its layers, its protection, packets in time by layer. */
  readonly #layersOf = new Uint8Array(OPEN_GROUPS);
  readonly #protectionOf = new Array<Protection>(OPEN_GROUPS).fill('none');
  readonly #inTime: Int32Array;
  #psnrSum = 0;
  #mosSum = 0;
  #groups = 0;
  #decodedLayers = 0;
  #stalls = new Stalls();

  constructor(video: {
    readonly layersBps: readonly number[];
    readonly groupPs: number;
    readonly delayBoundPs: number;
    readonly protection: Protection;
  }) {
    this.layersBps = video.layersBps;
    this.#groupPs = video.groupPs;
    this.#delayBoundPs = video.delayBoundPs;
    this.#waitPs = Math.min(video.delayBoundPs, (OPEN_GROUPS - 2) * video.groupPs);
    this.layers = video.layersBps.length;
    this.protection = video.protection;
    this.#inTime = new Int32Array(OPEN_GROUPS * video.layersBps.length);
  }

  /** Layers, at least one, that `rateBps` carries. */
  layersWithin(rateBps: number): number {
    let layers = 0;
    for (let sum = 0; layers < this.layersBps.length; layers++) {
      sum += this.layersBps[layers]!;
      if (sum > rateBps) break;
    }
    return Math.max(1, layers);
  }

  emit(untilPs: number, entry: PacketEntry): void {
    while ((this.#scored + 1) * this.#groupPs + this.#waitPs <= untilPs) this.#score(this.#scored++);
    for (;;) {
      const atPs = (this.#packet * this.#groupPs) / BLOCK_PACKETS;
      if (atPs > untilPs) return;
      const group = Math.floor(this.#packet / BLOCK_PACKETS);
      const slot = group % OPEN_GROUPS;
      if (this.#packet % BLOCK_PACKETS === 0) {
        this.#layersOf[slot] = this.layers;
        this.#protectionOf[slot] = this.protection;
        for (let l = 0; l < this.layersBps.length; l++) this.#inTime[slot * this.layersBps.length + l] = 0;
      }
      for (let l = 0; l < this.#layersOf[slot]!; l++) {
        const bits = Math.ceil(((this.layersBps[l]! / BLOCK_PACKETS) * this.#groupPs) / 1e12);
        entry.arrive(slot * this.layersBps.length + l, bits, atPs, atPs + this.#delayBoundPs, Math.min(2, l));
      }
      this.#packet++;
    }
  }

  /** Groups count that begin from now on. */
  startCounting(): void {
    this.#firstCounted = Math.ceil(this.#packet / BLOCK_PACKETS);
    this.#psnrSum = 0;
    this.#mosSum = 0;
    this.#groups = 0;
    this.#decodedLayers = 0;
    this.#stalls = new Stalls();
  }

  onPacket(tag: number, outcome: Outcome, delayPs: number): void {
    if (outcome === DELIVERED && delayPs <= this.#waitPs) this.#inTime[tag]!++;
  }

  /** Mean quality of the groups that have had their time, and the layers decoded of each. */
  quality(): Quality & { readonly psnrDb: number; readonly layers: number; readonly groups: number } {
    const groups = this.#groups;
    const means = { psnrDb: this.#psnrSum / groups, mos: this.#mosSum / groups, layers: this.#decodedLayers / groups };
    return { ...means, stalls: this.#stalls, groups };
  }

  #score(group: number): void {
    if (group < this.#firstCounted) return;
    const slot = group % OPEN_GROUPS;
    const protection = this.#protectionOf[slot]!;
    let layers = 0;
    while (
      layers < this.#layersOf[slot]! &&
      this.#inTime[slot * this.layersBps.length + layers]! >= BLOCK_PACKETS - parityOf(protection, layers)
    ) {
      layers++;
    }
    const quality = prefixPsnrDb(this.layersBps, protection, layers);
    this.#psnrSum += quality;
    this.#mosSum += videoMos(quality);
    this.#stalls.play(layers > 0);
    this.#decodedLayers += layers;
    this.#groups++;
  }
}
