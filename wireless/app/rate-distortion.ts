import type { VideoSpec } from '../scenario.ts';

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

/** What keeps a video from having a quality, and what to do; null: nothing does. */
export interface RateProblem {
  readonly key: 'rate' | 'layers';
  readonly message: string;
  readonly hint: string;
}

/** Below R0 the distortion has no value: a video needs more than that in what can be decoded alone, its parity taken off. */
export function rateProblem(app: VideoSpec, baseShare: number): RateProblem | null {
  const { r0Kbps } = DEFAULT_RATE_DISTORTION;
  const sourceKbps = (app.layersBps[0]! * baseShare) / 1e3;
  if (sourceKbps > r0Kbps) return null;
  const what = app.kind === 'video' ? 'a video' : baseShare === 1 ? 'a base layer' : 'a base layer, its parity taken off,';
  return {
    key: app.kind === 'video' ? 'rate' : 'layers',
    message: `${what} of ${sourceKbps} kb/s has no quality: the rate-distortion model begins at ${r0Kbps} kb/s`,
    hint: `write more than ${Math.ceil((10 * r0Kbps) / baseShare) / 10}kbps`,
  };
}
