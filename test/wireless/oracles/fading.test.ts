import { describe, expect, test } from 'vitest';
import { equiprobableEdges, exactChain, largestValidDopplerHz, wangMoayeri } from '../../../wireless/channel/fsmc.ts';
import { delayError, kalmanError, lmmseError, scaledDelayError } from '../../../wireless/csi/estimation-error.ts';
import { besselJ0 } from '../../../wireless/math/bessel.ts';
import { fromDb } from '../../../wireless/math/decibel.ts';
import { averageFadeDurationS, levelCrossingRate, powerCorrelation } from '../../../wireless/math/nakagami.ts';
import { instantaneousThresholds } from '../../../wireless/phy/amc.ts';
import { oracleFilesMissing, oracleRows } from '../oracle-files.ts';
import { close, digits, TM2, SNR_15_DB, SLOT_S } from '../closed-form.ts';

describe('fading', () => {
  test('level crossings, fades and correlation', () => {
    digits(levelCrossingRate(0.1, 1, 1, 10), '7.172334');
    digits(averageFadeDurationS(0.1, 1, 1, 10) * 1e3, '13.26801');
    digits(levelCrossingRate(0.01, 1, 1, 10), '2.481687');
    digits(besselJ0(0.2 * Math.PI), '0.9037126');
    digits(powerCorrelation(10, 0.01), '0.8166965');
  });

  test.skipIf(oracleFilesMissing)('the table of level crossings', () => {
    for (const row of oracleRows('lcr_afd.csv')) {
      const snr = fromDb(row['threshold_dB_rel_mean_SNR'] as number);
      const [m, doppler] = [row['m'] as number, row['fd_Hz'] as number];
      close(levelCrossingRate(snr, 1, m, doppler), row['LCR_per_s'] as number);
      close(averageFadeDurationS(snr, 1, m, doppler), row['AFD_s'] as number);
    }
  });

  test('the chain of Wang and Moayeri is a chain while no state is thinner than a slot, and tells the Doppler up to which it is', () => {
    const edges = instantaneousThresholds(TM2, 0.01);
    const staying = (fdT: number): number =>
      wangMoayeri(edges, { meanSnr: SNR_15_DB, m: 1, dopplerHz: fdT / SLOT_S }, SLOT_S).transitions[8]!;
    digits(staying(0.01), '0.70882');
    digits(staying(0.02), '0.41765');
    digits(staying(0.05), '-0.45588');
    const largest = largestValidDopplerHz(edges, { meanSnr: SNR_15_DB, m: 1 }, SLOT_S);
    const leastStay = (hz: number): number => wangMoayeri(edges, { meanSnr: SNR_15_DB, m: 1, dopplerHz: hz }, SLOT_S).leastStay;
    expect(leastStay(largest * 0.999)).toBeGreaterThan(0);
    expect(leastStay(largest * 1.001)).toBeLessThan(0);
  });

  test('the exact chain differs from it, keeps its stationary law, and has rows that sum to 1', () => {
    const edges = instantaneousThresholds(TM2, 0.01);
    const fading = { meanSnr: SNR_15_DB, m: 1, dopplerHz: 10 };
    digits(wangMoayeri(edges, fading, SLOT_S).transitions[1]!, '0.24430');
    const chain = exactChain(edges, fading, SLOT_S);
    digits(chain.transitions[1]!, '0.21350');
    const states = chain.law.length;
    for (let j = 0; j < states; j++) {
      let into = 0;
      let row = 0;
      for (let i = 0; i < states; i++) {
        into += chain.law[i]! * chain.transitions[i * states + j]!;
        row += chain.transitions[j * states + i]!;
      }
      expect(into).toBeCloseTo(chain.law[j]!, 12);
      expect(row).toBeCloseTo(1, 14);
    }
  });

  test('states of equal probability are equally probable', () => {
    const { law } = wangMoayeri(equiprobableEdges(8, 10), { meanSnr: 10, m: 1, dopplerHz: 5 }, SLOT_S);
    law.forEach((probability) => close(probability, 1 / 8));
  });

  test('estimates of the channel', () => {
    const { prior, posterior, gain } = kalmanError(100, 5, SLOT_S);
    // Steady state: prior = a^2 posterior + 1 - a^2.
    const a2 = besselJ0(2 * Math.PI * 5 * SLOT_S) ** 2;
    close(a2 * posterior + 1 - a2, prior);
    close((1 - gain) * prior, posterior);
    expect(posterior).toBeLessThan(lmmseError(100));
    expect(scaledDelayError(10, 0.01)).toBeLessThan(delayError(10, 0.01));
  });
});
