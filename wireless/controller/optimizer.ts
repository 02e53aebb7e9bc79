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
 * @param airs predictions of the air made before, by what they depend on: they take most of the time
 */
export function optimise(
  situation: Situation,
  attemptsByDeadline: number,
  energyWeight: number,
  airs = new Map<string, AirPrediction>(),
): Decision {
  let best: Decision | null = null;
  let bestValue = -Infinity;
  for (const power of POWERS) {
    for (const perTarget of PER_TARGETS) {
      const air = airFor(situation, perTarget, power, airs);
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

function airFor(situation: Situation, perTarget: number, power: number, airs: Map<string, AirPrediction>): AirPrediction {
  const { meanSnr, m, correlation, knowsErrorRate } = situation;
  const question = [perTarget, power, meanSnr, m, correlation, knowsErrorRate].join('|');
  const air = airs.get(question) ?? predictAir(situation, perTarget, power);
  airs.set(question, air);
  return { ...air, late: new Map() };
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
