import type { Protection } from '../app/layered-video.ts';
import { type AirPrediction, type Knobs, predict, predictAir, type Prediction, type Situation } from './prediction.ts';

const PER_TARGETS = [1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3] as const;
const MOST_RETRANSMISSIONS = 4;
const PROTECTIONS: readonly Protection[] = ['none', 'eep', 'uep', 'uep-strong'];
const POWERS = [1, 0.5, 0.25] as const;
/** Qualities nearer than this are the same. */
const SAME_DB = 1e-6;

export interface Decision {
  readonly knobs: Knobs;
  readonly prediction: Prediction;
}

/**
 * The best of all settings: the highest expected PSNR less `energyWeight` dB for each microjoule a bit, among those whose rate fits; equals
 * go to the lower energy. Nothing fits: the base layer with the strongest protection, at full power.
 *
 * @param attemptsByDeadline attempts that the delay bound leaves time for
 */
export function optimise(situation: Situation, attemptsByDeadline: number, energyWeight: number): Decision {
  let best: Decision | null = null;
  let bestValue = -Infinity;
  for (const power of POWERS) {
    for (const perTarget of PER_TARGETS) {
      const air = predictAir(situation, perTarget, power);
      for (const decision of settings(situation, air, perTarget, power, attemptsByDeadline)) {
        if (!decision.prediction.isFeasible) continue;
        const value = decision.prediction.psnrDb - energyWeight * decision.prediction.energyPerBitJ * 1e6;
        const isSame = Math.abs(value - bestValue) <= SAME_DB;
        if (isSame ? decision.prediction.energyPerBitJ < best!.prediction.energyPerBitJ : value > bestValue) {
          best = decision;
          bestValue = value;
        }
      }
    }
  }
  return best ?? fallback(situation);
}

function* settings(
  situation: Situation,
  air: AirPrediction,
  perTarget: number,
  power: number,
  attemptsByDeadline: number,
): Generator<Decision> {
  for (let retransmissions = 0; retransmissions <= Math.min(MOST_RETRANSMISSIONS, attemptsByDeadline - 1); retransmissions++) {
    for (let layers = 1; layers <= situation.layersBps.length; layers++) {
      for (const protection of PROTECTIONS) {
        const knobs = { perTarget, retransmissions, layers, protection, power };
        yield { knobs, prediction: predict(situation, air, knobs) };
      }
    }
  }
}

function fallback(situation: Situation): Decision {
  const knobs: Knobs = { perTarget: 1e-2, retransmissions: 2, layers: 1, protection: 'uep-strong', power: 1 };
  return { knobs, prediction: predict(situation, predictAir(situation, knobs.perTarget, 1), knobs) };
}
