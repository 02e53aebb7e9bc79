import { describe, test } from 'vitest';
import { exactChain, wangMoayeri } from '../../../wireless/channel/fsmc.ts';
import { finiteQueue } from '../../../wireless/oracles/finite-queue.ts';
import { meanThresholds } from '../../../wireless/phy/amc.ts';
import { MODE_TABLES } from '../../../wireless/phy/modes.ts';
import { oracleFilesMissing, oracleRows } from '../oracle-files.ts';
import { close, digits, SNR_15_DB, SLOT_S } from '../closed-form.ts';

describe('the finite queue behind adaptive modulation', () => {
  const analysed = (arrivals: number, per: number, kind: 'wang-moayeri' | 'exact', capacity = 50) => {
    const edges = meanThresholds(MODE_TABLES.TM2Q, per, SNR_15_DB, 1);
    const fading = { meanSnr: SNR_15_DB, m: 1, dopplerHz: 10 };
    const chain = kind === 'exact' ? exactChain(edges, fading, SLOT_S) : wangMoayeri(edges, fading, SLOT_S);
    return finiteQueue({ arrivals, capacity, service: [0, 1, 2, 3, 6, 9], per }, chain);
  };

  test('the least loss moves to a higher error rate as the load grows', () => {
    const rates = Array.from({ length: 19 }, (_, i) => 10 ** (-5 + (4.5 * i) / 18));
    const optimum = (arrivals: number): { per: number; loss: number } =>
      rates.map((per) => ({ per, loss: analysed(arrivals, per, 'wang-moayeri').loss })).reduce((a, b) => (b.loss < a.loss ? b : a));
    for (const [arrivals, per, loss] of [
      [1, '1.0e-4', '4.742e-4'],
      [2, '1.78e-3', '1.0318e-2'],
      [2.5, '3.16e-3', '1.9940e-2'],
      [3, '5.62e-3', '3.3340e-2'],
    ] as const) {
      const found = optimum(arrivals);
      digits(found.per, per);
      digits(found.loss, loss);
    }
  });

  test.skipIf(oracleFilesMissing)('the table of both chains', () => {
    for (const row of oracleRows('queue_amc_5mode.csv')) {
      const arrivals = row['lambda_Tf'] as number;
      for (const [prefix, kind] of [
        ['WM', 'wang-moayeri'],
        ['ex', 'exact'],
      ] as const) {
        const facts = analysed(arrivals, 0.01, kind);
        close(facts.dropProbability, row[`${prefix}_P_drop`] as number);
        close(facts.loss, row[`${prefix}_xi`] as number);
        close(facts.throughput, row[`${prefix}_throughput`] as number);
        close(facts.meanQueue, row[`${prefix}_E_queue`] as number);
        close(facts.delaySlots, row[`${prefix}_delay_slots`] as number);
      }
    }
  });
});
