/** Quality of coded video: distortion theta / (R - R0) + D0 at rate R (Stuhlmueller, Faerber, Link and Girod, IEEE JSAC 18(6), 2000). */
export interface RateDistortion {
  readonly theta: number;
  /** kb/s. */
  readonly r0Kbps: number;
  readonly d0: number;
}

export const DEFAULT_RATE_DISTORTION: RateDistortion = { theta: 2537, r0Kbps: 18.3, d0: 0.38 };

/** Mean square error at `rateKbps`, which must be above R0. */
export const distortion = ({ theta, r0Kbps, d0 }: RateDistortion, rateKbps: number): number => theta / (rateKbps - r0Kbps) + d0;

export const psnrDb = (meanSquareError: number): number => 10 * Math.log10((255 * 255) / meanSquareError);
export const meanSquareErrorOf = (db: number): number => (255 * 255) / 10 ** (db / 10);
