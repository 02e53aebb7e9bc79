import type { ModeTable } from '../../sim/base/radio-spec.ts';
import { fromDb } from '../math/decibel.ts';

/**
 * Modes of adaptive modulation and coding: packet error rate of a packet of 1080 bits as PER(snr) = 1 below the mode's threshold and
 * a e^(-g snr) above (Liu, Zhou and Giannakis, "Cross-layer combining of adaptive modulation and coding with truncated ARQ over wireless
 * links", IEEE Trans. Wireless Commun. 3(5), 2004, Tables I and II; values as carried by public implementations).
 */
export interface PhyMode {
  readonly name: string;
  readonly bitsPerSymbol: number;
  readonly a: number;
  readonly g: number;
  /** Below this SNR (linear) every packet is lost. */
  readonly thresholdSnr: number;
}

/** Bits of the packets that the tables were fitted for. */
export const TABLE_PACKET_BITS = 1080;

const mode = (name: string, bitsPerSymbol: number, a: number, g: number, thresholdDb: number): PhyMode => ({
  name,
  bitsPerSymbol,
  a,
  g,
  thresholdSnr: fromDb(thresholdDb),
});

const TM1: readonly PhyMode[] = [
  mode('BPSK', 1, 67.7328, 0.9819, 6.3281),
  mode('QPSK', 2, 73.8279, 0.4945, 9.3945),
  mode('8-QAM', 3, 58.7332, 0.1641, 13.947),
  mode('16-QAM', 4, 55.9137, 0.0989, 16.0938),
  mode('32-QAM', 5, 50.0552, 0.0381, 20.1103),
  mode('64-QAM', 6, 42.5594, 0.0235, 22.034),
  mode('128-QAM', 7, 40.2559, 0.0094, 25.9677),
];

const TM2: readonly PhyMode[] = [
  mode('BPSK 1/2', 0.5, 274.7229, 7.9932, -1.5331),
  mode('QPSK 1/2', 1, 90.2514, 3.4998, 1.0942),
  mode('QPSK 3/4', 1.5, 67.6181, 1.6883, 3.9722),
  mode('16-QAM 9/16', 2.25, 50.1222, 0.6644, 7.7021),
  mode('16-QAM 3/4', 3, 53.3987, 0.3756, 10.2488),
  mode('64-QAM 3/4', 4.5, 35.3508, 0.09, 15.9784),
];

/** TM1: uncoded; TM2: convolutionally coded; TM2Q: TM2 without 16-QAM 9/16, so that 2 bits a symbol and slot are whole packets. */
export const MODE_TABLES: Readonly<Record<ModeTable, readonly PhyMode[]>> = { TM1, TM2, TM2Q: TM2.filter((_, n) => n !== 3) };

/** The first mode in which a slot would carry parts of PDUs, with so many of them at one bit a symbol; undefined: there is none. */
export const brokenMode = (table: ModeTable, packetsPerSlot: number): PhyMode | undefined =>
  MODE_TABLES[table].find(({ bitsPerSymbol }) => !Number.isInteger(bitsPerSymbol * packetsPerSlot));

/** The SNR at which a e^(-g snr) is 1: below, the fit is no probability. */
export const cappedBelow = ({ a, g }: PhyMode): number => Math.log(a) / g;

/** Packet error rate at `snr`, for packets of `bits`. */
export function packetErrorRate(phy: PhyMode, snr: number, bits = TABLE_PACKET_BITS): number {
  if (snr < phy.thresholdSnr) return 1;
  const per = Math.min(1, phy.a * Math.exp(-phy.g * snr));
  return bits === TABLE_PACKET_BITS ? per : 1 - (1 - per) ** (bits / TABLE_PACKET_BITS);
}
