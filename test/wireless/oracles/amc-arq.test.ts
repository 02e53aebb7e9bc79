import { describe, expect, test } from 'vitest';
import { toDb } from '../../../wireless/math/decibel.ts';
import { powerCorrelation } from '../../../wireless/math/nakagami.ts';
import { amcArq, amcArqForLoss, fixedMode, outdatedPer, outdatedPerUncapped } from '../../../wireless/oracles/amc-arq.ts';
import { instantaneousThresholds, modeProbabilities, targetPer } from '../../../wireless/phy/amc.ts';
import type { ModeTable } from '../../../sim/base/radio-spec.ts';
import { cappedBelow, MODE_TABLES, packetErrorRate } from '../../../wireless/phy/modes.ts';
import { oracleFilesMissing, oracleRows } from '../oracle-files.ts';
import { close, digits, TM2, SNR_15_DB } from '../closed-form.ts';

describe('adaptive modulation with truncated ARQ', () => {
  test('spectral efficiency and packet error rate', () => {
    const table = [
      [5, ['0.66266', '0.80915', '0.85500']],
      [10, ['1.40652', '1.61008', '1.66222']],
      [15, ['2.31362', '2.54900', '2.61074']],
      [20, ['3.31698', '3.53163', '3.58134']],
      [25, ['4.02928', '4.13319', '4.15549']],
    ] as const;
    for (const [db, shown] of table) {
      shown.forEach((value, n) => digits(amcArqForLoss(TM2, db, 1, n, 0.01).spectralEfficiency, value));
    }
    ['1.214490e-3', '1.531936e-2', '3.615413e-2'].forEach((value, n) => digits(amcArqForLoss(TM2, 15, 1, n, 0.01).per, value));
  });

  test('goodput is what is not lost of the spectral efficiency, and the raw rate less the error rate', () => {
    const { goodput, spectralEfficiency, residualLoss } = amcArqForLoss(MODE_TABLES.TM1, 12, 2, 2, 0.01);
    close(spectralEfficiency * (1 - residualLoss), goodput);
  });

  test('probabilities of the modes', () => {
    const probabilities = modeProbabilities(instantaneousThresholds(TM2, targetPer(0.01, 1)), SNR_15_DB, 1);
    ['.030841', '.028796', '.055265', '.141241', '.154522', '.462106', '.127228'].forEach((shown, n) =>
      digits(Number(probabilities[n]!.toFixed(6)), `0${shown}`),
    );
  });

  test('a mode chosen by an old SNR: the cap at 1 matters', () => {
    const thresholds = instantaneousThresholds(TM2, 0.01);
    const rho = (fdTau: number): number => powerCorrelation(1, fdTau);
    digits(outdatedPer(TM2, thresholds, SNR_15_DB, 1, rho(0.02)), '0.005596094');
    digits(outdatedPer(TM2, thresholds, SNR_15_DB, 1, rho(0.1)), '0.1194323');
    digits(outdatedPerUncapped(TM2, thresholds, SNR_15_DB, 1, rho(0.02)), '0.01383258');
    digits(outdatedPerUncapped(TM2, thresholds, SNR_15_DB, 1, rho(0.1)), '0.9323345');
    // Fresh: what the closed form without delay says.
    expect(outdatedPer(TM2, thresholds, SNR_15_DB, 1, 1 - 1e-5)).toBeCloseTo(amcArq(TM2, thresholds, SNR_15_DB, 1, 0).per, 5);
  });

  test('one mode for all channels is worse than the choice among all', () => {
    const best = Math.max(...TM2.map((phy) => fixedMode(phy, SNR_15_DB, 1).goodput));
    expect(best).toBeLessThan(amcArqForLoss(TM2, 15, 1, 2, 0.01).goodput);
  });

  test('every fit begins where the table says it does', () => {
    for (const table of Object.values(MODE_TABLES)) {
      for (const phy of table) expect(Math.abs(toDb(cappedBelow(phy)) - toDb(phy.thresholdSnr))).toBeLessThan(0.025);
    }
    expect(packetErrorRate(TM2[5]!, 50, 2160)).toBeCloseTo(1 - (1 - packetErrorRate(TM2[5]!, 50)) ** 2, 14);
  });

  test.skipIf(oracleFilesMissing)('the tables of thresholds and of AMC with ARQ', () => {
    for (const row of oracleRows('amc_thresholds.csv')) {
      const thresholds = instantaneousThresholds(MODE_TABLES[row['table'] as ModeTable], targetPer(0.01, row['Nr'] as number));
      close(thresholds[row['n'] as number]!, row['gamma_n_linear'] as number);
    }
    for (const row of oracleRows('amc_arq.csv')) {
      const facts = amcArqForLoss(TM2, row['avgSNR_dB'] as number, 1, row['Nr'] as number, 0.01);
      close(facts.modeProbabilities[0]!, row['Pr_outage(n=0)'] as number);
      close(facts.per, row['avg_PER'] as number);
      close(facts.residualLoss, row['residual_loss'] as number);
      close(facts.attempts, row['avg_transmissions'] as number);
      close(facts.rawRate, row['raw_rate_sum'] as number);
      close(facts.spectralEfficiency, row['spectral_efficiency'] as number);
    }
  });
});
