import { describe, expect, test } from 'vitest';
import { optimise } from '../../../wireless/controller/optimizer.ts';
import { type Knobs, predict, predictAir, type Situation } from '../../../wireless/controller/prediction.ts';
import { fromDb } from '../../../wireless/math/decibel.ts';
import { targetPer } from '../../../wireless/phy/amc.ts';
import { SNR_15_DB, TM2 } from '../closed-form.ts';

const SITUATION: Situation = {
  modes: TM2,
  meanSnr: SNR_15_DB,
  m: 1,
  correlation: 1,
  knowsErrorRate: true,
  share: 1,
  symbolRate: 1.08e6,
  slotS: 2e-3,
  coherenceS: 2e-3,
  packetBits: 1080,
  delayBoundS: 0.1,
  layersBps: [128e3, 256e3, 512e3],
  groupS: 0.4,
  amplifierW: 0.1 / 0.35,
  circuitsW: 0.2108,
  idleW: 0.03,
};

/** Every setting of the grid, and what it promises. */
function* grid(situation: Situation, attempts: number): Generator<{ knobs: Knobs; value: ReturnType<typeof predict> }> {
  for (const power of [1, 0.5, 0.25]) {
    for (const perTarget of [1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3]) {
      for (let retransmissions = 0; retransmissions <= Math.min(4, attempts - 1); retransmissions++) {
        for (const layers of [1, 2, 3]) {
          for (const protection of ['none', 'eep', 'uep', 'uep-strong'] as const) {
            const knobs = { power, perTarget, retransmissions, layers, protection };
            yield { knobs, value: predict(situation, predictAir(situation, perTarget, power), knobs) };
          }
        }
      }
    }
  }
}

describe('the optimiser', () => {
  test.each([
    [5, Infinity, 0],
    [12, Infinity, 0],
    [20, 2, 0],
    [12, Infinity, 3],
    [20, Infinity, 10],
  ])('at %d dB with %d attempts and weight %d of energy finds the best of all settings', (db, attempts, weight) => {
    const situation = { ...SITUATION, meanSnr: fromDb(db) };
    const value = ({ psnrDb, energyPerBitJ }: { psnrDb: number; energyPerBitJ: number }) => psnrDb - weight * energyPerBitJ * 1e6;
    const all = [...grid(situation, attempts)].filter((setting) => setting.value.isFeasible);
    const best = Math.max(...all.map((setting) => value(setting.value)));
    const chosen = optimise(situation, attempts, weight);
    expect(value(chosen.prediction)).toBeGreaterThan(best - 1e-5);
    expect(chosen.prediction.isFeasible).toBe(true);
    expect(chosen.knobs.retransmissions).toBeLessThan(attempts);
  });

  test('takes less power the more energy weighs, and more retransmissions never break the bound', () => {
    const powers = [0, 5, 50].map((weight) => optimise({ ...SITUATION, meanSnr: fromDb(25) }, Infinity, weight).knobs.power);
    expect(powers).toEqual(powers.toSorted((a, b) => b - a));
    expect(powers[2]).toBe(0.25);
    expect(optimise(SITUATION, 1, 0).knobs.retransmissions).toBe(0);
  });

  test('keeps the base layer with the strongest protection where nothing fits', () => {
    const { knobs, prediction } = optimise({ ...SITUATION, meanSnr: fromDb(-10) }, Infinity, 0);
    expect(prediction.isFeasible).toBe(false);
    expect(knobs).toMatchObject({ layers: 1, protection: 'uep-strong', power: 1 });
  });
});

describe('a prediction', () => {
  const air = (changes: Partial<Situation>, perTarget = targetPer(0.01, 1)) => predictAir({ ...SITUATION, ...changes }, perTarget, 1);

  test('has the mean error rate of the closed form; with old knowledge a higher one, and without knowledge the target', () => {
    expect(air({}).per).toBeCloseTo(1.531936e-2, 8);
    expect(predictAir({ ...SITUATION, correlation: 0.9 }, 0.01, 1).per).toBeGreaterThan(5 * predictAir(SITUATION, 0.01, 1).per);
    expect(air({ knowsErrorRate: false }).per).toBe(targetPer(0.01, 1));
  });

  test('has the goodput of the closed form, and quality that rises with attempts and protection', () => {
    const knobs: Knobs = { perTarget: 0.1, retransmissions: 0, layers: 3, protection: 'none', power: 1 };
    const at = (changes: Partial<Knobs>, situation = SITUATION) =>
      predict(situation, predictAir(situation, 0.1, 1), { ...knobs, ...changes });
    const { goodputBps } = at({});
    const { per, probabilities, rates } = predictAir(SITUATION, 0.1, 1);
    expect(goodputBps).toBeCloseTo(1.08e6 * (1 - per) * probabilities.reduce((sum, p, n) => sum + p * rates[n]!, 0), 3);
    expect(at({ retransmissions: 2 }).psnrDb).toBeGreaterThan(at({}).psnrDb);
    expect(at({ protection: 'uep' }).psnrDb).toBeGreaterThan(at({}).psnrDb);
    // A slower channel makes longer waits: more is late.
    const slow = { ...SITUATION, coherenceS: 0.05 };
    expect(at({ retransmissions: 2 }, slow).psnrDb).toBeLessThan(at({ retransmissions: 2 }).psnrDb);
  });
});
