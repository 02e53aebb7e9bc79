import { describe, expect, test } from 'vitest';
import {
  attemptsByDeadline,
  goBackNEfficiency,
  selectiveRepeatEfficiency,
  stopAndWaitEfficiency,
  truncatedArq,
} from '../../../wireless/oracles/arq.ts';
import { binomialLossCounts, blockFailure, gilbertElliottFacts, lossCounts } from '../../../wireless/oracles/gilbert-elliott.ts';
import { harqOutage, harqThroughput } from '../../../wireless/oracles/harq.ts';
import { oracleFilesMissing, oracleRows } from '../oracle-files.ts';
import { close, digits } from '../closed-form.ts';

describe('loss, retransmission and coding over packets', () => {
  test('Gilbert and Elliott', () => {
    const plain = gilbertElliottFacts({ goodToBad: 0.01, badToGood: 0.1, goodSuccess: 1, badSuccess: 0 });
    close(plain.loss, 1 / 11);
    close(plain.meanLossRun, 10);
    close(plain.lossCorrelation, 0.89);
    const mixed = gilbertElliottFacts({ goodToBad: 0.02, badToGood: 0.2, goodSuccess: 0.999, badSuccess: 0.3 });
    digits(mixed.loss, '0.06454545');
    digits(mixed.meanLossRun, '2.234741');
  });

  test('losses in a block: memory makes long bursts likelier, not losses', () => {
    const channel = { goodToBad: 0.01, badToGood: 0.1, goodSuccess: 1, badSuccess: 0 };
    const counts = lossCounts(channel, 20);
    close(
      counts.reduce((sum, p) => sum + p, 0),
      1,
    );
    close(counts.reduce((sum, p, l) => sum + p * l, 0) / 20, 1 / 11);
    expect(blockFailure(counts, 4)).toBeGreaterThan(blockFailure(binomialLossCounts(1 / 11, 20), 4));
    // A channel that forgets is the independent one.
    const forgetful = lossCounts({ goodToBad: 0.3, badToGood: 0.7, goodSuccess: 1, badSuccess: 0 }, 12);
    binomialLossCounts(0.3, 12).forEach((p, l) => expect(forgetful[l]!).toBeCloseTo(p, 12));
  });

  test('classical ARQ', () => {
    close(stopAndWaitEfficiency(0.1, 5), 0.15);
    close(goBackNEfficiency(0.1, 5), 0.6);
    close(selectiveRepeatEfficiency(0.1), 0.9);
    close(truncatedArq(0.1, 3).attempts, 1.111);
    close(truncatedArq(0.1, 3).residualLoss, 1e-4);
    expect(attemptsByDeadline(0.1, 0.002, 0.02)).toBe(5);
  });

  test('hybrid ARQ: combining beats repetition, incremental redundancy beats combining; one round is the same for all', () => {
    const [none, chase, ir] = (['none', 'chase', 'ir'] as const).map((combining) => harqOutage(combining, 2, 1, 4));
    close(none![0]!, 1 - Math.exp(-3));
    close(chase![0]!, none![0]!);
    close(ir![0]!, none![0]!);
    for (let l = 1; l < 4; l++) {
      expect(chase![l]!).toBeLessThan(none![l]!);
      expect(ir![l]!).toBeLessThan(chase![l]!);
    }
    // Two rounds of Chase combining: Gamma(2, 1).
    close(chase![1]!, 1 - Math.exp(-3) * 4);
    expect(harqThroughput(ir!, 2)).toBeGreaterThan(harqThroughput(chase!, 2));
  });

  test.skipIf(oracleFilesMissing)('the table of Gilbert and Elliott', () => {
    for (const row of oracleRows('gilbert_elliott.csv')) {
      const facts = gilbertElliottFacts({
        goodToBad: row['p_GB'] as number,
        badToGood: row['r_BG'] as number,
        goodSuccess: row['k_G_success'] as number,
        badSuccess: row['h_B_success'] as number,
      });
      close(facts.badProbability, row['pi_B'] as number);
      close(facts.loss, row['loss_rate'] as number);
      close(facts.meanLossRun, row['mean_loss_run'] as number);
      close(facts.stateCorrelation, row['state_corr_lag1'] as number);
      close(facts.lossCorrelation, row['loss_corr_lag1'] as number);
    }
  });
});
