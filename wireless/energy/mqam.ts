import { fromDb } from '../math/decibel.ts';

/**
 * Energy of uncoded MQAM over a distance, transmission and circuits together (Cui, Goldsmith and Bahai, "Energy-constrained modulation
 * optimization", IEEE Trans. Wireless Commun. 4(5), 2005).
 */
export interface MqamLink {
  /** Drain efficiency of the power amplifier. */
  readonly efficiency: number;
  readonly bandwidthHz: number;
  readonly circuitW: number;
  /** Gain factor at 1 m and link margin, dB. */
  readonly gainDb: number;
  readonly marginDb: number;
  readonly pathLossExponent: number;
  readonly noiseFigureDb: number;
  readonly noiseDbmPerHz: number;
  readonly bitErrorRate: number;
}

export const DEFAULT_MQAM_LINK: MqamLink = {
  efficiency: 0.35,
  bandwidthHz: 10e3,
  circuitW: 0.2108,
  gainDb: 30,
  marginDb: 40,
  pathLossExponent: 3.5,
  noiseFigureDb: 10,
  noiseDbmPerHz: -174,
  bitErrorRate: 1e-3,
};

/** Joules a bit with `bits` a symbol over `distanceM`. */
export function energyPerBitJ(link: MqamLink, bits: number, distanceM: number): number {
  const points = 2 ** bits;
  const peakToMean = (3 * (Math.sqrt(points) - 1)) / (Math.sqrt(points) + 1);
  const amplifier = peakToMean / link.efficiency;
  const noise = fromDb(link.noiseFigureDb) * fromDb(link.noiseDbmPerHz - 30);
  const loss = fromDb(link.gainDb + link.marginDb) * distanceM ** link.pathLossExponent;
  const perBit = (4 / 3) * noise * ((points - 1) / bits) * Math.log((4 * (1 - 2 ** (-bits / 2))) / (bits * link.bitErrorRate)) * loss;
  return amplifier * perBit + link.circuitW / (link.bandwidthHz * bits);
}

/** The whole number of bits a symbol, 2 to 16, with the least energy. One bit is outside of what the formula describes. */
export function bestBits(link: MqamLink, distanceM: number): number {
  let best = 2;
  for (let bits = 3; bits <= 16; bits++) if (energyPerBitJ(link, bits, distanceM) < energyPerBitJ(link, best, distanceM)) best = bits;
  return best;
}
